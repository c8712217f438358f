// The state folder: one memmon at a time, whoever is killed; ours alone; noticed when it is deleted or replaced.
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileFault } from '../../src/base/file-fault.ts'
import {
  claimStateFolder,
  findStateFolder,
  type StateFolder,
  stateFolderName,
  stateRoot,
} from '../../src/restart/state-folder.ts'
import { runOf } from '../../src/supervisor/identity.ts'
import { Contender, folderOfTest, lock, path, prepareContenders, root } from '../helpers/contenders.ts'
import { sleep } from '../helpers/wait.ts'

prepareContenders()

const told: string[] = []
const ports = { runOf, sleep: () => sleep(5), isEnding: () => false, tell: (text: string) => told.push(text) }

async function claim(name = 'memmon-1'): Promise<StateFolder> {
  const claimed = await claimStateFolder(root(), name, ports)
  if (!claimed) throw new Error('it did not wait')
  return claimed
}
const faultOf = (work: Promise<unknown>): Promise<Partial<FileFault>> =>
  work.then(
    () => ({}),
    (thrown: FileFault) => ({ kind: thrown.kind, message: thrown.message, code: thrown.code }),
  )

test('it is 0700, as is what is made on the way to it, and its lock 0600', async () => {
  const claimed = await claim()
  expect(claimed.path).toBe(path())
  for (const made of [root(), path()]) expect(lstatSync(made).mode & 0o777).toBe(0o700)
  expect(readFileSync(lock(), 'utf8')).toBe(`${process.pid} ${runOf(process.pid)}\n`)
  expect(lstatSync(lock()).mode & 0o777).toBe(0o600)
  await claimed.release()
  expect(readdirSync(path())).toEqual([])
  chmodSync(path(), 0o777)
  await (await claim()).release()
  expect(lstatSync(path()).mode & 0o777).toBe(0o700)
})

test('the old memmon still has it: that is said once, and the new one gets it afterwards', async () => {
  told.length = 0
  const old = await new Contender().claim()
  let waits = 0
  const sleep = async () => {
    if (++waits === 5) await old.release()
  }
  const claimed = await claimStateFolder(root(), 'memmon-1', { ...ports, sleep })
  expect(told).toEqual([`Waiting for the memmon with pid ${old.pid} to release ${path()}`])
  expect(await claimed?.isIntact()).toBe(true)
  await claimed?.release()
})

test('a memmon that ends waits no longer, and leaves the lock to its holder', async () => {
  const old = await new Contender().claim()
  let ending = false
  const sleep = async () => {
    ending = true
  }
  const isEnding = () => ending
  expect(await claimStateFolder(root(), 'memmon-1', { ...ports, sleep, isEnding })).toBe(undefined)
  expect(readFileSync(lock(), 'utf8')).toContain(`${old.pid} `)
  expect(readdirSync(path())).toEqual(['lock'])
})

test('its name is taken by one memmon only: another name is another folder', async () => {
  const [one, two] = [await claim('memmon-1'), await claim('memmon-2')]
  expect([await one.isIntact(), await two.isIntact()]).toEqual([true, true])
  await Promise.all([one.release(), two.release()])
})

/** The folder as it was, under another name. */
const aside = () => join(root(), 'aside')

test.each<[string, () => void]>([
  ['it is deleted', () => rmSync(path(), { recursive: true })],
  ['all above it is deleted, too', () => rmSync(root(), { recursive: true })],
  ['it is moved away', () => renameSync(path(), aside())],
  [
    'another one is in its place',
    () => {
      renameSync(path(), aside())
      mkdirSync(path(), { mode: 0o755 })
    },
  ],
  [
    'a copy is in its place, with our lock in it',
    () => {
      renameSync(path(), aside())
      cpSync(aside(), path(), { recursive: true })
    },
  ],
  [
    'a new one has its inode number',
    () => {
      rmSync(path(), { recursive: true })
      mkdirSync(path(), { mode: 0o700 })
    },
  ],
  ['its lock is deleted', () => rmSync(lock())],
  ['its lock is emptied', () => writeFileSync(lock(), '')],
  ['its lock is that of a dead one', () => writeFileSync(lock(), '4194305 x\n')],
])('%s: that is noticed, and it is made anew', async (_, harm) => {
  const claimed = await claim()
  expect(await claimed.isIntact()).toBe(true)
  harm()
  expect(await claimed.isIntact()).toBe(false)
  // Many restarts may notice it at the same time: it is made once.
  const remakes = Array.from({ length: 20 }, claimed.remake)
  await Promise.race(remakes)
  const made = lstatSync(lock()).ino
  await Promise.all(remakes)
  expect(lstatSync(lock()).ino).toBe(made)
  expect(await claimed.isIntact()).toBe(true)
  expect(lstatSync(path()).mode & 0o777).toBe(0o700)
  expect(readFileSync(lock(), 'utf8')).toBe(`${process.pid} ${runOf(process.pid)}\n`)
  await claimed.release()
  expect(readdirSync(path())).toEqual([])
})

test('it is intact: remaking it changes nothing', async () => {
  const claimed = await claim()
  const before = lstatSync(lock()).ino
  await claimed.remake()
  expect(lstatSync(lock()).ino).toBe(before)
  await claimed.release()
})

test('another memmon has it by then: that is noticed, said, and its lock is left alone', async () => {
  const claimed = await claim()
  rmSync(path(), { recursive: true })
  const other = await new Contender().claim()
  expect(await claimed.isIntact()).toBe(false)
  expect(await faultOf(claimed.remake())).toMatchObject({
    kind: 'held',
    message: `${path()} is in use by the memmon with pid ${other.pid}`,
  })
  await claimed.release()
  expect(readFileSync(lock(), 'utf8')).toContain(`${other.pid} `)
})

test('a link in its place is noticed, and never followed', async () => {
  const claimed = await claim()
  renameSync(path(), aside())
  symlinkSync(aside(), path())
  expect(await claimed.isIntact()).toBe(false)
  const fault = { kind: 'unsafe', message: `${path()} is not a directory: remove it, or set --state-dir` }
  expect(await faultOf(claimed.remake())).toMatchObject(fault)
  await claimed.release()
  expect(readdirSync(aside())).toEqual(['lock'])
  expect(await faultOf(claim())).toMatchObject(fault)
  expect(await faultOf(findStateFolder(root(), 'memmon-1'))).toMatchObject(fault)
})

test('a folder that others can replace is refused, with what mends it', async () => {
  mkdirSync(path(), { recursive: true, mode: 0o700 })
  chmodSync(root(), 0o770)
  const message = `${root()} is writable by other users (mode 0770): run "chmod go-w ${root()}", or set --state-dir`
  expect(await faultOf(claim())).toMatchObject({ kind: 'unsafe', message })
  expect(await faultOf(findStateFolder(root(), 'memmon-1'))).toMatchObject({ kind: 'unsafe', message })
  expect(readdirSync(path())).toEqual([])
})

test('for reading, a folder is found without a trace; not one that others could have written', async () => {
  expect(await findStateFolder(root(), 'memmon-1')).toBe(undefined)
  expect(readdirSync(folderOfTest())).toEqual([])
  mkdirSync(path(), { recursive: true, mode: 0o700 })
  expect(await findStateFolder(root(), 'memmon-1')).toBe(path())
  chmodSync(path(), 0o755)
  expect(await findStateFolder(root(), 'memmon-1')).toBe(path())
  chmodSync(path(), 0o777)
  expect(await faultOf(findStateFolder(root(), 'memmon-1'))).toMatchObject({
    kind: 'unsafe',
    message: `${path()} is writable by other users (mode 0777): run "chmod go-w ${path()}", or set --state-dir`,
  })
  expect(readdirSync(path())).toEqual([])
})

test('where nothing can be made: that is said with the error of the file system', async () => {
  expect(await faultOf(claimStateFolder('/proc/memmon', 'memmon-1', ports))).toEqual({
    kind: 'unwritable',
    code: 'ENOENT',
    message:
      "ENOENT: no such file or directory, mkdir '/proc/memmon': check the path and its file system, or set --state-dir",
  })
})

/** A contender for whom permissions count: root may do anything, so there it becomes nobody, who owns the folder. */
async function unprivileged(mode: number): Promise<Contender> {
  mkdirSync(path(), { recursive: true, mode: 0o700 })
  for (const way of [folderOfTest(), root()]) chmodSync(way, 0o755)
  const contender = new Contender()
  if (process.getuid?.() === 0) {
    chownSync(path(), 65534, 65534)
    contender.order({ do: 'lose-root' })
  }
  chmodSync(path(), mode)
  return contender
}

test('no permission to write: that is said as such, and it can still be read', async () => {
  const contender = await unprivileged(0o500)
  contender.order({ do: 'claim', root: root() })
  expect(await contender.answer()).toMatchObject({
    kind: 'failed',
    fault: 'unwritable',
    code: 'EACCES',
    text: expect.stringMatching(
      /^EACCES: permission denied, .*: give memmon read and write permission there, or set --state-dir$/,
    ),
  })
  contender.order({ do: 'find', root: root() })
  expect(await contender.answer()).toEqual({ kind: 'found', text: path() })
  expect(readdirSync(path())).toEqual([])
})

test('no space for a lock: that is said as such, nothing is left behind, and it can still be read', async () => {
  // No file may have a byte: a full disk, as far as memmon can tell.
  const contender = new Contender('ulimit -f 0')
  contender.order({ do: 'claim', root: root() })
  expect(await contender.answer()).toMatchObject({ kind: 'failed', fault: 'unwritable', code: 'EFBIG' })
  contender.order({ do: 'find', root: root() })
  expect(await contender.answer()).toEqual({ kind: 'found', text: path() })
  expect(readdirSync(path())).toEqual([])
})

test('nothing can be written, but another memmon has it: it is waited for all the same', async () => {
  const old = await new Contender().claim()
  const contender = new Contender('ulimit -f 0')
  contender.order({ do: 'claim', root: root() })
  expect(await contender.answer()).toMatchObject({ kind: 'waiting' })
  await old.release()
  expect(await contender.answer()).toMatchObject({ kind: 'failed', fault: 'unwritable' })
})

test.each([
  ['/x', { STATE_DIRECTORY: '/y', XDG_STATE_HOME: '/z', HOME: '/h' }, 0, '/x'],
  [undefined, { STATE_DIRECTORY: '/y:/y2', XDG_STATE_HOME: '/z', HOME: '/h' }, 0, '/y'],
  [undefined, { XDG_STATE_HOME: '/z', HOME: '/h' }, 0, '/z/memmon'],
  [undefined, { HOME: '/root' }, 0, '/var/lib/memmon'],
  [undefined, { HOME: '/h' }, 1000, '/h/.local/state/memmon'],
  [undefined, { STATE_DIRECTORY: '', XDG_STATE_HOME: '', HOME: '/h' }, 1000, '/h/.local/state/memmon'],
  [undefined, { HOME: '' }, 1000, undefined],
  [undefined, {}, 1000, undefined],
])('--state-dir %s, %j, uid %d: %s', (wanted, environment, uid, root) => {
  expect(stateRoot(wanted, environment, uid)).toBe(root)
})

test('folders differ by server and by name, and hold no odd characters', () => {
  const names = [
    stateFolderName('unix:///a', { SUPERVISOR_GROUP_NAME: 'g', SUPERVISOR_PROCESS_NAME: '../x' }),
    stateFolderName('unix:///b', { SUPERVISOR_GROUP_NAME: 'g', SUPERVISOR_PROCESS_NAME: '../x' }),
    stateFolderName('unix:///a', { SUPERVISOR_GROUP_NAME: 'h', SUPERVISOR_PROCESS_NAME: '../x' }),
    stateFolderName('unix:///a', {}),
  ]
  expect(new Set(names).size).toBe(4)
  for (const name of names) expect(name).toMatch(/^\w[\w.-]*-[0-9a-f]{16}$/)
})

test.each([
  ['web', 'web'],
  ['', 'memmon'],
  [undefined, 'memmon'],
  ['../x y:1', '_._x_y_1'],
  ['a.b-c_d', 'a.b-c_d'],
  ['x'.repeat(100), 'x'.repeat(64)],
])('the folder of a listener named %j begins with %j', (name, begins) => {
  const folder = stateFolderName('unix:///a', { SUPERVISOR_PROCESS_NAME: name })
  expect(folder.replace(/-[0-9a-f]{16}$/, '')).toBe(begins)
})

test('a listener without a name has the folder of one whose name is empty', () => {
  const nameless = { SUPERVISOR_GROUP_NAME: '', SUPERVISOR_PROCESS_NAME: '' }
  expect(stateFolderName('unix:///a', {})).toBe(stateFolderName('unix:///a', nameless))
})
