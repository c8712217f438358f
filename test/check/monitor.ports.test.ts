// What a check asks for and hands on: sizes, tables, acts, what is told of budgets, and what no call can name.

import { beforeEach, expect, test } from 'vitest'
import { Monitor, type MonitorPorts } from '../../src/check/monitor.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import type { Noticed } from '../../src/rules/outcome.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { recordSteady } from '../helpers/growth.ts'
import { MB, processNamed, requestFor, settingsFrom } from '../helpers/values.ts'

const NOW_MS = 1_700_000_000_000

let processes: ProcessInfo[]
/** By pid, in MB; with descendants it is ten times as much. */
let sizes: Record<number, number>
let did: string[]
let told: Noticed[]
let log: string[]
let more: Partial<MonitorPorts>
let tick: number
let broken: Error | undefined
/** Happens while sizes are measured. */
let meanwhile: (() => void) | undefined
beforeEach(() => {
  processes = [processNamed('w:a', { pid: 1 }), processNamed('w:b', { pid: 2 })]
  sizes = { 1: 60, 2: 40 }
  did = []
  told = []
  log = []
  more = {}
  tick = 0
  broken = meanwhile = undefined
})

const settingsOf = (...argv: string[]) => resolveSettings(settingsFrom(...argv), 1000 * MB)

function monitorOf(...argv: string[]): Monitor {
  const sized = (pids: readonly number[], factor: number) =>
    new Map(
      pids.flatMap(pid =>
        sizes[pid] === undefined ? [] : [[pid, (sizes[pid] ?? 0) * factor * MB] as const],
      ),
    )
  return new Monitor(
    {
      readTable: async () => {
        if (broken) throw broken
        return { processes, isListener: namespec => namespec === 'w:listener' }
      },
      sampler: {
        source: 'a test',
        measure: async (pids, cumulative) => {
          did.push(`measure ${pids.join(', ')}${cumulative ? ' with descendants' : ''}`)
          meanwhile?.()
          meanwhile = undefined
          return sized(pids, cumulative ? 10 : 1)
        },
        whyUnmeasured: () => 'zombie',
        figures: pids => pids.map(() => 'denied'),
        shares: pids => pids.map(pid => ({ privateBytes: (sizes[pid] ?? 0) * MB, sharedBytes: 0 })),
        swapUsedBytes: () => 0,
      },
      quietLook: () => undefined,
      restarts: {
        isAway: () => false,
        isComing: () => false,
        isMuted: () => false,
        add: requests => {
          for (const { process, breach } of requests) did.push(`restart ${process.namespec} ${breach.rule}`)
        },
      },
      mayRestart: () => true,
      act: ({ process, breach }, action) =>
        void did.push(`${action.kind} ${process.namespec} ${breach.value / MB}`),
      onRelieved: ({ process, breach }) => void did.push(`relieved ${process.namespec} ${breach.value / MB}`),
      tell: noticed => void told.push(noticed),
      availableBytes: () => undefined,
      record: recordSteady,
      onFigure: () => {},
      onMeasured: ({ namespec }, bytes) => void did.push(`size ${namespec} ${bytes / MB}`),
      onTable: all => void did.push(`table ${all.map(({ namespec }) => namespec).join(', ')}`),
      monitors: { ask() {} },
      isSelf: () => false,
      log: (level, text) => void log.push(`${level} ${text}`),
      nowMs: () => NOW_MS,
      monotonicMs: () => tick,
      ...more,
    },
    settingsOf(...argv),
  )
}

/** What was told, as one line each. */
const tellings = () =>
  told.splice(0).map(({ what, request, detail }) => `${what} ${request.process.namespec} ${detail}`.trim())

test('only what the rules count is measured, and each size is handed on after the table', async () => {
  await monitorOf('-a', '99MB').check()
  expect(did.splice(0)).toEqual(['measure 1, 2', 'table w:a, w:b', 'size w:a 60', 'size w:b 40'])
  await monitorOf('-a', '999MB', '--cumulative').check()
  expect(did.splice(0)).toEqual([
    'measure 1, 2 with descendants',
    'table w:a, w:b',
    'size w:a 600',
    'size w:b 400',
  ])
  await monitorOf('-a', '99MB', '--total', '9GB', '--cumulative').check()
  expect(did.splice(0)[0]).toBe('measure 1, 2 with descendants')
  const both = monitorOf('-a', '99MB')
  const { rules, ...others } = settingsOf('-a', '99MB')
  both.use({ ...others, rules: [...rules, ...settingsOf('-a', '999MB', '--cumulative').rules] })
  await both.check()
  expect(did).toEqual([
    'measure 1, 2',
    'measure 1, 2 with descendants',
    'table w:a, w:b',
    'size w:a 600',
    'size w:b 400',
  ])
})

test('what is in the table but is not watched, or does not run, has no size', async () => {
  processes.push(
    processNamed('x:c', { pid: 3 }),
    processNamed('w:d', { pid: 4, state: ProcessState.STARTING }),
  )
  sizes = { 1: 60, 3: 1, 4: 1 }
  await monitorOf('-g', 'w=99MB').check()
  expect(did).toEqual(['measure 1, 2', 'table w:a, w:b, x:c, w:d', 'size w:a 60'])
})

test('a process over its soft limit is drained at each check, and its relief handed on', async () => {
  const monitor = monitorOf('-p', 'a=100MB', '--soft-limit', '50MB', '--drain-signal', 'TSTP')
  await monitor.check()
  await monitor.check()
  sizes[1] = 50
  await monitor.check()
  const acts = did.filter(text => text.startsWith('drain') || text.startsWith('relieved'))
  expect([acts, tellings()]).toEqual([['drain w:a 60', 'drain w:a 60', 'relieved w:a 50'], []])
})

test('a warning, its end and the end of an alert are told of the process, with the time', async () => {
  const monitor = monitorOf('-p', 'a=70MB', '--warn', '50MB', '--action', 'alert')
  await monitor.check()
  expect(told[0]).toMatchObject({
    occurredAt: NOW_MS,
    request: { breach: { value: 60 * MB, limit: 50 * MB } },
  })
  for (const size of [80, 20]) {
    sizes[1] = size
    await monitor.check()
  }
  sizes[1] = 20
  await monitor.check()
  expect(tellings()).toEqual(['warned w:a', 'alerted w:a', 'relieved w:a', 'eased w:a'])
})

test.each<[argv: string[], said: string[][]]>([
  [
    ['--total', '90MB', '--action', 'alert'],
    [['alerted total'], [], ['relieved total']],
  ],
  [
    ['--group-total', 'w=90MB', '--action', 'alert'],
    [['alerted w:*'], [], ['relieved w:*']],
  ],
  [
    ['--total', '90MB', '--dry-run'],
    [['would w:a restart'], [], ['relieved total']],
  ],
])('the budget %j: %j', async (argv, said) => {
  const monitor = monitorOf(...argv)
  const found: string[][] = []
  for (const size of [60, 60, 20]) {
    sizes[1] = size
    await monitor.check()
    found.push(tellings())
  }
  expect(found).toEqual(said)
})

test('a budget restarts one at a time, without a word of its own', async () => {
  await monitorOf('--total', '90MB').check()
  expect([did.filter(text => text.startsWith('restart')), tellings()]).toEqual([
    ['restart w:a --total 90MB'],
    [],
  ])
})

test('a budget in a dry run that nobody could meet is told of all', async () => {
  more = { mayRestart: () => false }
  await monitorOf('--total', '90MB', '--dry-run').check()
  expect(tellings()).toEqual(['alerted total'])
})

const ODD = 'w:od\ufffdd'
const UNNAMABLE =
  /^WARN w:od.d cannot be restarted, with .*: its name holds a control character, which XML-RPC cannot carry; rename it in supervisord.conf$/

test('what no call can name is not restarted, which is said once for as long as it is there', async () => {
  const odd = processNamed(ODD, { pid: 1 })
  processes = [odd]
  const monitor = monitorOf('-a', '50MB')
  await monitor.check()
  await monitor.check()
  expect(log).toEqual([expect.stringMatching(UNNAMABLE)])
  processes = [processNamed('w:b', { pid: 2 })]
  await monitor.check()
  processes = [odd]
  await monitor.check()
  expect(log).toHaveLength(2)
  expect(did.filter(text => text.startsWith('restart'))).toEqual([])
})

test('a request by a budget is measured again as that budget, without others of it that are away', async () => {
  let away = ''
  more = {
    restarts: {
      isAway: namespec => namespec === away,
      isComing: () => false,
      isMuted: () => false,
      add: () => {},
    },
  }
  const monitor = monitorOf('--min-free', '1MB', '--total', '1GB')
  const { process, breach } = requestFor(processes[0] as ProcessInfo, 60 * MB, '-a', '50MB')
  const budget = { id: 'budget total', whom: 'all', victim: '' }
  const measured = () => monitor.measureAgain({ process, breach: { ...breach, budget } })
  expect(await measured()).toBeUndefined() // before the first check nobody is known
  await monitor.check()
  expect(await measured()).toBe((60 + 40) * MB)
  away = 'w:b'
  expect(await measured()).toBe(60 * MB)
})

test('what no call can name, listeners and what is ignored go with no group', async () => {
  processes.push(
    processNamed(ODD, { pid: 3 }),
    processNamed('w:listener', { pid: 4 }),
    processNamed('w:ignored', { pid: 5 }),
    processNamed('w:down', { pid: 0, state: ProcessState.STOPPED }),
    processNamed('x:other', { pid: 6 }),
  )
  const monitor = monitorOf('-p', 'a=50MB', '--ignore', 'ignored')
  const request = requestFor(processes[0] as ProcessInfo, 60 * MB, '-p', 'a=50MB')
  expect(await monitor.companionsOf(request)).toEqual([])
  await monitor.check()
  const company = await monitor.companionsOf({
    ...request,
    breach: { ...request.breach, window: '[60MB*]', reason: 'in 1 check' },
  })
  expect(company.map(({ process, breach }) => [process.namespec, breach])).toEqual([
    ['w:b', { ...request.breach, value: 40 * MB, together: 'w:a' }],
  ])
})

test('a defect in what a check uses ends in no line about memory: it is thrown on', async () => {
  broken = new TypeError('x is not a function')
  await expect(monitorOf('-a', '50MB').check()).rejects.toThrow('x is not a function')
  expect(log).toEqual([])
})

test('a file that cannot be opened in the middle of a check is trouble, told once', async () => {
  more = {
    onMeasured: () => {
      throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })
    },
  }
  const monitor = monitorOf('-a', '50MB')
  await monitor.check()
  expect(log).toEqual([
    'WARN Memory could not be measured, retrying at the next tick: a test: EMFILE: too many open files',
  ])
})

test('what cannot be read is said again under other rules', async () => {
  const monitor = monitorOf('-p', 'a=50MB', '--metric', 'pss')
  await monitor.check()
  await monitor.check()
  expect(log).toHaveLength(1)
  monitor.use(settingsOf('-p', 'a=50MB', '--metric', 'pss'))
  await monitor.check()
  expect(log).toHaveLength(2)
})

test.each<[before: string, after: string, goes: string[]]>([
  ['50MB', '100MB', []],
  ['100MB', '50MB', ['restart w:a -a 50MB']],
])('-a %s becomes -a %s while sizes are measured: from then on the new limit holds alone', async (before, after, goes) => {
  const sizesOf = (pids: readonly number[]) => pids.map(pid => (sizes[pid] ?? -1) * MB)
  more = {
    quietLook: () => ({
      isUnchanged: () => true,
      watch: () => true,
      sizes: () => sizesOf([1, 2]),
      release: () => {},
    }),
  }
  const monitor = monitorOf('-a', before)
  meanwhile = () => monitor.use(settingsOf('-a', after))
  for (let check = 0; check < 2; check++) {
    await monitor.check()
    expect(did.splice(0).filter(text => text.startsWith('restart'))).toEqual(goes)
  }
})

test('patience goes by the monotonic clock', async () => {
  const monitor = monitorOf('-p', 'a=50MB', '--for', '1m')
  for (tick of [5_000, 64_999]) await monitor.check()
  expect(did.filter(text => text.startsWith('restart'))).toEqual([])
  tick = 65_000
  await monitor.check()
  expect(did.filter(text => text.startsWith('restart'))).toEqual(['restart w:a -p a=50MB'])
})

test('patience and alerts of a rule or a process that is gone begin anew', async () => {
  const monitor = monitorOf('-p', 'a=50MB', '--action', 'alert')
  await monitor.check()
  processes = [processNamed('w:b', { pid: 2 })]
  await monitor.check()
  processes = [processNamed('w:a', { pid: 1 })]
  await monitor.check()
  expect(tellings()).toEqual(['alerted w:a', 'alerted w:a'])
  monitor.use(settingsOf('-a', '1GB'))
  await monitor.check()
  monitor.use(settingsOf('-p', 'a=50MB', '--action', 'alert'))
  await monitor.check()
  expect(tellings()).toEqual(['alerted w:a'])
})
