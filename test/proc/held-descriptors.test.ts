// Descriptors that are held from pass to pass: whom they are believed of, how many there are, and who else sees them.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { heldBelow } from '../../src/proc/descriptor-limit.ts'
import { openProcfs } from '../../src/proc/procfs.ts'
import { GONE, NO_MEMORY, ProcfsFile } from '../../src/proc/procfs-file.ts'
import { RssTable, readRssBytes } from '../../src/proc/rss-table.ts'
import { PythonProcess } from '../helpers/python-process.ts'
import { waitFor } from '../helpers/wait.ts'

const PAGE = 4096
let root = ''
let sleepers: ChildProcess[] = []
const started: PythonProcess[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'memmon-proc-'))
  sleepers = []
})
afterEach(async () => {
  for (const one of sleepers) one.kill('SIGKILL')
  await Promise.all(started.splice(0).map(process => process.end()))
  rmSync(root, { recursive: true, force: true })
})

function sleeper(): { pid: number; end: () => Promise<unknown> } {
  const child = spawn('sleep', ['600'])
  sleepers.push(child)
  const ended = new Promise(resolve => child.on('exit', resolve))
  return {
    pid: child.pid ?? 0,
    end: () => {
      child.kill('SIGKILL')
      return ended
    },
  }
}

const held = (procRoot = '/proc') => new RssTable(new ProcfsFile(), PAGE, procRoot, () => Infinity)
const sizesOf = (table: RssTable) => {
  table.readAll()
  return [...table.rssBytes.subarray(0, table.count)]
}
/** How many files of sizes this process has open. */
const descriptors = (): number =>
  readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith('/statm')
    } catch {
      return false // that of the list itself
    }
  }).length

test('the sizes are those that the path tells, pass after pass', async () => {
  const pids = Array.from({ length: 20 }, () => sleeper().pid)
  const plain = () => pids.map(pid => readRssBytes(new ProcfsFile(), `/proc/${pid}/statm`, PAGE))
  const table = held()
  table.setPids(pids)
  await waitFor('processes that stay as large as they are', () => {
    const [before, first, second, after] = [plain(), sizesOf(table), sizesOf(table), plain()]
    return Math.min(...before) > 0 && String([first, second, after]) === String([before, before, before])
  })
  table.release()
})

test('a pid that is used again is not believed to be the process that is looked at', async () => {
  const [first, second, lasting] = [sleeper(), sleeper(), sleeper()]
  symlinkSync(`/proc/${first.pid}`, join(root, '7'))
  symlinkSync(`/proc/${lasting.pid}`, join(root, '8'))
  const table = held(root)
  table.setPids([7, 8])
  expect(Math.min(...sizesOf(table))).toBeGreaterThan(0)
  await first.end()
  rmSync(join(root, '7'))
  symlinkSync(`/proc/${second.pid}`, join(root, '7'))
  expect([sizesOf(table), sizesOf(table)]).toEqual([
    [GONE, expect.any(Number)],
    [GONE, expect.any(Number)],
  ])
  table.setPids([7, 8]) // supervisord was asked, and says that it is the one
  expect(Math.min(...sizesOf(table))).toBeGreaterThan(0)
  table.release()
})

/** What a file says in turn, and the size in pages; '' is a file that says nothing. */
test.each<[what: string, ...turns: [text: string, pages: number][]]>([
  ['the same again, and another', ['900 10 5 1\n', 10], ['900 10 5 1\n', 10], ['900 11 5 1\n', 11]],
  ['another, and the first again', ['900 10 5 1\n', 10], ['900 12 5 1\n', 12], ['900 10 5 1\n', 10]],
  ['more of the same', ['900 10 5 1\n', 10], ['901 10 5 1\n', 10], ['901 10 9 1\n', 10]],
  [
    'a size that ends just within 16 bytes',
    ['9999999 1234567 0\n', 1234567],
    ['9999999 1234568 0\n', 1234568],
  ],
  ['one that does not', ['99999999 1234567 0\n', 1234567], ['99999999 1234568 0\n', 1234568]],
  ['digits beyond', ['99999999999 123456789 0\n', 123456789], ['99999999999 123499999 0\n', 123499999]],
])('a size follows its file: %s', (_, ...turns) => {
  const pids = [7, 8]
  const write = (pid: number, text: string) => {
    mkdirSync(join(root, String(pid)), { recursive: true })
    writeFileSync(join(root, String(pid), 'statm'), text)
  }
  for (const pid of pids) write(pid, turns[0]?.[0] ?? '')
  const table = held(root)
  table.setPids(pids)
  sizesOf(table) // opens
  for (const [text, pages] of turns) {
    write(7, text) // the same inode, as the kernel's files are
    expect(sizesOf(table)).toEqual([pages * PAGE, (turns[0]?.[1] ?? 0) * PAGE])
  }
  write(7, '')
  expect(sizesOf(table)[0]).toBe(NO_MEMORY)
  table.release()
})

test('what a descriptor said is forgotten with it', () => {
  const file = join(root, '7', 'statm')
  mkdirSync(join(root, '7'))
  const table = held(root)
  const sizeOf = (pages: number) => {
    writeFileSync(file, `900 ${pages} 5 1\n`)
    return (sizesOf(table)[0] ?? 0) / PAGE
  }
  writeFileSync(file, '')
  table.setPids([7])
  expect([sizeOf(10), sizeOf(10)]).toEqual([10, 10])
  table.release()
  expect([sizeOf(12), sizeOf(10)]).toEqual([12, 10])
  table.release()
})

test('a zombie has no memory, reaped or not', async () => {
  const parent = new PythonProcess(`
import os, signal, sys
pid = os.fork()
if pid == 0:
    signal.pause()
print(pid)
for line in sys.stdin:
    if line == 'kill\\n': os.kill(pid, 9)
    if line == 'reap\\n': os.waitpid(pid, 0)
`)
  started.push(parent)
  const table = held()
  table.setPids([await parent.next<number>()])
  expect(sizesOf(table)[0]).toBeGreaterThan(0)
  parent.tell('kill')
  await waitFor('the zombie', () => sizesOf(table)[0] === NO_MEMORY)
  parent.tell('reap')
  await waitFor('its end', () => sizesOf(table)[0] === GONE)
  expect(sizesOf(table)).toEqual([GONE])
})

test('a descriptor goes with its process, with other pids, and with the release', async () => {
  const [first, second] = [sleeper(), sleeper()]
  const table = held()
  const open: number[] = []
  const note = () => open.push(descriptors())
  table.setPids([first.pid, second.pid, process.pid])
  note()
  sizesOf(table)
  note()
  await first.end()
  sizesOf(table)
  note()
  table.setPids([process.pid])
  note()
  sizesOf(table)
  note()
  table.release()
  note()
  expect(open).toEqual([0, 3, 2, 0, 1, 0])
})

test('no child inherits a descriptor', () => {
  const table = held()
  table.setPids([sleeper().pid, process.pid])
  sizesOf(table)
  const list = 'ls -l /proc/self/fd'
  expect(spawnSync('sh', ['-c', list], { encoding: 'utf8' }).stdout).not.toContain('statm')
  const own = spawnSync('sh', ['-c', `ls -l /proc/${process.pid}/fd`], { encoding: 'utf8' }).stdout
  expect(own.split('statm')).toHaveLength(3) // as it would look
  table.release()
})

/** What a Node says that may open so many files; `body` has a table of a hundred places. */
function withLimit(limit: number, body: string): unknown {
  const built = (name: string) =>
    JSON.stringify(pathToFileURL(join(import.meta.dirname, '..', '..', 'build', 'proc', name)))
  const script = `
    import { openSync, closeSync, readdirSync } from 'node:fs'
    import { heldBelow } from ${built('descriptor-limit.js')}
    import { ProcfsFile } from ${built('procfs-file.js')}
    import { RssTable } from ${built('rss-table.js')}
    const file = new ProcfsFile()
    const open = () => readdirSync('/proc/self/fd').length
    const tableOf = below => {
      const table = new RssTable(file, 4096, '/proc', below)
      table.setPids(Array(100).fill(process.pid))
      return table
    }
    const measured = ({ rssBytes, count }) => rssBytes.subarray(0, count).filter(size => size > 1e6).length
    ${body}`
  const command = `ulimit -n ${limit}; exec "$0" --input-type=module -e "$1"`
  const run = spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' })
  return JSON.parse(run.stdout || JSON.stringify(run.stderr))
}

test('where no descriptor is left for more, all that are held are given back, and all are measured', () => {
  const body = `
    const before = open()
    const table = tableOf(() => Infinity)
    table.readAll()
    const first = [measured(table), open() - before]
    table.readAll()
    console.log(JSON.stringify([first, [measured(table), open() - before]]))`
  expect(withLimit(80, body)).toEqual([
    [100, 0],
    [100, 0],
  ])
})

test('what others need later is given back, too', () => {
  const body = `
    const table = tableOf(() => 60)
    table.readAll()
    const taken = []
    try { for (;;) taken.push(openSync('/dev/null')) } catch {}
    table.readAll()
    console.log(JSON.stringify([measured(table), taken.length > 10]))`
  expect(withLimit(80, body)).toEqual([100, true])
})

test('256 numbers stay free', () => {
  const body = `
    const table = tableOf(heldBelow)
    table.readAll()
    const next = openSync('/dev/null')
    console.log(JSON.stringify([heldBelow(), measured(table), next <= 44]))`
  expect(withLimit(300, body)).toEqual([44, 100, true])
  expect(withLimit(256, body)).toEqual([0, 100, true])
})

test.each([
  ['Max open files            1024                 524288               files', 768],
  ['Max open files            100                  524288               files', 0],
  ['Max open files            unlimited            unlimited            files', Infinity],
  ['Max processes             63704                63704                processes', 0],
])('%j', (line, below) => {
  symlinkSync(root, join(root, 'self'))
  writeFileSync(
    join(root, 'limits'),
    `Limit Soft Limit Hard Limit Units\n${line}\nMax locked memory 1 2 bytes\n`,
  )
  expect(heldBelow(root)).toBe(below)
})

test('where the limit cannot be read, none is held', () => {
  expect(heldBelow(root)).toBe(0)
  const before = descriptors()
  const table = new RssTable(new ProcfsFile(), PAGE, '/proc', () => heldBelow(root))
  table.setPids([process.pid])
  expect(sizesOf(table)[0]).toBeGreaterThan(0)
  expect(descriptors()).toBe(before)
  expect(openProcfs()?.rssBytes(process.pid)).toBeGreaterThan(0)
})
