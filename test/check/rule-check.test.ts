// The rules of one check: whose figures are read, and what is kept from one check to the next.
import { beforeEach, expect, test } from 'vitest'
import { RuleCheck } from '../../src/check/rule-check.ts'
import { watchedOf } from '../../src/check/watched.ts'
import type { Sampler, Unreadable } from '../../src/proc/sampler.ts'
import type { Rule } from '../../src/rules/rule.ts'
import { MB, processNamed, rulesFrom } from '../helpers/values.ts'

const WEB = processNamed('web', { pid: 1 })

/** In MB; PSS may be what keeps it from being read. */
let rssMb: number
let pss: number | Unreadable
let log: string[]
let reads: number
let counts: string[]
let check: RuleCheck
beforeEach(() => {
  rssMb = 20
  pss = 10
  log = []
  reads = 0
  counts = []
  const sampler: Sampler = {
    source: 'a test',
    measure: async () => new Map(),
    figures: pids => {
      reads++
      return pids.map(() => (typeof pss === 'number' ? pss * MB : pss))
    },
    shares: () => [],
    swapUsedBytes: () => 0,
  }
  check = new RuleCheck({
    sampler,
    log: (level, text) => void log.push(`${level} ${text}`),
    onFigure: (process, { metric }, value) => void counts.push(`${process.name} ${value} ${metric}`),
  })
})

/** What one check says of web: acts by their rule, changes by their kind. */
function said(rules: readonly Rule[], verbose = false): string[] {
  const exempt = { isListener: () => false, isSelf: () => false, ignored: [], mostSpecific: false }
  return watchedOf([WEB], { rules, budgets: [], monitors: [] }, exempt).flatMap(one => {
    const { acts, changes } = check.begin([one], () => rssMb * MB, 0, verbose)(one)
    return [...acts.map(({ rule }) => rule.written), ...changes.map(({ kind }) => kind)]
  })
}

const ALERT = rulesFrom('-a', '100MB', '--metric', 'pss', '--action', 'alert')

test('an alert over PSS ends though RSS has fallen far below its limit, and then nothing is remembered', () => {
  expect(check.isEmpty).toBe(true)
  rssMb = 200
  pss = 150
  expect(said(ALERT)).toEqual(['-a 100MB'])
  expect(check.isEmpty).toBe(false)
  rssMb = 20
  pss = 10
  expect(said(ALERT)).toEqual(['relieved'])
  expect(check.isEmpty).toBe(true)
})

test('--verbose reads and says the figures of all, and those that are far from their limits only it', () => {
  expect([said(ALERT), log, reads]).toEqual([[], [], 0])
  expect([said(ALERT, true), log, reads]).toEqual([[], [`DEBG PSS of web:web is ${10 * MB}`], 1])
})

test('what was counted is forgotten with its rule, and with its process', () => {
  const rules = rulesFrom('-a', '10MB', '--action', 'alert')
  for (const [kept, namespecs] of [
    [[], ['web:web']],
    [rules, []],
  ] as const) {
    expect(said(rules)).toEqual(['-a 10MB'])
    expect(said(rules)).toEqual([])
    check.keepOnly(rules, new Set(['web:web']))
    expect(said(rules)).toEqual([])
    check.keepOnly(kept, new Set(namespecs))
    expect(check.isEmpty).toBe(true)
  }
})

test('what cannot be read is said once, until that is forgotten', () => {
  pss = 'denied'
  rssMb = 200
  for (let at = 0; at < 2; at++) said(ALERT)
  expect(log).toHaveLength(1)
  check.forgetTold()
  said(ALERT)
  expect(log).toHaveLength(2)
})

test('each count of threads is handed on, and no size', () => {
  said(rulesFrom('-a', '10MB', '--threads-limit', '100'))
  said(rulesFrom('-a', '10MB'))
  expect(counts).toEqual([`web ${10 * MB} threads`])
})
