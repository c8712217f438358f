// Budgets: the sum, who gives way, and what was in vain.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveSettings } from '../../src/config/in-force.ts'
import { outcomeText } from '../../src/messages/outcome-text.ts'
import {
  type Budget,
  type BudgetState,
  isForgettable,
  judgeBudget,
  totalBytesOf,
  withoutRemoved,
} from '../../src/rules/budgets.ts'
import type { Member } from '../../src/rules/victim.ts'
import { MB, processNamed, settingsFrom } from '../helpers/values.ts'

const budgetOf = (...argv: string[]): Budget =>
  resolveSettings(settingsFrom(...argv), 1000 * MB).budgets[0] as Budget
const member = (name: string, privateMb: number, sharedMb = 0, mayRestart = true): Member => ({
  process: processNamed(`w:${name}`),
  privateBytes: privateMb * MB,
  sharedBytes: sharedMb * MB,
  mayRestart,
})
const THREE = [member('a', 10, 90), member('b', 30, 100), member('c', 20, 80)]

test('the sum is the largest shared part and all private ones', () => {
  expect(totalBytesOf(THREE)).toBe(160 * MB)
  expect(totalBytesOf([])).toBe(0)
})

/** What each check says of these totals in megabytes: whose restart is asked for, or what is told. */
function story(
  budget: Budget,
  totals: readonly number[],
  members: readonly Member[] | ((at: number) => readonly Member[]) = THREE,
): string {
  let state: BudgetState | undefined
  return totals
    .map((megabytes, at) => {
      const measured = { valueBytes: megabytes * MB, metric: 'pss' as const }
      const own = typeof members === 'function' ? members(at) : members
      const judged = judgeBudget(budget, measured, own, at * 60_000, state)
      state = judged.state
      return judged.verdict.kind === 'act' ? judged.verdict.victim.process.name : judged.verdict.kind
    })
    .join(' ')
}

test.each<[argv: string[], totals: number[], told: string]>([
  [['--group-total', 'w=100MB'], [100, 101], 'fits b'],
  [['--group-total', 'w=100MB'], [150, 150, 150, 150, 150], 'b c a alert told'], // in vain
  [['--group-total', 'w=100MB'], [150, 150, 99, 150], 'b c fits a'], // a dip is no end of it
  [['--group-total', 'w=100MB'], [150, 150, 95, 150], 'b c fits b'], // forgiven
  [['--group-total', 'w=100MB', '--for', '2'], [150, 150, 130, 150], 'waiting b waiting c'],
  [['--group-total', 'w=100MB', '--for', '2m'], [150, 150, 150], 'waiting waiting b'],
  [['--group-total', 'w=100MB', '--for', '2m'], [50, 150, 150, 150], 'fits waiting waiting b'],
  [['--group-total', 'w=100MB', '--for', '2/3'], [150, 150, 150], 'waiting waiting b'], // full, before it is out
  [['--group-total', 'w=100MB', '--for', '2/3'], [150, 50, 150, 150], 'waiting fits b waiting'],
  [['--group-total', 'w=100MB', '--for', '2/3'], [50, 50, 150, 150], 'fits fits waiting b'],
  [
    ['--group-total', 'w=100MB', '--action', 'alert'],
    [150, 150, 99, 95, 150],
    'alert told fits relieved alert',
  ],
  [['--group-total', 'w=100MB', '--dry-run'], [150, 150], 'alert told'],
  [['--min-free', '100MB'], [100, 99, 99, 120], 'fits b c fits'],
])('%j over %j: %s', (argv, totals, told) => expect(story(budgetOf(...argv), totals)).toBe(told))

/** Members by their private megabytes, check by check. */
const sizes =
  (...checks: Readonly<Record<string, number>>[]) =>
  (at: number): Member[] =>
    Object.entries(checks[at] ?? {}).map(([name, privateMb]) => member(name, privateMb))

test.each<[what: string, totals: number[], members: (at: number) => Member[], told: string]>([
  ['came back small', [150, 120, 90], sizes({ b: 40, c: 20 }, { b: 10, c: 20 }, { b: 10, c: 5 }), 'b c fits'],
  // 15 MB can be freed of c, 30 MB of b.
  [
    'has grown again since',
    [150, 150, 150],
    sizes({ b: 40, c: 20 }, { b: 10, c: 20 }, { b: 40, c: 35 }),
    'b c b',
  ],
  [
    'was down for a check',
    [150, 150, 150],
    sizes({ b: 40, c: 20 }, { c: 20 }, { b: 40, c: 20 }),
    'b c alert',
  ],
])('what was restarted and %s', (_, totals, members, told) =>
  expect(story(budgetOf('--group-total', 'w=100MB'), totals, members)).toBe(told))

test('what still waits for its restart keeps nothing yet, and nothing is learned of it', () => {
  const away = (privateMb: number): Member => ({ ...member('b', privateMb, 0, false), isAway: true })
  const checks = [
    [member('b', 40)],
    [away(40), member('c', 20)],
    [member('b', 5), member('c', 20)],
    [member('b', 30), member('c', 20)],
  ]
  expect(
    story(budgetOf('--group-total', 'w=100MB'), [150, 150, 150, 150], at => checks[at] as Member[]),
  ).toBe('b c alert b')
})

test.each<[argv: string[], value: number, members: Member[], told: string]>([
  [['--min-free', '100MB'], 0, [member('a', 1)], 'a'], // 1 % of what is missing
  [['--min-free', '100MB'], 0, [member('a', 0.99)], 'alert'],
  [['--min-free', '100MB'], 0, [member('a', 0.99), member('b', 1.1, 0, false)], 'alert'],
  [['--min-free', '100MB'], 99, [member('a', 0.01)], 'a'],
  [['--total', '100MB'], 300, [member('a', 2), member('b', 1.9)], 'a'],
  [['--total', '100MB'], 300, [member('a', 1.9), member('b', 1.9)], 'alert'],
  [['--total', '100MB', '--dry-run'], 300, [member('a', 1.9)], 'alert'],
  [['--total', '100MB'], 101, [member('a', 0)], 'alert'],
  [['--total', '100MB'], 101, [], 'alert'],
])('%j at %j: only what can help is restarted (%#)', (argv, value, members, told) =>
  expect(story(budgetOf(...argv), [value], members)).toBe(told))

test('that nobody can help is told once, and again after relief', () => {
  const free = [0, 0, 90, 101, 0, 106, 106, 0]
  expect(story(budgetOf('--min-free', '100MB'), free, [member('a', 0.05)])).toBe(
    'alert told told fits told relieved fits alert',
  )
  // One that has become old enough meanwhile, or has grown, is restarted all the same.
  expect(story(budgetOf('--min-free', '100MB'), [0, 0], at => [member('a', at)])).toBe('alert a')
})

/** The line about the last of these checks. */
function lineOf(budget: Budget, values: readonly number[], members: readonly Member[]): string {
  let state: BudgetState | undefined
  let line = ''
  for (const [at, megabytes] of values.entries()) {
    const judged = judgeBudget(budget, { valueBytes: megabytes * MB, metric: 'pss' }, members, at, state)
    state = judged.state
    const { verdict } = judged
    if (verdict.kind !== 'alert' && verdict.kind !== 'relieved') continue
    const what = verdict.kind === 'alert' ? 'alerted' : 'relieved'
    const request = { process: processNamed('free', { pid: 0 }), breach: verdict.breach }
    line = outcomeText({ kind: 'noticed', what, request, occurredAt: 0, detail: '' })
  }
  return line
}

test.each<[argv: string[], values: number[], members: Member[], line: string]>([
  [
    ['--min-free', '500MB'],
    [120],
    [member('a', 3.7)],
    'Too little memory is free: 120MB free, under --min-free 500MB by 380MB; nothing is restarted, because no program that memmon may restart would free at least 1% of the 380MB that are missing',
  ],
  [
    ['--min-free', '500MB'],
    [120, 530],
    [],
    'Enough memory is free again: 530MB free, over --min-free 500MB by 30MB',
  ],
  [
    ['--total', '100MB'],
    Array(8).fill(150),
    [1, 2, 3, 4, 5, 6, 7].map(at => member(`p${at}`, 10 - at)),
    'A budget is exceeded: all processes together use 150MB PSS (157286400 bytes), over --total 100MB by 50MB; nothing is restarted, because no program that memmon may restart would free at least 1% of the 50MB above the limit; tried in vain: w:p1, w:p2, w:p3, w:p4, w:p5 and 2 more',
  ],
  [
    ['--group-total', 'w=100MB', '--action', 'alert'],
    [150],
    THREE,
    'A budget is exceeded: the group w use 150MB PSS (157286400 bytes), over --group-total w=100MB by 50MB; w:b has the most of 3, 30MB USS',
  ],
  [
    ['--group-total', 'w=100MB', '--action', 'alert'],
    [150, 90],
    THREE,
    'A budget is met again: the group w use 90MB PSS (94371840 bytes), under --group-total w=100MB by 10MB',
  ],
])('the line of %j at %j', (argv, values, members, line) =>
  expect(lineOf(budgetOf(...argv), values, members)).toBe(line))

test('nobody who may not be restarted is chosen; if nobody is left, that is told', () => {
  const fixed = [member('a', 10), member('b', 30, 0, false), member('c', 20, 0, false)]
  expect(story(budgetOf('--total', '50MB'), [60], fixed)).toBe('a')
  expect(story(budgetOf('--total', '50MB'), [60, 60], fixed.slice(1))).toBe('alert told')
})

test('a share is one of what there is', () => {
  expect(budgetOf('--total', '25%').limitBytes).toBe(250 * MB)
})

test('no total within the budget ever has a victim, and a victim is always the largest that may go', () => {
  const members = fc.array(
    fc.record({ privateMb: fc.integer({ min: 0, max: 99 }), mayRestart: fc.boolean() }),
    { minLength: 1, maxLength: 8 },
  )
  fc.assert(
    fc.property(members, fc.array(fc.integer({ min: 50, max: 150 }), { maxLength: 12 }), (all, totals) => {
      const own = all.map(({ privateMb, mayRestart }, at) => member(`p${at}`, privateMb, 0, mayRestart))
      let state: BudgetState | undefined
      for (const [at, total] of totals.entries()) {
        const before = state
        const judged = judgeBudget(
          budgetOf('--total', '100MB'),
          { valueBytes: total * MB, metric: 'pss' },
          own,
          at,
          before,
        )
        state = judged.state
        if (judged.verdict.kind !== 'act') continue
        const { victim } = judged.verdict
        expect(total).toBeGreaterThan(100)
        expect(victim.mayRestart).toBe(true)
        const missing = (total - 100) * MB
        expect(victim.privateBytes).toBeGreaterThanOrEqual(missing / 100)
        const rivals = own.filter(one => one.mayRestart && !judged.state.kept.has(one.process.namespec))
        expect(victim.privateBytes).toBe(Math.max(...rivals.map(one => one.privateBytes)))
      }
    }),
  )
})

test('of two that are away the one that is back is known, and the other one is still asked for', () => {
  const away = (name: string, privateMb: number): Member => ({
    ...member(name, privateMb, 0, false),
    isAway: true,
  })
  const checks = [
    [member('b', 40)],
    [away('b', 40), member('c', 20)],
    [member('b', 40), away('c', 20), member('a', 10)],
    [member('b', 40), member('c', 20), member('a', 10)],
  ]
  expect(
    story(budgetOf('--group-total', 'w=100MB'), [150, 150, 150, 150], at => checks[at] as Member[]),
  ).toBe('b c a alert')
})

/** What the first check that is not fine says of the budget. */
function breachOf(argv: readonly string[], megabytes: number, members: readonly Member[]) {
  const measured = { valueBytes: megabytes * MB, metric: 'pss' as const }
  const { verdict } = judgeBudget(budgetOf(...argv), measured, members, 0)
  if (!('breach' in verdict)) throw new Error(verdict.kind)
  const { reason, budget, value, limit } = verdict.breach
  return { reason, whom: budget?.whom, why: budget?.victim, isFree: budget?.isFree, by: value - limit }
}
const FIXED = THREE.map(one => ({ ...one, mayRestart: false }))
const NOBODY =
  'nothing is restarted, because no program that memmon may restart would free at least 1% of the '

test.each<[argv: string[], value: number, members: readonly Member[], said: object]>([
  [
    ['--total', '100MB'],
    150,
    THREE,
    { whom: 'all processes together', why: 'with 30MB USS it has the most of 3', isFree: undefined },
  ],
  [['--total', '100MB', '--dry-run'], 150, THREE, { why: 'with 30MB USS it has the most of 3' }],
  [['--group-total', 'w=100MB'], 150, FIXED, { whom: 'the group w', why: `${NOBODY}50MB above the limit` }],
  [
    ['--group-total', 'w=100MB', '--dry-run'],
    150,
    FIXED,
    { whom: 'the group w', why: `${NOBODY}50MB above the limit` },
  ],
  [
    ['--min-free', '100MB'],
    60,
    [],
    { whom: 'free memory', isFree: true, why: `${NOBODY}40MB that are missing` },
  ],
  // An alert names who uses the most, whether memmon may restart that or not.
  [['--total', '100MB', '--action', 'alert'], 150, FIXED, { why: 'w:b has the most of 3, 30MB USS' }],
  [['--total', '100MB', '--action', 'alert'], 150, [], { why: '' }],
  [['--total', '100MB', '--for', '1/1'], 150, THREE, { reason: undefined, by: 50 * MB }],
])('%j at %d: what is said (%#)', (argv, value, members, said) =>
  expect(breachOf(argv, value, members)).toMatchObject(said))

test('patience is the reason of a breach; without any there is none', () => {
  const patient = budgetOf('--total', '100MB', '--for', '2')
  const measured = { valueBytes: 150 * MB, metric: 'pss' as const }
  const first = judgeBudget(patient, measured, THREE, 0)
  const { verdict } = judgeBudget(patient, measured, THREE, 1, first.state)
  expect(verdict).toMatchObject({ breach: { reason: 'in 2 checks in a row' } })
  const { verdict: plain } = judgeBudget(budgetOf('--total', '100MB'), measured, THREE, 0)
  expect('breach' in plain && Object.keys(plain.breach)).not.toContain('reason')
})

const STATE: BudgetState = { overs: [], overSince: undefined, asked: [], kept: new Map(), told: false }

test.each<[argv: string[], state: Partial<BudgetState>, isForgotten: boolean]>([
  [[], {}, true],
  [['--for', '3'], {}, true],
  [['--for', '2m'], {}, true],
  [['--for', '2/3'], {}, false], // good checks count as well
  [[], { told: true }, false],
  [[], { asked: ['w:a'] }, false],
  [[], { kept: new Map([['w:a', 1]]) }, false],
])('with %j and %j the next check can begin without the state: %s', (argv, state, isForgotten) =>
  expect(isForgettable(budgetOf('--total', '1MB', ...argv), { ...STATE, ...state })).toBe(isForgotten))

test('what supervisord has no more is forgotten, whatever else is remembered', () => {
  const kept = new Map([
    ['w:a', 1],
    ['w:b', 2],
  ])
  const state = { ...STATE, asked: ['w:c', 'w:d'], kept, told: true, overs: [true] }
  expect(withoutRemoved(state, new Set(['w:b', 'w:c']))).toEqual({
    ...state,
    asked: ['w:c'],
    kept: new Map([['w:b', 2]]),
  })
})

test('what is remembered of a patience in minutes does not grow', () => {
  const budget = budgetOf('--total', '100MB', '--for', '5m')
  let state: BudgetState | undefined
  for (let at = 0; at < 5; at++)
    state = judgeBudget(budget, { valueBytes: 150 * MB, metric: 'pss' }, THREE, at * 60_000, state).state
  expect(state?.overs).toEqual([true])
})
