// Where the journal is kept: which supervisord this is, and whose the folder is, however long either takes to answer.
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { findPlace, type PlacePorts } from '../../src/restart/place.ts'
import { type StateFolder, stateFolderName } from '../../src/restart/state-folder.ts'
import { runOf } from '../../src/supervisor/identity.ts'
import { prepareContenders, root } from '../helpers/contenders.ts'

prepareContenders()
const SERVER = 'unix:///run/supervisor.sock'
const path = () => join(root(), stateFolderName(SERVER, {}))

/** The ports, and what comes of them; sleeping takes no time but moves the clock. */
function world(more: Partial<PlacePorts> = {}) {
  const seen = {
    told: [] as string[],
    pids: [] as number[],
    folders: [] as StateFolder[],
    slept: [] as number[],
  }
  let tick = 1_000_000
  const ports: PlacePorts = {
    getPid: async () => 4711,
    runOf: pid => (pid === 4711 ? 'run of supervisord' : runOf(pid)),
    serverUrl: SERVER,
    stateDir: root(),
    environment: {},
    isEnding: () => false,
    onSupervisord: pid => void seen.pids.push(pid),
    onFolder: folder => void seen.folders.push(folder),
    tell: text => void seen.told.push(text),
    sleep: async ms => {
      seen.slept.push(ms)
      tick += ms
    },
    tick: () => tick,
    ...more,
  }
  return { ports, seen, passed: () => tick - 1_000_000 }
}

/** Another memmon has the folder: its parent, as a process that runs. */
function holdBy(pid: number): void {
  mkdirSync(path(), { recursive: true, mode: 0o700 })
  writeFileSync(join(path(), 'lock'), `${pid} ${runOf(pid)}\n`, { mode: 0o600 })
}

test('the folder is claimed once, and the journal is in it', async () => {
  const { ports, seen } = world()
  const { disk, supervisord, boot } = await findPlace(ports)
  await disk.replace('one\n')
  expect(readFileSync(join(path(), 'restarts.jsonl'), 'utf8')).toBe('one\n')
  expect(supervisord).toBe('run of supervisord')
  expect(boot).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim())
  expect(seen).toMatchObject({ told: [], pids: [4711], slept: [] })
  expect(seen.folders.map(folder => folder.path)).toEqual([path()])
  await seen.folders[0]?.release()
})

test.each<[what: string, getPid: () => Promise<number>, supervisord: string]>([
  ['cannot be seen in /proc: its pid has to do', async () => 4712, '4712'],
  [
    'does not know the call',
    () => Promise.reject(new SupervisorFault('fault', 'UNKNOWN_METHOD', 1)),
    'unknown',
  ],
])('a supervisord that %s', async (_, getPid, supervisord) => {
  const { ports, seen } = world({ getPid, runOf: pid => (pid === 4712 ? undefined : runOf(pid)) })
  expect((await findPlace(ports)).supervisord).toBe(supervisord)
  await seen.folders[0]?.release()
})

test('supervisord does not answer yet, or is shutting down: it is asked again, ever more rarely', async () => {
  const faults = [
    new SupervisorFault('unreachable', 'ECONNREFUSED'),
    new SupervisorFault('timeout', 'no answer'),
    new SupervisorFault('fault', 'SHUTDOWN_STATE', 6),
    new SupervisorFault('unreachable', 'ECONNREFUSED'),
  ]
  const { ports, seen } = world({
    getPid: async () => {
      const fault = faults.shift()
      if (fault) throw fault
      return 4711
    },
  })
  expect((await findPlace(ports)).supervisord).toBe('run of supervisord')
  expect(seen.slept).toHaveLength(4)
  expect(seen.slept[3]).toBeGreaterThan(seen.slept[0] as number)
  await seen.folders[0]?.release()
})

test('a defect in the question is no silence of supervisord', async () => {
  const { ports, seen } = world({ getPid: () => Promise.reject(new TypeError('x is not a function')) })
  await expect(findPlace(ports)).rejects.toThrow('x is not a function')
  expect(seen.slept).toEqual([])
})

test('another memmon has the folder: it is waited for, for a minute', async () => {
  holdBy(process.ppid)
  const { ports, seen, passed } = world()
  await expect(findPlace(ports)).rejects.toMatchObject({
    kind: 'held',
    message: `${path()} is in use by another memmon`,
  })
  expect(seen.told).toEqual([`Waiting for the memmon with pid ${process.ppid} to release ${path()}`])
  expect([passed() > 60_000, passed() < 65_000, seen.folders]).toEqual([true, true, []])
})

test('memmon is to end: it waits for no folder', async () => {
  holdBy(process.ppid)
  const { ports, passed } = world({ isEnding: () => true })
  await expect(findPlace(ports)).rejects.toThrow('is in use by another memmon')
  expect(passed()).toBe(0)
})

test('what cannot be written may be read: it is claimed later, for the first write', async () => {
  holdBy(4713)
  let isSick = true
  const sick = Object.assign(new Error('EIO: i/o error'), { errno: -5, code: 'EIO' })
  const { ports, seen } = world({
    runOf: pid => {
      if (pid === 4713 && isSick) throw sick
      return pid === 4713 ? undefined : runOf(pid)
    },
  })
  writeFileSync(join(path(), 'restarts.jsonl'), 'of an earlier memmon\n', { mode: 0o600 })
  const { disk } = await findPlace(ports)
  expect([await disk.read(), seen.folders]).toEqual(['of an earlier memmon\n', []])
  await expect(disk.replace('new\n')).rejects.toThrow('EIO')
  isSick = false
  await disk.replace('new\n')
  await disk.append('more\n')
  expect([await disk.read(), seen.folders.length]).toEqual(['new\nmore\n', 1])
  await seen.folders[0]?.release()
})

test('nothing can be written, and nothing was: there is no place', async () => {
  const { ports } = world({ stateDir: '/proc/memmon' })
  await expect(findPlace(ports)).rejects.toMatchObject({ kind: 'unwritable', code: 'ENOENT' })
})

test('a folder that others could change is no place, though it could be read', async () => {
  mkdirSync(path(), { recursive: true, mode: 0o700 })
  chmodSync(root(), 0o777)
  const { ports } = world()
  await expect(findPlace(ports)).rejects.toMatchObject({ kind: 'unsafe' })
  rmSync(root(), { recursive: true })
})

test('no state directory is known: what to set is said', async () => {
  const getuid = vi.spyOn(process, 'getuid').mockReturnValue(1000)
  const { ports } = world({ stateDir: undefined })
  await expect(findPlace(ports)).rejects.toThrow(
    /^HOME is not set, and state goes to .* below it: set --state-dir to a folder of user /,
  )
  getuid.mockRestore()
})

test('no descriptor left for a moment: the children of supervisord are listed, and the folder is claimed, a little later', async () => {
  const lack = Object.assign(new Error('EMFILE'), { code: 'EMFILE', errno: -24 })
  const pids: number[] = []
  const { ports, seen } = world({
    onSupervisord(pid) {
      pids.push(pid)
      if (pids.length === 1) throw lack
    },
  })
  const { supervisord } = await findPlace(ports)
  expect([supervisord, pids]).toEqual(['run of supervisord', [4711, 4711]])
  expect(seen.slept).toHaveLength(1)
  await seen.folders[0]?.release()
})

test('the home of another user, as supervisord leaves it for user=: what to set is said, in place of EACCES', async () => {
  const getuid = vi.spyOn(process, 'getuid').mockReturnValue(65534)
  const home = join(root(), 'home')
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, '.local'), 'stands in the way')
  const ours = { HOME: home, USER: 'nobody' }
  await expect(findPlace(world({ stateDir: undefined, environment: ours }).ports)).rejects.toThrow(
    new RegExp(
      `^HOME is ${home}, which user .* does not own, as supervisord leaves HOME as it is for user=: set --state-dir to`,
    ),
  )
  getuid.mockReturnValue(statSync(home).uid)
  const { ports } = world({ stateDir: join(home, '.local', 'state', 'memmon'), environment: ours })
  await expect(findPlace(ports)).rejects.toThrow(/is not a directory/)
  getuid.mockRestore()
})
