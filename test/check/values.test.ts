// Which figures a check reads, and what takes the place of one that cannot be read.
import { beforeEach, expect, test } from 'vitest'
import { readValues } from '../../src/check/values.ts'
import { watchedOf } from '../../src/check/watched.ts'
import type { Sampler, Unreadable } from '../../src/proc/sampler.ts'
import type { Exemptions, Rule } from '../../src/rules/rule.ts'
import { MB, processNamed, rulesFrom } from '../helpers/values.ts'

const NONE: Exemptions = { isListener: () => false, isSelf: () => false, ignored: [], mostSpecific: false }
const PROCESSES = [processNamed('web', { pid: 1 }), processNamed('db', { pid: 2 })]

let asked: string[]
let log: string[]
let told: Set<string>
let swapMb: number
let figure: (pid: number, metric: string) => number | Unreadable
beforeEach(() => {
  asked = []
  log = []
  told = new Set()
  swapMb = 0
  figure = pid => pid * MB
})

const sampler: Sampler = {
  source: 'a test',
  measure: async () => new Map(),
  figures: (pids, metric, cumulative) => {
    asked.push(`${metric}${cumulative ? ' with descendants' : ''} of ${pids.join(', ')}`)
    return pids.map(pid => figure(pid, metric))
  },
  shares: () => [],
  swapUsedBytes: () => swapMb * MB,
}

/** The values of each process, by RSS in MB; `rss` those with descendants are ten times as large. */
function valuesBy(rules: readonly Rule[], rss: readonly (number | undefined)[], isFollowed = false) {
  const watched = watchedOf(PROCESSES, { rules, budgets: [], monitors: [] }, NONE)
  const valuesOf = readValues(
    watched,
    ({ process }, cumulative) => {
      const size = rss[process.pid - 1]
      return size === undefined ? undefined : size * MB * (cumulative ? 10 : 1)
    },
    sampler,
    () => isFollowed,
    told,
    (level, text) => void log.push(`${level} ${text}`),
  )
  return watched.map(one => valuesOf(one).map(({ rule, value }) => `${rule.metric} ${value / MB}`))
}

test('RSS is there already, with or without descendants; what has gone has no value', () => {
  expect(valuesBy(rulesFrom('-a', '1MB'), [5, undefined])).toEqual([['rss 5'], []])
  expect(valuesBy(rulesFrom('-a', '1MB', '--cumulative'), [5, 6])).toEqual([['rss 50'], ['rss 60']])
  expect(asked).toEqual([])
})

test('other figures are read for those whose RSS is near a limit, and for what is followed', () => {
  const rules = rulesFrom('-a', '100MB', '--metric', 'pss')
  expect(valuesBy(rules, [90, 20])).toEqual([['pss 1'], []])
  expect(valuesBy(rules, [90, undefined], true)).toEqual([['pss 1'], []])
  expect(valuesBy(rules, [20, 20], true)).toEqual([['pss 1'], ['pss 2']])
  expect(valuesBy(rules, [20, 20])).toEqual([[], []])
  expect(asked).toEqual(['pss of 1', 'pss of 1', 'pss of 1, 2'])
})

test('swap that is in use brings a process near a limit that counts it', () => {
  swapMb = 60
  expect(valuesBy(rulesFrom('-a', '100MB', '--metric', 'rss+swap'), [50, 20])).toEqual([['rss+swap 1'], []])
  const mixed = [...rulesFrom('-p', 'db=9GB'), ...rulesFrom('-p', 'web=100MB', '--metric', 'rss+swap')]
  expect(valuesBy(mixed, [50, 20])).toEqual([['rss+swap 1'], ['rss 20']])
})

test('each figure is read once, however many rules ask for it, and with descendants apart', () => {
  const rules = [
    ...rulesFrom('-p', 'web=1MB', '-a', '2MB', '--metric', 'pss'),
    ...rulesFrom('-g', 'web=1MB', '--metric', 'pss', '--cumulative'),
    ...rulesFrom('-a', 'none', '--threads-limit', '1'),
  ]
  valuesBy(rules, [50, 60])
  expect(asked.sort()).toEqual(['pss of 1, 2', 'pss with descendants of 1', 'threads of 1, 2'])
})

test.each<[why: Unreadable, metric: string[], value: string[], said: string[]]>([
  [
    'denied',
    ['-p', 'web=1MB', '--metric', 'pss'],
    ['rss 50'],
    [
      "WARN -p web=1MB: PSS of web:web (pid 1) cannot be read (it is another user's process, run memmon as root): its RSS is used instead, which counts shared memory in full",
    ],
  ],
  [
    'unsupported',
    ['-p', 'web=1MB', '--metric', 'uss', '--cumulative'],
    ['rss 500'],
    [
      'WARN -p web=1MB: USS with descendants of web:web (pid 1) cannot be read (this sampler does not report it): its RSS is used instead, which counts shared memory in full',
    ],
  ],
  [
    'unsupported',
    ['-p', 'web=none', '--fds-limit', '1'],
    [],
    [
      'WARN -p web --fds-limit 1: open files of web:web (pid 1) cannot be read (this sampler does not report it): this rule is skipped for it',
    ],
  ],
  ['gone', ['-p', 'web=1MB', '--metric', 'pss'], [], []],
])('%s: %j', (why, argv, value, said) => {
  figure = () => why
  const rules = rulesFrom(...argv).filter(({ metric }) => metric !== 'rss')
  for (let check = 0; check < 2; check++) {
    expect(valuesBy(rules, [50, undefined])).toEqual([value])
    expect(log).toEqual(said)
  }
})
