// Budgets: the sum, who gives way, and what was in vain.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveSettings } from '../../src/cli/resolve.ts'
import {
  type Budget,
  type BudgetState,
  judgeBudget,
  type Member,
  totalBytesOf,
} from '../../src/core/budgets.ts'
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
function story(budget: Budget, totals: readonly number[], members: readonly Member[] = THREE): string {
  let state: BudgetState | undefined
  return totals
    .map((megabytes, at) => {
      const measured = { valueBytes: megabytes * MB, metric: 'pss' as const }
      const judged = judgeBudget(budget, measured, members, at * 60_000, state)
      state = judged.state
      return judged.verdict.kind === 'act' ? judged.verdict.victim.process.name : judged.verdict.kind
    })
    .join(' ')
}

test.each<[argv: string[], totals: number[], told: string]>([
  [['--group-total', 'w=100MB'], [100, 101], 'fits b'],
  [['--group-total', 'w=100MB'], [150, 120, 90], 'b b fits'], // it helped: the largest again
  [['--group-total', 'w=100MB'], [150, 150, 150, 150, 150], 'b c a alert told'], // in vain
  [['--group-total', 'w=100MB'], [150, 150, 99, 150], 'b c fits b'], // and forgiven
  [['--group-total', 'w=100MB', '--for', '2'], [150, 150, 130, 150], 'waiting b waiting b'],
  [['--group-total', 'w=100MB', '--for', '2m'], [150, 150, 150], 'waiting waiting b'],
  [
    ['--group-total', 'w=100MB', '--action', 'alert'],
    [150, 150, 99, 95, 150],
    'alert told fits relieved alert',
  ],
  [['--group-total', 'w=100MB', '--dry-run'], [150, 150], 'alert told'],
  [['--min-free', '100MB'], [100, 99, 99, 120], 'fits b c fits'],
])('%j over %j: %s', (argv, totals, told) => expect(story(budgetOf(...argv), totals)).toBe(told))

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
        const rivals = own.filter(
          one => one.mayRestart && !judged.state.inVain.includes(one.process.namespec),
        )
        expect(victim.privateBytes).toBe(Math.max(...rivals.map(one => one.privateBytes)))
      }
    }),
  )
})
