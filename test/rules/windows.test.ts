// One rule over one process through time: patience, hard limits, warnings and what was told already.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Rule } from '../../src/rules/rule.ts'
import { judge, type Window } from '../../src/rules/windows.ts'
import { MB, processNamed, rulesFrom } from '../helpers/values.ts'

const ruleOf = (...argv: string[]): Rule => rulesFrom(...argv)[0] as Rule
const PROCESS = processNamed('web')
const CHECK_MS = 60_000

/** What each check of these sizes in megabytes says: a letter for the verdict, and + or - for a warning or its end. */
function story(rule: Rule, megabytes: readonly number[], pids: readonly number[] = []): string {
  let window: Window | undefined
  return megabytes
    .map((size, at) => {
      const process = { ...PROCESS, pid: pids[at] ?? PROCESS.pid }
      const judged = judge(rule, process, 3_600, size * MB, at * CHECK_MS, window)
      window = judged.window
      const change = judged.change && { warned: '+', eased: '-', relieved: '!' }[judged.change.kind]
      return (
        { fine: '.', young: 'y', act: 'A', waiting: 'w', told: 't' }[judged.verdict.kind] + (change ?? '')
      )
    })
    .join(' ')
}

test.each<[argv: string[], megabytes: number[], told: string]>([
  [['-a', '10MB'], [9, 10, 11, 11], '. . A A'],
  [['-a', '10MB', '--for', '3'], [11, 11, 10, 11, 11, 11, 11], 'w w . w w A w'],
  [['-a', '10MB', '--for', '3/5'], [11, 11, 11, 9, 11], 'w w w . A'], // full, before it can be out
  [['-a', '10MB', '--for', '3/5'], [11, 9, 9, 9, 11, 11, 9, 11], 'w . . . w w . A'],
  [['-a', '10MB', '--for', '3/5'], [11, 11, 11, 11, 9, 9], 'w w w w . .'], // never on a check that is fine
  [['-a', '10MB', '--for', '2/3'], [11, 11, 11, 11, 11, 11], 'w w A w w A'], // counted from zero again
  [['-a', '10MB', '--for', '2m'], [11, 11, 11, 11], 'w w A w'],
  [['-a', '10MB', '--for', '2m'], [11, 11, 10, 11, 11, 11], 'w w . w w A'],
  [['-a', '10MB', '--for', '3', '--hard-limit', '20MB'], [11, 21, 20], 'w A w'],
  [['-a', 'none', '--hard-limit', '20MB'], [20, 21], '. A'],
  [['-a', '10MB', '--warn', '8MB'], [8, 9, 9, 8, 7.6, 9], '. .+ . . .- .+'], // 5% below, no to and fro
  [['-a', '10MB', '--warn', '80%'], [8, 9, 11], '. .+ A'],
  [['-a', '10MB', '--warn', '80%', '--for', '2'], [11, 11], 'w+ A'],
  [['-a', '10MB', '--action', 'alert'], [11, 12, 10, 9.6, 9.5, 11], 'A t . . .! A'],
  [['-a', '10MB', '--action', 'signal:HUP', '--for', '2'], [11, 11, 11, 9, 11, 11], 'w A t .! w A'],
  [['-a', '10MB', '--dry-run'], [11, 12, 9, 11], 'A t .! A'],
  [['-a', '10MB', '--warn', '8MB'], [9, 11, 9], '.+ A .'], // it still runs, and was warned about
  [['-a', '10MB', '--warn', '8MB'], [11, 9], 'A .+'],
  [['-a', '10MB', '--warn', '8MB', '--action', 'alert'], [11, 10, 9, 7], 'A . .! .-'], // an alert is a warning, too
])('%j over %j: %s', (argv, megabytes, told) => expect(story(ruleOf(...argv), megabytes)).toBe(told))

test('a soft limit asks at each check, and is over as soon as the size is back at it', () => {
  const [, soft] = rulesFrom('-p', 'web=100MB', '--soft-limit', '50MB', '--drain-signal', 'TSTP')
  expect(story(soft as Rule, [51, 52, 50, 51])).toBe('A A .! A')
})

test.each<[argv: string[], megabytes: number, isRemembered: boolean]>([
  [['-a', '10MB'], 10, false],
  [['-a', '10MB', '--for', '3'], 10, false],
  [['-a', '10MB', '--for', '3'], 11, true],
  [['-a', '10MB', '--for', '2m'], 10, false],
  [['-a', '10MB', '--for', '2m'], 11, true],
  [['-a', '10MB', '--for', '2/3'], 10, true], // good checks count as well
  [['-a', '10MB', '--warn', '5MB'], 6, true],
  [['-a', '10MB', '--action', 'alert'], 11, true],
])('after a check of %j at %d MB something is remembered: %s', (argv, megabytes, isRemembered) => {
  const { window } = judge(ruleOf(...argv), PROCESS, 3_600, megabytes * MB, 0, undefined)
  expect(window !== undefined).toBe(isRemembered)
})

test.each<[argv: string[], megabytes: number[], isRemembered: boolean]>([
  [['--action', 'alert'], [11, 9], false],
  [['--action', 'alert'], [11, 10], true], // told, and not yet some way under its limit
  [['--action', 'signal:HUP'], [11, 9], false],
  [['--dry-run'], [11, 9], false],
  [['--action', 'alert', '--warn', '8MB'], [11, 9], true], // over the threshold of its warning
  [['--action', 'alert', '--warn', '8MB'], [11, 7, 7], false],
])('%j over %j MB with a limit of 10 MB: something is remembered afterwards: %s', (argv, megabytes, isRemembered) => {
  const rule = ruleOf('-a', '10MB', ...argv)
  let window: Window | undefined
  for (const size of megabytes) window = judge(rule, PROCESS, 3_600, size * MB, 0, window).window
  expect(window !== undefined).toBe(isRemembered)
})

test('another pid begins from zero', () => {
  expect(story(ruleOf('-a', '10MB', '--for', '3'), [11, 11, 11, 11, 11], [1, 1, 2, 2, 2])).toBe('w w w w A')
  expect(story(ruleOf('-a', '10MB', '--action', 'alert'), [11, 11, 11], [1, 1, 2])).toBe('A t A')
})

test('a process is not judged in its first min_uptime, not by the hard limit either', () => {
  const rule = ruleOf('-a', '10MB', '--min-uptime', '5m', '--hard-limit', '20MB', '--warn', '50%')
  expect(judge(rule, PROCESS, 299, 99 * MB, 0, undefined)).toEqual({
    verdict: { kind: 'young' },
    window: undefined,
  })
  expect(judge(rule, PROCESS, 300, 99 * MB, 0, undefined).verdict.kind).toBe('act')
})

describe('what a breach says', () => {
  const last = (rule: Rule, megabytes: readonly number[]) => {
    let window: Window | undefined
    let breach: object | undefined
    for (const [at, size] of megabytes.entries()) {
      const judged = judge(rule, PROCESS, 3_600, size * MB, at * CHECK_MS, window)
      window = judged.window
      if ('breach' in judged.verdict) breach = judged.verdict.breach
    }
    return breach
  }
  test.each<[argv: string[], megabytes: number[], breach: object]>([
    [
      ['-a', '99MB'],
      [100],
      { rule: '-a 99MB', metric: 'rss', cumulative: false, value: 100 * MB, limit: 99 * MB },
    ],
    [
      ['-a', '99MB', '--for', '2/3'],
      [99, 100, 101],
      { reason: 'in 2 of 3 checks', window: '[99MB, 100MB*, 101MB*]' },
    ],
    [
      ['-a', '99MB', '--for', '2'],
      [100, 101],
      { reason: 'in 2 checks in a row', window: '[100MB*, 101MB*]' },
    ],
    [['-a', '99MB', '--for', '2m'], [100, 101, 102], { reason: 'for 2m and longer' }],
    [['-a', '99MB', '--for', '2m'], [100, 101], { reason: 'for 1m of 2m' }],
    [['-a', '99MB', '--for', '3m'], [1, 100, 101], { reason: 'for 1m of 3m' }],
    [['-a', '99MB', '--for', '2/3'], [1, 99, 100], { reason: '1 of the 2 checks that it takes' }],
    [
      ['-a', '99MB', '--for', '2/3'],
      [100],
      { reason: '1 of the 2 checks that it takes, 1 of 3 checks made' },
    ],
    [
      ['-a', '50MB', '--for', '3', '--hard-limit', '99MB'],
      [100],
      { limit: 99 * MB, isHard: true, reason: 'over hard_limit, which does not wait' },
    ],
  ])('%j over %j', (argv, megabytes, breach) =>
    expect(last(ruleOf(...argv), megabytes)).toMatchObject(breach))
})

test('a breach of one check needs no reason, and has no window', () => {
  const rule = ruleOf('-a', '99MB')
  expect(judge(rule, PROCESS, 3_600, 100 * MB, 0, undefined).verdict).toStrictEqual({
    kind: 'act',
    breach: {
      rule: '-a 99MB',
      ruleId: rule.id,
      metric: 'rss',
      cumulative: false,
      value: 100 * MB,
      limit: 99 * MB,
    },
  })
})

test('a warning names its threshold, and the end of an alert its limit', () => {
  const warn = ruleOf('-a', '99MB', '--warn', '50MB')
  const common = { metric: 'rss', cumulative: false }
  expect(judge(warn, PROCESS, 3_600, 60 * MB, 0, undefined).change).toEqual({
    kind: 'warned',
    breach: {
      ...common,
      rule: 'warn 50MB of -a 99MB',
      ruleId: warn.id,
      value: 60 * MB,
      limit: 50 * MB,
    },
  })
  const alert = ruleOf('-a', '100MB', '--action', 'alert')
  const { window } = judge(alert, PROCESS, 3_600, 101 * MB, 0, undefined)
  expect(judge(alert, PROCESS, 3_600, 95 * MB, 0, window).change).toEqual({
    kind: 'relieved',
    breach: { ...common, rule: '-a 100MB', ruleId: alert.id, value: 95 * MB, limit: 100 * MB },
  })
})

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 })
const patience = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 4 }))
  .map(([over, more]) => [over, over + more] as const)

test('no sequence under every limit is acted upon, and each act has had its patience', () => {
  fc.assert(
    fc.property(sizes, patience, fc.boolean(), (megabytes, [over, of], hasHard) => {
      const hard = hasHard ? ['--hard-limit', '20MB'] : []
      const rule = ruleOf('-a', '10MB', '--for', `${over}/${of}`, ...hard)
      const letters = story(rule, megabytes).split(' ')
      let since = 0
      for (const [at, letter] of letters.entries()) {
        const size = megabytes[at] ?? 0
        if (size <= 10) expect(letter).not.toContain('A')
        if (letter !== 'A') continue
        // Between two acts there is a whole window, with enough checks in it that were over.
        const own = megabytes.slice(since, at + 1).slice(-of)
        if (!(hasHard && size > 20)) {
          expect(own.length).toBe(of)
          expect(own.filter(one => one > 10).length).toBeGreaterThanOrEqual(over)
        }
        since = at + 1
      }
    }),
  )
})

test('a process that is replaced when it is restarted is never restarted twice for one breach', () => {
  fc.assert(
    fc.property(sizes, patience, (megabytes, [over, of]) => {
      const rule = ruleOf('-a', '10MB', '--for', `${over}/${of}`)
      let window: Window | undefined
      let pid = 1
      let seen = 0
      for (const [at, size] of megabytes.entries()) {
        const judged = judge(rule, { ...PROCESS, pid }, 3_600, size * MB, at, window)
        window = judged.window
        if (size > 10) seen++
        if (judged.verdict.kind !== 'act') continue
        expect(seen).toBeGreaterThanOrEqual(over) // all of them checks of this very pid
        pid++
        seen = 0
      }
    }),
  )
})

test('what is remembered of a patience in minutes is one value', () => {
  const rule = ruleOf('-a', '10MB', '--for', '5m')
  let window: Window | undefined
  for (let at = 0; at < 5; at++) window = judge(rule, PROCESS, 3_600, 11 * MB, at * CHECK_MS, window).window
  expect(window?.values).toEqual([11 * MB])
})

test('what is remembered is bounded by the patience', () => {
  fc.assert(
    fc.property(sizes, patience, (megabytes, [over, of]) => {
      const rule = ruleOf('-a', '10MB', '--for', `${over}/${of}`)
      let window: Window | undefined
      for (const [at, size] of megabytes.entries()) {
        window = judge(rule, PROCESS, 3_600, size * MB, at, window).window
        expect(window?.values.length ?? 0).toBeLessThanOrEqual(of)
      }
    }),
  )
})
