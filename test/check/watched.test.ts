// Which processes are looked at, how closely, and the lines that --verbose keeps of superlance's memmon.
import { describe, expect, test } from 'vitest'
import { checkingLines, valueLines } from '../../src/check/peer-lines.ts'
import { counts, isFarFrom, watchedOf } from '../../src/check/watched.ts'
import { wholeOf } from '../../src/check/whole.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import type { Budget } from '../../src/rules/budgets.ts'
import { ProcessState } from '../../src/rules/process.ts'
import type { Exemptions, Rule } from '../../src/rules/rule.ts'
import { MB, processNamed, rulesFrom, settingsFrom } from '../helpers/values.ts'

const NONE: Exemptions = { isListener: () => false, isSelf: () => false, ignored: [], mostSpecific: false }
const budgetsOf = (...argv: string[]) => resolveSettings(settingsFrom(...argv), 1000 * MB).budgets
const watched = (rules: readonly Rule[], budgets: readonly Budget[] = []) =>
  watchedOf([processNamed('shop:web'), processNamed('db')], { rules, budgets, monitors: [] }, NONE)

test.each<[argv: string[], watched: string[]]>([
  [
    ['-p', 'web=1MB'],
    ['shop:web', 'db:db'],
  ],
  [['--group-total', 'shop=1MB'], ['shop:web']],
  [
    ['--total', '1MB'],
    ['shop:web', 'db:db'],
  ],
  [
    ['--min-free', '1MB'],
    ['shop:web', 'db:db'],
  ],
])('of %j %j are looked at', (argv, names) => {
  const rules = rulesFrom(...argv)
  const found = watched(rules, argv[0] === '-p' ? [] : budgetsOf(...argv))
  const expected = argv[0] === '-p' ? names.slice(0, 1) : names
  expect(found.map(({ process }) => process.namespec)).toEqual(expected)
})

test.each<[budget: string[], counted: string[]]>([
  [['--group-total', 'shop=1MB'], ['shop:web']],
  [
    ['--total', '1MB'],
    ['shop:web', 'db:db'],
  ],
])('in the budget %j %j count', (argv, counted) => {
  const [budget] = budgetsOf(...argv) as [Budget]
  const all = [processNamed('shop:web'), processNamed('db')]
  expect(all.filter(process => counts(budget, process)).map(({ namespec }) => namespec)).toEqual(counted)
})

describe('below which size nothing can be wrong', () => {
  const quiet = (...argv: string[]) => {
    const [first] = watched(rulesFrom(...argv))
    return [first?.quietBytes, first?.quietTreeBytes, first?.countsSwap].map(one =>
      typeof one === 'number' && Number.isFinite(one) && one > 0 ? one / MB : one,
    )
  }
  test.each<[argv: string[], plain: number, trees: number, countsSwap: boolean]>([
    [['-a', '100MB'], 100, Infinity, false],
    [['-a', '100MB', '-p', 'web=80MB'], 80, Infinity, false],
    [['-a', '100MB', '--cumulative'], Infinity, 100, false],
    [['-a', '100MB', '--warn', '70MB'], 70, Infinity, false],
    [['-a', 'none', '--hard-limit', '90MB'], 90, Infinity, false],
    [['-a', '116MB', '--metric', 'pss'], 80, Infinity, false], // PSS may be a fifth above RSS, and 16 MB
    [['-a', '116MB', '--metric', 'uss'], 80, Infinity, false],
    [['-a', '116MB', '--metric', 'pss+swap'], 80, Infinity, true],
    [['-a', '100MB', '--metric', 'rss+swap'], 100, Infinity, true],
    [['-a', '100MB', '--metric', 'rss+swap', '--threads-limit', '5'], -1, Infinity, true],
    [['-a', '100MB', '--threads-limit', '5'], -1, Infinity, false],
    [['-a', '100MB', '--fds-limit', '5'], -1, Infinity, false],
    [['-a', '100MB', '--for', '2/3'], -1, Infinity, false],
    [['-a', '100MB', '--for', '3'], 100, Infinity, false],
    [['-a', '100MB', '--for', '5m'], 100, Infinity, false],
  ])('%j', (argv, plain, trees, countsSwap) => expect(quiet(...argv)).toEqual([plain, trees, countsSwap]))

  test('what is swapped out counts only for a rule that counts swap', () => {
    const [rss, swap] = [rulesFrom('-a', '100MB'), rulesFrom('-a', '100MB', '--metric', 'rss+swap')].map(
      ([rule]) => rule as Rule,
    ) as [Rule, Rule]
    expect([isFarFrom(rss, 100 * MB, 0), isFarFrom(rss, 100 * MB + 1, 0)]).toEqual([true, false])
    expect([isFarFrom(rss, 60 * MB, 50 * MB), isFarFrom(swap, 60 * MB, 50 * MB)]).toEqual([true, false])
    expect(isFarFrom(swap, 60 * MB, 40 * MB)).toBe(true)
  })
})

test.each<[argv: string[], namespec: string, group: string]>([
  [['--group-total', 'shop=1MB'], 'shop:*', 'shop'],
  [['--total', '1MB'], 'total', '*'],
  [['--min-free', '1MB'], 'free', '*'],
])('what stands for all processes of %j is %s', (argv, namespec, group) => {
  expect(wholeOf(budgetsOf(...argv)[0] as Budget)).toEqual({
    namespec,
    group,
    name: '*',
    state: ProcessState.RUNNING,
    pid: 0,
    startSeconds: 0,
    nowSeconds: 0,
    spawnError: '',
  })
})

test.each<[argv: string[], lines: string[]]>([
  [
    ['-p', 'web=1KB', '-p', 'a:b=2KB', '-g', 'shop=3KB', '-g', 's*=4KB', '-a', '5KB'],
    ['Checking programs web=1024, a:b=2048', 'Checking groups shop=3072, s*=4096', 'Checking any=5120'],
  ],
  [['-a', '5KB'], ['Checking any=5120']],
  [['-a', 'none', '--threads-limit', '5', '--fds-limit', '6'], []],
  [['-p', 'web=5KB', '--soft-limit', '4KB'], ['Checking programs web=5120']],
  [
    [
      '-a',
      '9223372036854775807',
      '--group-total',
      'w=1KB',
      '--group-total',
      'x=2KB',
      '--total',
      '3KB',
      '--min-free',
      '4KB',
    ],
    [
      'Checking any=9223372036854775808',
      'Checking totals of groups w=1024, x=2048',
      'Checking total=3072',
      'Checking free=4096',
    ],
  ],
])("--verbose says of %j in the peer's words: %j", (argv, lines) => {
  const { rules, budgets } = resolveSettings(settingsFrom(...argv), undefined)
  expect(checkingLines(rules, budgets)).toEqual(lines)
})

test('a value is said once for each metric', () => {
  const rules = [...rulesFrom('-p', 'web=1KB', '-a', '2KB'), ...rulesFrom('-a', '1KB', '--metric', 'pss')]
  const values = rules.map(rule => ({ rule, value: rule.metric === 'rss' ? 7 : 8 }))
  expect(valueLines(processNamed('shop:web'), values)).toEqual([
    'RSS of shop:web is 7',
    'PSS of shop:web is 8',
  ])
})
