// One tick with its ports in the test's hands: who is judged, what is told, and what trouble does.
import { beforeEach, expect, test } from 'vitest'
import { SupervisorFault } from '../src/core/errors.ts'
import type { RestartRequest } from '../src/core/outcome.ts'
import { type ProcessInfo, ProcessState } from '../src/core/process.ts'
import { Monitor, type QuietLook } from '../src/monitor.ts'
import { MB, processNamed, settingsFrom } from './helpers/values.ts'

let processes: ProcessInfo[]
let sizes: Map<number, number>
let log: string[]
let requested: string[]
let queued: Set<string>
let fault: Error | undefined
let asked: number
let look: (QuietLook & { unchanged: boolean; ours: boolean; watched: readonly number[] }) | undefined
let unreadable: Error | undefined
beforeEach(() => {
  processes = [processNamed('web', { pid: 1 }), processNamed('db', { pid: 2 })]
  sizes = new Map([
    [1, 60 * MB],
    [2, 40 * MB],
  ])
  log = []
  requested = []
  queued = new Set()
  fault = unreadable = look = undefined
  asked = 0
})

const monitorOf = (...argv: string[]) =>
  new Monitor(
    {
      readTable: async () => {
        asked++
        if (fault) throw fault
        return { processes, isListener: namespec => namespec === 'listener:listener' }
      },
      sampler: {
        source: 'a test',
        measure: async pids => {
          if (unreadable) throw unreadable
          return new Map([...sizes].filter(([pid]) => pids.includes(pid)))
        },
      },
      queue: {
        has: namespec => queued.has(namespec),
        add: (requests: readonly RestartRequest[]) => {
          requested.push(
            ...requests.map(({ process, breach }) => `${process.namespec} ${breach.rule.written}`),
          )
        },
      },
      quietLook: () => look,
      onMeasured: () => {},
      onTable: () => {},
      isSelf: ({ namespec }) => namespec === 'memmon:memmon',
      log: (level, text) => void log.push(`${level} ${text}`),
    },
    settingsFrom(...argv),
  )

test('what is over its limit is asked for, by the first broken rule', async () => {
  await monitorOf('-a', '50MB', '-p', 'web=55MB', '-g', 'web=1MB').check()
  expect(requested).toEqual(['web:web -p web=55MB'])
})

test.each(Object.entries(ProcessState))('a process in %s is judged only if RUNNING', async (name, state) => {
  processes = [processNamed('web', { pid: 1, state })]
  await monitorOf('-a', '50MB').check()
  expect(requested.length).toBe(name === 'RUNNING' ? 1 : 0)
})

test('memmon, listeners, what is ignored and what is in the queue are left alone', async () => {
  processes = ['memmon', 'listener', 'ignored', 'queued'].map((name, at) =>
    processNamed(name, { pid: at + 10 }),
  )
  sizes = new Map(processes.map(({ pid }) => [pid, 99 * MB]))
  queued.add('queued:queued')
  await monitorOf('-a', '50MB', '--ignore', 'ignored').check()
  expect(requested).toEqual([])
})

test('a pid that has gone is no sample and no error', async () => {
  sizes.delete(1)
  await monitorOf('-a', '30MB').check()
  expect(requested).toEqual(['db:db -a 30MB'])
  expect(log).toEqual([])
})

test('sampling that fails altogether: one line, however often, and one when it is over', async () => {
  const monitor = monitorOf('-a', '50MB')
  unreadable = new Error('EMFILE')
  for (let tick = 0; tick < 3; tick++) await monitor.check()
  expect(log).toEqual(['WARN No memory could be measured, the next tick tries again: a test: EMFILE'])
  unreadable = undefined
  await monitor.check()
  expect(log.slice(1)).toEqual(['INFO Checks go on'])
  expect(requested).toHaveLength(1)
})

test('a fault is told once and again when it changes; a shutdown is quiet', async () => {
  const monitor = monitorOf('-a', '50MB')
  for (const text of ['one', 'one', 'two']) {
    fault = new SupervisorFault('unreachable', text)
    await monitor.check()
  }
  fault = new SupervisorFault('fault', 'SHUTDOWN_STATE', 6)
  await monitor.check()
  expect(log).toEqual([
    'WARN This check is left out, the next tick tries again: one',
    'WARN This check is left out, the next tick tries again: two',
  ])
})

test('a rule without a process is told once, and when it has one', async () => {
  const monitor = monitorOf('-p', 'wbe=50MB')
  await monitor.check()
  await monitor.check()
  expect(log).toEqual(['WARN -p wbe=50MB matches no process; the nearest names are db, web'])
  processes.push(processNamed('wbe', { pid: 3 }))
  await monitor.check()
  expect(log.slice(1)).toEqual(['INFO -p wbe=50MB matches a process now'])
})

test("--verbose logs the peer's lines, and without it a quiet check logs nothing", async () => {
  await monitorOf('-p', 'a:web=1GB', '-p', 'web=1GB', '-g', 'db=1GB', '-a', '1GB').check()
  expect(log.filter(line => !line.startsWith('WARN'))).toEqual([])
  log = []
  await monitorOf('-p', 'web=1GB', '-g', 'db=1GB', '-a', '1GB', '--verbose').check()
  expect(log).toEqual([
    'DEBG Checking programs web=1073741824',
    'DEBG Checking groups db=1073741824',
    'DEBG Checking any=1073741824',
    'DEBG RSS of web:web is 62914560',
    'DEBG RSS of db:db is 41943040',
  ])
})

/** A look at children who are as the test says, with the sizes of the test. */
function startLooking(): void {
  look = {
    unchanged: true,
    ours: true,
    watched: [],
    isUnchanged() {
      return this.unchanged
    },
    watch(pids) {
      this.watched = pids
      return this.ours
    },
    sizes() {
      return this.watched.map(pid => sizes.get(pid) ?? -1)
    },
  }
}

test('a quiet check asks nobody', async () => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  for (let tick = 0; tick < 10; tick++) expect(monitor.check()).toBeUndefined()
  expect([asked, look?.watched, requested]).toEqual([1, [1, 2], []])
})

test.each<[string, () => void]>([
  ['the children have changed', () => Object.assign(look ?? {}, { unchanged: false })],
  ['one is over its limit', () => sizes.set(2, 101 * MB)],
  ['one has gone', () => sizes.delete(2)],
])('supervisord is asked again when %s', async (_, change) => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  change()
  await monitor.check()
  expect(asked).toBe(2)
})

test('a limit that is broken between two looks is acted upon, by the lowest rule of each process', async () => {
  startLooking()
  const monitor = monitorOf('-a', '100MB', '-p', 'db=50MB')
  await monitor.check()
  sizes.set(2, 51 * MB)
  await monitor.check()
  expect(requested).toEqual(['db:db -p db=50MB'])
})

test.each<[string, () => void, string[]]>([
  [
    'processes that are not all children of supervisord',
    () => Object.assign(look ?? {}, { ours: false }),
    [],
  ],
  ['no look at all', () => (look = undefined), []],
  ['--verbose', () => {}, ['--verbose']],
])('%s: each check asks', async (_, change, more) => {
  startLooking()
  change()
  const monitor = monitorOf('-a', '100MB', ...more)
  for (let tick = 0; tick < 3; tick++) await monitor.check()
  expect(asked).toBe(3)
})

test('a process that is STARTING is looked at, and judged when it runs', async () => {
  startLooking()
  processes = [processNamed('web', { pid: 1, state: ProcessState.STARTING })]
  const monitor = monitorOf('-a', '50MB')
  await monitor.check()
  expect([requested, look?.watched]).toEqual([[], [1]])
  processes = [processNamed('web', { pid: 1 })]
  await monitor.check()
  expect(requested).toEqual(['web:web -a 50MB'])
})

test('after a check that failed the next one asks, whatever the children do', async () => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  sizes.set(2, 101 * MB)
  fault = new SupervisorFault('unreachable', 'x')
  await monitor.check()
  sizes.set(2, 1 * MB)
  fault = undefined
  await monitor.check()
  expect(asked).toBe(3)
})
