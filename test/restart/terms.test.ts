// What the settings in force say of a request that was made under others: row by row, from flags as an operator
// gives them.
import { describe, expect, test } from 'vitest'
import { resolveSettings } from '../../src/config/in-force.ts'
import { termsOf } from '../../src/restart/terms.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import type { Breach } from '../../src/rules/rule.ts'
import { HARD, REQUEST, SOFT, TOGETHER } from '../helpers/jobs.ts'
import { breachFor, MB, processNamed, settingsFrom } from '../helpers/values.ts'

const inForce = (...argv: string[]) => resolveSettings(settingsFrom(...argv), 1000 * MB)
const termsUnder = (request: RestartRequest, ...argv: string[]) => termsOf(request, inForce(...argv))
const plan = { group: false }
const threads = inForce('-p', 'a=50MB', '--threads-limit', '7').rules.find(
  ({ metric }) => metric === 'threads',
)

const budgetRequest = (...argv: string[]): RestartRequest => {
  const [budget] = inForce(...argv).budgets
  if (!budget) throw new Error('no budget')
  const breach: Breach = { ...breachFor(1, '-a', '1MB'), ruleId: budget.id, rule: budget.written }
  return { process: processNamed('w:a'), breach }
}

/** The monitor's id is made of its whole path. */
const OF_MONITOR: RestartRequest = {
  ...REQUEST,
  breach: {
    ...REQUEST.breach,
    rule: 'monitor own',
    ruleId: 'monitor /m/own.mjs',
    limit: Number.POSITIVE_INFINITY,
    isOfMonitor: true,
  },
}
const OWN = ['--monitor', '/m/own.mjs']

describe('a monitor', () => {
  const drain = { kind: 'drain', graceSeconds: 900 }
  test.each<[what: string, argv: string[], terms: object]>([
    [
      'its hooks are those of all',
      [...OWN, '--pre-restart-command', 'x'],
      { plan: { preCommand: 'x' }, drain },
    ],
    [
      'its hooks are those of the closest rule, and so is the way to drain',
      [...OWN, '-a', '3GB', '-p', 'a=2GB', '--soft-limit', '1GB', '--grace', '5m'],
      { plan, drain: { ...drain, graceSeconds: 300 } },
    ],
  ])('%s', (_, argv, terms) => {
    expect(termsUnder(OF_MONITOR, ...argv)).toMatchObject({
      kind: 'stands',
      limit: Number.POSITIVE_INFINITY,
      ...terms,
    })
  })

  test.each<[argv: string[], why: string]>([
    [['-p', 'a=50MB'], 'its monitor was removed from the settings'],
    [['--monitor', '/m/other.mjs'], 'its monitor was removed from the settings'],
    [[...OWN, '--ignore', 'a'], 'the settings ignore it now'],
    [[...OWN, '--dry-run'], 'a dry run restarts nothing'],
  ])('not under %j', (argv, why) => {
    expect(termsUnder(OF_MONITOR, ...argv)).toMatchObject({ kind: 'spared', why })
  })

  test('one of its group goes as long as groups do', () => {
    const together = { ...OF_MONITOR, breach: { ...OF_MONITOR.breach, together: 'w:b' } }
    expect(termsUnder(together, ...OWN, '--restart-group')).toMatchObject({ kind: 'stands' })
    expect(termsUnder(together, ...OWN)).toMatchObject({
      kind: 'spared',
      why: 'restart_group is off for its group now',
    })
  })
})

describe('its rule still asks for it', () => {
  test.each<[what: string, request: RestartRequest, argv: string[], terms: object]>([
    ['as it did', REQUEST, ['-p', 'a=50MB'], { limit: 50 * MB }],
    ['with another limit', REQUEST, ['-p', 'a=70MB', '--for', '3'], { limit: 70 * MB }],
    ['with a share as its limit', REQUEST, ['-p', 'a=7%'], { limit: 70 * MB }],
    [
      'with commands',
      REQUEST,
      ['-p', 'a=50MB', '--pre-restart-command', 'x', '--restart-group'],
      { plan: { preCommand: 'x', group: true } },
    ],
    ['by its hard limit', HARD, ['-p', 'a=70MB', '--hard-limit', '90MB'], { limit: 90 * MB }],
    ['by a hard limit that is gone', HARD, ['-p', 'a=70MB'], { limit: Number.POSITIVE_INFINITY }],
    [
      'by its soft limit',
      SOFT,
      ['-p', 'a=99MB', '--soft-limit', '60MB', '--grace', '5m', '--drain-check', 'x'],
      { limit: 60 * MB, drain: { kind: 'drain', graceSeconds: 300, check: 'x' } },
    ],
    [
      'RSS stands in for a figure of memory that could not be read',
      REQUEST,
      ['-p', 'a=50MB', '--metric', 'pss'],
      { limit: 50 * MB },
    ],
    [
      'by what counts its threads',
      { ...REQUEST, breach: { ...REQUEST.breach, ruleId: threads?.id ?? '', metric: 'threads' } },
      ['-p', 'a=50MB', '--threads-limit', '9'],
      { limit: 9 },
    ],
    ['with its group', TOGETHER, ['-p', 'a=50MB', '--restart-group'], { limit: 50 * MB }],
    ['a budget', budgetRequest('--group-total', 'w=9MB'), ['--group-total', 'w=8MB'], { limit: 8 * MB }],
    ['another rule is closer, and all count', REQUEST, ['-p', 'a=50MB', '-p', 'w:a=9MB'], { limit: 50 * MB }],
    [
      'an event listener that its own rule names',
      { ...REQUEST, breach: { ...REQUEST.breach, ruleId: 'any * memory' } },
      ['-a', '50MB'],
      { limit: 50 * MB },
    ],
  ])('%s', (_, request, argv, terms) => {
    const found = termsUnder(request, ...argv)
    expect(found).toMatchObject({ kind: 'stands', ...terms })
    expect('drain' in found).toBe('drain' in terms)
  })

  test('without commands, it says so', () => {
    expect(termsUnder(REQUEST, '-p', 'a=50MB')).toEqual({ kind: 'stands', plan, limit: 50 * MB })
  })
})

describe('it is spared', () => {
  const GONE = 'its rule was removed from the settings'
  const OTHER = 'its rule no longer restarts'
  const COUNTS_OTHER = 'its rule counts something else now'
  test.each<[what: string, request: RestartRequest, argv: string[], why: string, hasPlan?: boolean]>([
    ['its rule is gone', REQUEST, ['-p', 'b=50MB'], GONE, false],
    ['only its soft limit is gone', SOFT, ['-p', 'a=50MB'], GONE, false],
    ['its budget is gone', budgetRequest('--total', '9MB'), ['--group-total', 'w=9MB'], GONE, false],
    ['it is ignored', REQUEST, ['-p', 'a=50MB', '--ignore', 'w:*'], 'the settings ignore it now'],
    [
      'one of a budget is ignored',
      budgetRequest('--total', '9MB'),
      ['--total', '9MB', '--ignore', 'a'],
      'the settings ignore it now',
    ],
    ['it counts descendants now', REQUEST, ['-p', 'a=50MB', '-c'], COUNTS_OTHER],
    [
      'it counts RSS now',
      { ...REQUEST, breach: { ...REQUEST.breach, metric: 'pss' } },
      ['-p', 'a=50MB'],
      COUNTS_OTHER,
    ],
    [
      'it counts threads now: RSS stands in for none of them',
      { ...REQUEST, breach: { ...REQUEST.breach, ruleId: threads?.id ?? '' } },
      ['-p', 'a=50MB', '--threads-limit', '9'],
      COUNTS_OTHER,
    ],
    [
      'it counts USS now',
      { ...REQUEST, breach: { ...REQUEST.breach, metric: 'pss' } },
      ['-p', 'a=50MB', '--metric', 'uss'],
      COUNTS_OTHER,
    ],
    ['a dry run', REQUEST, ['-p', 'a=50MB', '--dry-run'], 'a dry run restarts nothing'],
    [
      'a dry run of a drain',
      SOFT,
      ['-p', 'a=99MB', '--soft-limit', '60MB', '--dry-run'],
      'a dry run restarts nothing',
    ],
    ['an alert', REQUEST, ['-p', 'a=50MB', '--action', 'alert'], OTHER],
    ['a signal', REQUEST, ['-p', 'a=50MB', '--action', 'signal:HUP'], OTHER],
    ['an alert of a budget', budgetRequest('--total', '9MB'), ['--total', '9MB', '--action', 'alert'], OTHER],
    ['a command', REQUEST, ['-p', 'a=50MB', '--action', 'exec', '--exec-command', 'x'], OTHER],
    [
      'its group is not restarted any more',
      TOGETHER,
      ['-p', 'a=50MB'],
      'restart_group is off for its group now',
    ],
    [
      'another rule is closer, which decides alone',
      REQUEST,
      ['-p', 'a=50MB', '-p', 'w:a=9MB', '--most-specific'],
      'its rule no longer applies to it',
    ],
  ])('%s', (_, request, argv, why, hasPlan = true) => {
    expect(termsUnder(request, ...argv)).toEqual({ kind: 'spared', why, ...(hasPlan && { plan }) })
  })

  test('the commands of a rule that spares it are known: what they owe is still run', () => {
    expect(termsUnder(REQUEST, '-p', 'a=50MB', '--dry-run', '--post-restart-command', 'x')).toMatchObject({
      kind: 'spared',
      plan: { postCommand: 'x' },
    })
  })

  test('of several reasons: ignored, then what the rule does', () => {
    const ignored = termsUnder(REQUEST, '-p', 'a=50MB', '--ignore', 'a', '--dry-run')
    expect(ignored).toMatchObject({ why: 'the settings ignore it now' })
    expect(termsUnder(TOGETHER, '-p', 'a=50MB', '--dry-run')).toMatchObject({
      why: 'a dry run restarts nothing',
    })
  })
})

describe('a person', () => {
  const byHand = (rule: string): RestartRequest => ({
    ...REQUEST,
    breach: { ...REQUEST.breach, rule, ruleId: rule, limit: Number.POSITIVE_INFINITY, isByHand: true },
  })
  const drain = { kind: 'drain', signal: 'TSTP', graceSeconds: 900 }
  test.each<[what: string, rule: string, argv: string[], terms: object]>([
    [
      'its hooks are those of the closest rule, whatever that does',
      'memmon restart',
      ['-p', 'a=2GB', '--action', 'alert', '--pre-restart-command', 'x'],
      { kind: 'stands', limit: Number.POSITIVE_INFINITY, plan: { preCommand: 'x' } },
    ],
    ['no rule any more', 'memmon restart', ['-p', 'b=2GB'], { kind: 'stands', plan }],
    [
      'drained as its soft limit says',
      'memmon drain',
      ['-p', 'a=2GB', '--soft-limit', '1GB', '--drain-signal', 'TSTP'],
      { kind: 'stands', drain },
    ],
    [
      'its soft limit asks nobody any more',
      'memmon drain',
      ['-p', 'a=2GB', '--soft-limit', '1GB'],
      { kind: 'spared', why: 'its soft_limit is no longer in the settings' },
    ],
    [
      'ignored since',
      'memmon restart',
      ['-p', 'a=2GB', '--ignore', 'a'],
      { kind: 'spared', why: 'the settings ignore it now' },
    ],
  ])('%s', (_, rule, argv, terms) => {
    expect(termsUnder(byHand(rule), ...argv)).toMatchObject(terms)
  })
})
