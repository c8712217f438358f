// The budgets of one check: what is read for them, who counts, who may go, and what is told when it cannot be read.
import { beforeEach, expect, test } from 'vitest'
import { BudgetCheck } from '../../src/check/budget-check.ts'
import { watchedOf } from '../../src/check/watched.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import type { Shares, Unreadable } from '../../src/proc/sampler.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { MB, processNamed, settingsFrom } from '../helpers/values.ts'

let processes: ProcessInfo[]
/** By pid, in MB. */
let rss: Record<number, number>
let shares: Record<number, [privateMb: number, sharedMb: number] | Unreadable>
let asked: string[]
let log: string[]
let freeMb: number | undefined
let queued: Set<string>
let fixed: Set<string>
beforeEach(() => {
  processes = ['w:a', 'w:b', 'x:c'].map((name, at) => processNamed(name, { pid: at + 1 }))
  rss = { 1: 60, 2: 70, 3: 80 }
  shares = { 1: [30, 30], 2: [40, 30], 3: [70, 10] }
  asked = []
  log = []
  freeMb = undefined
  queued = new Set()
  fixed = new Set()
})

const rulesetOf = (argv: readonly string[]) => resolveSettings(settingsFrom(...argv), 1000 * MB)
const budgetsOf = (...argv: string[]) => rulesetOf(argv).budgets

const checkWith = () =>
  new BudgetCheck({
    sampler: {
      shares: (pids, cumulative) => {
        asked.push(`${pids.join(', ')}${cumulative ? ' with descendants' : ''}`)
        return pids.map(pid => {
          const one = shares[pid] ?? 'gone'
          return typeof one === 'string'
            ? one
            : ({ privateBytes: one[0] * MB, sharedBytes: one[1] * MB } satisfies Shares)
        })
      },
    },
    availableBytes: () => (freeMb === undefined ? undefined : freeMb * MB),
    mayRestart: ({ namespec }) => !fixed.has(namespec),
    isQueued: namespec => queued.has(namespec),
    log: (level, text) => void log.push(`${level} ${text}`),
  })

/** What one check says: whose restart is asked for, or else what; with the sum in MB. */
function said(check: BudgetCheck, argv: readonly string[], at = 0): string[] {
  const rules = rulesetOf(argv)
  const watched = watchedOf(
    processes,
    { rules: [], budgets: rules.budgets, monitors: [] },
    {
      isListener: () => false,
      isSelf: () => false,
      ignored: [],
      mostSpecific: false,
    },
  )
  return check
    .check(rules, watched, rssOf, at)
    .map(({ verdict }) =>
      [
        verdict.kind === 'act' ? verdict.victim.process.namespec : verdict.kind,
        ...('breach' in verdict ? [`${verdict.breach.value / MB} ${verdict.breach.metric}`] : []),
      ].join(' '),
    )
}
const rssOf = ({ process }: { readonly process: ProcessInfo }, cumulative: boolean) => {
  const size = rss[process.pid]
  return size === undefined ? undefined : size * MB * (cumulative ? 2 : 1)
}

test('--verbose says what each budget comes to, far from its limit as well', () => {
  freeMb = 500
  expect(
    said(checkWith(), ['--verbose', '--total', '900MB', '--group-total', 'w=800MB', '--min-free', '10MB']),
  ).toEqual([])
  expect(log).toEqual([
    `DEBG PSS of all processes is ${170 * MB}`,
    `DEBG PSS of all processes of group w is ${100 * MB}`,
    `DEBG Free memory is ${500 * MB}`,
  ])
})

test('while RSS fits nothing else is read; beyond it shared memory counts once', () => {
  const check = checkWith()
  expect([said(check, ['--total', '210MB']), asked]).toEqual([[], []])
  expect([said(check, ['--total', '209MB']), asked]).toEqual([[], ['1, 2, 3']]) // 140 private and 30 shared
  expect(said(checkWith(), ['--total', '169MB'])).toEqual(['x:c 170 pss'])
  expect(said(checkWith(), ['--group-total', 'w=99MB'])).toEqual(['w:b 100 pss'])
})

test('with descendants both are read so', () => {
  expect(said(checkWith(), ['--total', '419MB', '--cumulative'])).toEqual([])
  expect(asked).toEqual(['1, 2, 3 with descendants'])
  expect(said(checkWith(), ['--total', '420MB', '--cumulative'])).toEqual([])
  expect(asked).toHaveLength(1)
})

test('what is free on the machine says nothing of what may be used together', () => {
  freeMb = 999
  expect(said(checkWith(), ['--total', '169MB'])).toEqual(['x:c 170 pss'])
})

test('several budgets are each judged for themselves', () => {
  const argv = ['--total', '160MB', '--group-total', 'w=1GB', '--group-total', 'x=79MB']
  expect(said(checkWith(), argv).sort()).toEqual(['x:c 170 pss', 'x:c 80 pss'])
})

test('what does not run, or has gone, does not count', () => {
  processes[2] = processNamed('x:c', { pid: 3, state: ProcessState.STARTING })
  delete rss[1]
  expect(said(checkWith(), ['--total', '69MB'])).toEqual(['w:b 70 pss'])
  expect(asked).toEqual(['2'])
  shares[2] = 'gone'
  expect(said(checkWith(), ['--total', '69MB'])).toEqual([])
})

test.each<[why: Unreadable]>([
  ['denied'],
  ['unsupported'],
])('what one has for itself is %s: RSS is summed for all, which is said once', why => {
  shares[2] = why
  const check = checkWith()
  for (const at of [0, 1]) said(check, ['--total', '209MB', '--action', 'alert'], at)
  expect(said(checkWith(), ['--total', '209MB', '--action', 'alert'])).toEqual(['alert 210 rss'])
  expect(log.slice(0, -1)).toEqual([
    'WARN --total 209MB: what w:b has for itself cannot be read (run memmon as root): RSS is summed, with shared memory once for each process',
  ])
})

test.each<[what: string, change: () => void, argv: string[], goes: string]>([
  ['the largest', () => {}, [], 'x:c'],
  ['not one that may not be restarted', () => fixed.add('x:c'), [], 'w:b'],
  [
    'not one that is younger than min_uptime',
    () => {
      processes[2] = processNamed('x:c', { pid: 3, startSeconds: 1_003_623 + 1 })
    },
    ['--min-uptime', '100s'],
    'w:b',
  ],
  [
    'one that is as old as min_uptime',
    () => {
      processes[2] = processNamed('x:c', { pid: 3, startSeconds: 1_003_623 })
    },
    ['--min-uptime', '100s'],
    'x:c',
  ],
])('who goes: %s', (_, change, argv, goes) => {
  change()
  expect(said(checkWith(), ['--total', '100MB', ...argv])).toEqual([`${goes} 170 pss`])
})

test('free memory: nothing is read while enough is free; too little is a breach', () => {
  const check = checkWith()
  freeMb = 100
  expect([said(check, ['--min-free', '100MB']), asked]).toEqual([[], []])
  freeMb = 99
  expect(said(check, ['--min-free', '100MB'])).toEqual(['x:c 99 rss'])
  // What was restarted is looked at again, to learn what it needs.
  freeMb = 100
  asked = []
  expect([said(check, ['--min-free', '100MB']), asked]).toEqual([[], ['1, 2, 3']])
})

test('an alert on free memory: once enough is free, that is all that is read', () => {
  const check = checkWith()
  const argv = ['--min-free', '100MB', '--action', 'alert']
  freeMb = 99
  expect(said(check, argv)).toEqual(['alert 99 rss'])
  asked = []
  freeMb = 101
  expect([said(check, argv), said(check, argv), asked]).toEqual([[], [], []])
  freeMb = 120
  expect([said(check, argv), said(check, argv), asked]).toEqual([['relieved 120 rss'], [], []])
})

test('a budget that is over two checks of three, with one between that fits', () => {
  const check = checkWith()
  const argv = ['--total', '169MB', '--for', '2/3']
  expect(said(check, argv)).toEqual(['waiting'])
  shares[3] = [60, 10]
  expect(said(check, argv)).toEqual([])
  shares[3] = [70, 10]
  expect(said(check, argv)).toEqual(['x:c 170 pss'])
})

test('a budget that has to be over for some time keeps since when it is', () => {
  const check = checkWith()
  const argv = ['--total', '169MB', '--for', '2m']
  expect([0, 60_000, 119_999, 120_000].map(at => said(check, argv, at))).toEqual([
    ['waiting'],
    ['waiting'],
    ['waiting'],
    ['x:c 170 pss'],
  ])
})

test('too little is free, however small the processes are', () => {
  freeMb = 400
  expect(said(checkWith(), ['--min-free', '500MB'])).toEqual(['x:c 400 rss'])
})

test.each([
  '100MB',
  '1B',
])('free memory that cannot be read is told once, and nobody goes: --min-free %s', limit => {
  const check = checkWith()
  for (const at of [0, 1]) expect(said(check, ['--min-free', limit], at)).toEqual([])
  expect(log).toEqual([
    `WARN --min-free ${limit}: the free memory of this machine cannot be read: this rule is disabled`,
  ])
})

test('it waits five minutes for one that is being restarted, each time anew, and by budget', () => {
  const check = checkWith()
  const argv = ['--group-total', 'w=99MB']
  queued.add('w:a')
  const ticks = [1_000, 300_999, 301_000]
  expect(ticks.map(at => said(check, argv, at))).toEqual([[], [], ['w:b 100 pss']])
  queued.clear()
  expect(said(check, ['--total', '1GB'], 302_000)).toEqual([])
  queued.add('w:a')
  expect(said(checkWith(), ['--group-total', 'x=1MB'], 0)).toEqual(['x:c 80 pss'])
})

test('one that came back in time does not shorten the next wait', () => {
  const check = checkWith()
  const argv = ['--group-total', 'w=99MB', '--action', 'alert']
  queued.add('w:a')
  expect(said(check, argv, 0)).toEqual([])
  queued.clear()
  expect(said(check, argv, 299_000)).toEqual(['alert 100 pss'])
  queued.add('w:a')
  expect(said(check, argv, 301_000)).toEqual([])
})

test('an alert is told once, and its end; a budget that is gone is forgotten', () => {
  const check = checkWith()
  const argv = ['--total', '169MB', '--action', 'alert']
  expect(said(check, argv)).toEqual(['alert 170 pss'])
  expect(said(check, argv)).toEqual(['told'])
  check.keepOnly(budgetsOf(...argv), new Set())
  expect(said(check, argv)).toEqual(['told'])
  check.keepOnly([], new Set())
  expect(said(check, argv)).toEqual(['alert 170 pss'])
  rss = { 1: 1, 2: 1, 3: 1 }
  shares = { 1: [1, 0], 2: [1, 0], 3: [1, 0] }
  expect(said(check, argv)).toEqual(['relieved 3 pss'])
  expect(said(check, argv)).toEqual([])
  asked = []
  expect([said(check, argv), asked]).toEqual([[], []]) // all is forgotten: RSS is enough again
})

test('one that supervisord has no more was not restarted in vain', () => {
  const check = checkWith()
  const argv = ['--total', '100MB']
  expect(said(check, argv)).toEqual(['x:c 170 pss'])
  expect(said(check, argv)).toEqual(['w:b 170 pss'])
  check.keepOnly(budgetsOf(...argv), new Set(['w:a', 'w:b']))
  expect(said(check, argv)).toEqual(['x:c 170 pss'])
})

test('a budget that is gone waits for nobody', () => {
  const check = checkWith()
  const argv = ['--group-total', 'w=99MB']
  queued.add('w:a')
  said(check, argv, 0)
  check.keepOnly([], new Set())
  expect(said(check, argv, 300_000)).toEqual([])
  check.keepOnly(budgetsOf(...argv), new Set())
  expect(said(check, argv, 600_000)).toEqual(['w:b 100 pss'])
})

test('measured again by hand: the same sum, or nothing', () => {
  const check = checkWith()
  const measured = (...argv: string[]) => {
    const budgets = budgetsOf(...argv)
    const watched = processes.map(process => ({
      process,
      rules: [],
      quietBytes: 0,
      quietTreeBytes: 0,
      countsSwap: false,
    }))
    return check.measure(budgets[0] as (typeof budgets)[number], watched, rssOf)
  }
  expect(measured('--total', '1GB')).toBe(170 * MB)
  expect(measured('--group-total', 'w=1GB')).toBe(100 * MB)
  expect(measured('--min-free', '1MB')).toBeUndefined()
  freeMb = 7
  expect(measured('--min-free', '1MB')).toBe(7 * MB)
})
