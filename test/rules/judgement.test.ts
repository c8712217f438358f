// All rules over one process, check by check: what is done and told when several are broken, and what is remembered.
import { expect, test } from 'vitest'
import { Judgement } from '../../src/rules/judgement.ts'
import type { ProcessInfo } from '../../src/rules/process.ts'
import type { Rule } from '../../src/rules/rule.ts'
import { MB, processNamed, rulesFrom } from '../helpers/values.ts'

const WEB = processNamed('web')
const UPTIME_SECONDS = 3_600

/** One check of the rules, each of which finds the process this large; what it says, one word for each. */
function check(
  judgement: Judgement,
  rules: readonly Rule[],
  megabytes: number | undefined,
  process: ProcessInfo = WEB,
  at = 0,
): string {
  const size = megabytes === undefined ? undefined : megabytes * MB
  const { acts, changes, others } = judgement.judge(process, rules, () => size, UPTIME_SECONDS, at)
  return [
    ...acts.map(({ rule, breach }) => `${rule.action.kind} ${breach.value / MB} over ${breach.limit / MB}`),
    ...changes.map(({ rule, kind, breach }) => `${kind} ${breach.limit / MB} of ${rule.written}`),
    ...others.map(({ rule, kind, breach }) => `${kind} ${breach.value / MB} of ${rule.written}`),
  ].join('; ')
}

/** The same rules, check by check. */
const story = (rules: readonly Rule[], sizes: readonly (number | undefined)[], judgement = new Judgement()) =>
  sizes.map(size => check(judgement, rules, size))

const ALERT = rulesFrom('-p', 'web=10MB', '--action', 'alert')
const RESTART = rulesFrom('-a', '20MB')
const WARNED = rulesFrom('-g', 'web=40MB', '--warn', '10MB')
const PATIENT = rulesFrom('-g', 'web=10MB', '--for', '2')

test.each<[what: string, rules: readonly Rule[], sizes: (number | undefined)[], said: string[]]>([
  ['nothing is over', [...ALERT, ...RESTART], [5, 10], ['', '']],
  ['one alert for each time', ALERT, [11, 12], ['alert 11 over 10', 'told 12 of -p web=10MB']],
  [
    'the end of an alert, and of a warning',
    [...ALERT, ...WARNED],
    [11, 9],
    ['alert 11 over 10; warned 10 of -g web=40MB', 'relieved 10 of -p web=10MB; eased 10 of -g web=40MB'],
  ],
  [
    'patience',
    PATIENT,
    [11, 11, 11],
    ['waiting 11 of -g web=10MB', 'restart 11 over 10', 'waiting 11 of -g web=10MB'],
  ],
  [
    'one restart by the first rule, and nothing besides',
    [...rulesFrom('-p', 'web=15MB'), ...ALERT, ...PATIENT, ...WARNED, ...RESTART],
    [21],
    ['restart 21 over 15'],
  ],
  [
    'a restart comes before whatever stands in front of it',
    [...ALERT, ...rulesFrom('-p', 'web=11MB', '--action', 'signal:HUP'), ...RESTART],
    [21],
    ['restart 21 over 20'],
  ],
  [
    'what was left out beside a restart is said if that came to nothing',
    [...ALERT, ...WARNED, ...RESTART],
    [21, 15],
    ['restart 21 over 20', 'alert 15 over 10; warned 10 of -g web=40MB'],
  ],
  [
    'what was said before a restart is not said again',
    [...ALERT, ...WARNED, ...RESTART],
    [11, 21, 12],
    ['alert 11 over 10; warned 10 of -g web=40MB', 'restart 21 over 20', 'told 12 of -p web=10MB'],
  ],
  [
    'checks that were over count on beside a restart',
    [...rulesFrom('-g', 'web=10MB', '--for', '3'), ...RESTART],
    [11, 21, 11],
    ['waiting 11 of -g web=10MB', 'restart 21 over 20', 'restart 11 over 10'],
  ],
  [
    'a rule whose value is not known is neither broken nor met',
    PATIENT,
    [11, undefined, 11],
    ['waiting 11 of -g web=10MB', '', 'restart 11 over 10'],
  ],
])('%s', (_, rules, sizes, said) => expect(story(rules, sizes)).toEqual(said))

test('beside the restart of another run nothing counts as said', () => {
  const judgement = new Judgement()
  const rules = [...ALERT, ...WARNED, ...RESTART]
  expect(check(judgement, rules, 11)).toContain('alert')
  const next = { ...WEB, pid: 1 }
  expect(check(judgement, rules, 21, next)).toBe('restart 21 over 20')
  expect(check(judgement, rules, 12, next)).toBe('alert 12 over 10; warned 10 of -g web=40MB')
})

test('what is remembered is forgotten when all is well, or the process or its rule is gone', () => {
  const judgement = new Judgement()
  const remembers = () => {
    expect(judgement.isEmpty).toBe(!judgement.remembers('web:web'))
    return judgement.remembers('web:web')
  }
  const all = new Set(PATIENT.map(({ signature }) => signature))
  const names = new Set(['web:web'])
  expect([check(judgement, PATIENT, 5), remembers()]).toEqual(['', false])
  check(judgement, PATIENT, 11)
  judgement.keepOnly(names, all)
  expect([remembers(), judgement.remembers('db:db')]).toEqual([true, false])
  check(judgement, PATIENT, 5)
  expect(remembers()).toBe(false)
  check(judgement, PATIENT, 11)
  judgement.keepOnly(new Set(['db:db']), all)
  expect(remembers()).toBe(false)
  check(judgement, PATIENT, 11)
  judgement.keepOnly(names, new Set(['another']))
  expect(remembers()).toBe(false)
  expect(check(judgement, PATIENT, 11)).toBe('waiting 11 of -g web=10MB')
})

test('of two rules the one that is gone is forgotten, and the other one counts on', () => {
  const judgement = new Judgement()
  const other = rulesFrom('-a', '10MB', '--for', '3')
  check(judgement, [...PATIENT, ...other], 11)
  judgement.keepOnly(new Set(['web:web']), new Set(other.map(({ signature }) => signature)))
  expect(check(judgement, [...PATIENT, ...other], 11)).toBe(
    'waiting 11 of -g web=10MB; waiting 11 of -a 10MB',
  )
  expect(check(judgement, other, 11)).toBe('restart 11 over 10')
})
