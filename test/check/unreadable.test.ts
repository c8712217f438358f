// Processes that are RUNNING and whose size cannot be read: not gone, but unwatched, which has to be said.

import { beforeEach, expect, test } from 'vitest'
import { assess } from '../../src/check/assess.ts'
import { Monitor } from '../../src/check/monitor.ts'
import { checkDocument } from '../../src/cli/check-json.ts'
import { explainText } from '../../src/cli/explain-text.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import type { Sampler, Unmeasured } from '../../src/proc/sampler.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { rowsOf } from '../../src/screen/rows.ts'
import { countsOf } from '../../src/screen/summary.ts'
import { recordSteady } from '../helpers/growth.ts'
import { MB, processNamed, requestFor, settingsFrom } from '../helpers/values.ts'

let processes: ProcessInfo[]
let why: Map<number, Unmeasured>
let log: string[]
beforeEach(() => {
  processes = [processNamed('web', { pid: 1 }), processNamed('db', { pid: 2 })]
  why = new Map()
  log = []
})

const sampler: Sampler = {
  source: 'a test',
  measure: async pids => new Map(pids.filter(pid => !why.has(pid)).map(pid => [pid, 60 * MB])),
  whyUnmeasured: pid => why.get(pid) ?? 'gone',
  figures: pids => pids.map(() => 'gone'),
  shares: pids => pids.map(() => 'denied'),
  swapUsedBytes: () => 0,
}
const table = () => ({ processes, isListener: () => false })
const rulesOf = (...argv: string[]) => resolveSettings(settingsFrom(...argv), 1000 * MB)

const monitorOf = (...argv: string[]) =>
  new Monitor(
    {
      readTable: async () => table(),
      sampler,
      mayRestart: () => true,
      act: () => {},
      onRelieved: () => {},
      tell: () => {},
      availableBytes: () => undefined,
      nowMs: () => 0,
      monotonicMs: () => 0,
      restarts: { isAway: () => false, isComing: () => false, isMuted: () => false, add: () => {} },
      quietLook: () => undefined,
      record: recordSteady,
      onFigure: () => {},
      onMeasured: () => {},
      onTable: () => {},
      monitors: { ask() {} },
      isSelf: () => false,
      log: (level, text) => void log.push(`${level} ${text}`),
    },
    rulesOf(...argv),
  )

const HIDDEN = "/proc hides other users' processes (hidepid): run memmon as root"
const ZOMBIE = 'the main thread has ended while other threads run on (state Z)'

test.each([
  '-a 100MB',
  '-c -a 100MB',
  '--total 1GB',
])('%s: one line says which, how many, and what helps', async flags => {
  why.set(1, 'hidden').set(2, 'hidden')
  await monitorOf(...flags.split(' ')).check()
  expect(log).toEqual([
    expect.stringContaining(
      `WARN Cannot read the size of 2 RUNNING processes, so their limits are not checked and totals leave them out: web:web (pid 1), db:db (pid 2). Cause: ${HIDDEN}`,
    ),
  ])
})

test('said once, again when one more is not readable, and once when all are', async () => {
  why.set(1, 'zombie')
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  processes = [processNamed('web', { pid: 3 }), processNamed('db', { pid: 2 })]
  why.set(3, 'zombie')
  await monitor.check()
  expect(log).toEqual([
    expect.stringContaining(
      `Cannot read the size of 1 RUNNING process, so its limits are not checked and totals leave it out: web:web (pid 1). Cause: ${ZOMBIE}`,
    ),
  ])
  why.set(2, 'hidden')
  await monitor.check()
  expect(log.slice(1)).toEqual([
    expect.stringContaining(`db:db (pid 2). Cause: ${HIDDEN}`),
    expect.stringContaining(`web:web (pid 3). Cause: ${ZOMBIE}`),
  ])
  why.clear()
  await monitor.check()
  await monitor.check()
  expect(log.slice(3)).toEqual(['INFO The sizes of all RUNNING processes can be read again'])
})

test.each([
  ['flaps', { pid: 0, state: ProcessState.BACKOFF }],
  ['has just gone', { pid: 4 }],
])('one that %s is told once, and is over when it can be read, or was removed', async (_, away) => {
  const monitor = monitorOf('-a', '100MB')
  const dbs = [{ pid: 2 }, away, { pid: 3 }, away, { pid: 2 }]
  why.set(2, 'hidden').set(3, 'hidden').set(4, 'gone')
  for (const db of dbs) {
    processes = [processNamed('web', { pid: 1 }), processNamed('db', db)]
    await monitor.check()
  }
  expect(log).toEqual([expect.stringContaining('WARN Cannot read the size of 1 RUNNING process')])
  processes = [processNamed('web', { pid: 1 }), ...(away.pid === 0 ? [] : [processNamed('db', { pid: 5 })])]
  await monitor.check()
  await monitor.check()
  expect(log.slice(1)).toEqual(['INFO The sizes of all RUNNING processes can be read again'])
  processes = [processNamed('db', { pid: 2 })]
  await monitor.check()
  expect(log.slice(2)).toEqual([expect.stringContaining('WARN Cannot read the size of 1 RUNNING process')])
})

test('one that is no longer watched is forgotten', async () => {
  why.set(2, 'hidden')
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  monitor.use(rulesOf('-p', 'web=100MB'))
  await monitor.check()
  expect(log.slice(1)).toEqual(['INFO The sizes of all RUNNING processes can be read again'])
})

test('a long list is cut, and its length told', async () => {
  processes = Array.from({ length: 25 }, (_, at) => processNamed(`p${at}`, { pid: at + 1 }))
  for (const { pid } of processes) why.set(pid, 'hidden')
  await monitorOf('-a', '100MB').check()
  expect(log[0]).toMatch(/size of 25 RUNNING .*p19:p19 \(pid 20\) and 5 more \(see memmon check\)\. Cause/)
  processes = processes.slice(0, 20)
  await monitorOf('-a', '100MB').check()
  expect(log[1]).toMatch(/size of 20 RUNNING .*p19:p19 \(pid 20\)\. Cause/)
})

test.each([
  ['what has gone since', { pid: 1 }, 'gone'],
  ['what is STARTING', { pid: 1, state: ProcessState.STARTING }, 'hidden'],
] as const)('%s is not told', async (_, more, reason) => {
  processes = [processNamed('web', more)]
  why.set(1, reason)
  await monitorOf('-a', '100MB').check()
  expect(log).toEqual([])
})

test('what becomes unreadable before its restart has neither recovered nor gone', async () => {
  why.set(1, 'zombie')
  const request = requestFor(processNamed('web', { pid: 1 }), 200 * MB, '-a', '100MB')
  await expect(monitorOf('-a', '100MB').measureAgain(request)).rejects.toThrow(ZOMBIE)
  why.set(1, 'gone')
  expect(await monitorOf('-a', '100MB').measureAgain(request)).toBeUndefined()
})

test('check and explain say so in place of a size', async () => {
  why.set(1, 'hidden')
  const rules = rulesOf('-a', '100MB')
  const ports = {
    sampler,
    availableBytes: () => undefined,
    log: (_: string, text: string) => void log.push(text),
    nowMs: () => 0,
  }
  const assessment = await assess(table(), rules, ports)
  const rows = rowsOf(assessment, true)
  expect(rows.map(({ standing, cells }) => [standing, cells.size, cells.now])).toEqual([
    ['blind', '', 'not readable'],
    ['fine', '60.0MB', 'ok'],
  ])
  const counts = countsOf(rows)
  const document = checkDocument({
    ...assessment,
    counts,
    memory: undefined,
    channels: [],
    metrics: [],
    views: [],
    problems: [],
  })
  expect(document.processes).toMatchObject([
    { namespec: 'web:web', rss_bytes: null, value: null, verdict: 'not readable' },
    { namespec: 'db:db', rss_bytes: 60 * MB, verdict: 'ok' },
  ])
  expect(document.summary).toMatchObject({ processes: 2, over: 0, not_readable: 1 })
  expect(log).toEqual([expect.stringContaining('Cannot read the size of 1 RUNNING process')])
  const [one] = assessment.processes
  if (!one) throw new Error('nothing was assessed')
  const text = explainText({ processes: [one], budgets: [], rules, capacity: undefined })
  expect(text).toContain('web:web: RUNNING, pid 1, up 1h 2m, size not readable\n')
  expect(text).toContain('matches, but its size cannot be read.')
  expect(text).toContain(`memmon does not check it, since its size cannot be read: ${HIDDEN}`)
})
