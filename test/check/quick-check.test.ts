// When a check can do without supervisord, and what it then has before it.
import { beforeEach, expect, test } from 'vitest'
import type { Found } from '../../src/check/full-look.ts'
import { QuickCheck } from '../../src/check/quick-check.ts'
import type { QuietLook } from '../../src/check/quick-look.ts'
import { watchedOf } from '../../src/check/watched.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import type { Sampler } from '../../src/proc/sampler.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { MB, processNamed, settingsFrom } from '../helpers/values.ts'

const WEB = processNamed('web', { pid: 1 })
const DOWN = processNamed('down', { pid: 0, state: ProcessState.STOPPED })
/** Of each process, in MB. */
const PLAIN_MB = 10
const TREE_MB = 90
/** Of the full check. */
const AT_MS = 2_000

let nowMs: number
let isUnchanged: boolean
let isGone: boolean
let releases: number
let taken: number
let watchedPids: (readonly number[])[]
let look: QuietLook | undefined
beforeEach(() => {
  nowMs = AT_MS
  isUnchanged = true
  isGone = false
  releases = 0
  taken = 0
  watchedPids = []
  look = {
    isUnchanged: () => isUnchanged,
    watch: pids => watchedPids.push(pids) > 0,
    sizes: cumulative => {
      const size = isGone ? -1 : (cumulative ? TREE_MB : PLAIN_MB) * MB
      return watchedPids.at(-1)?.map(() => size) ?? []
    },
    release: () => void releases++,
  }
})

const checkWith = () =>
  new QuickCheck({
    sampler: { swapUsedBytes: () => 0 } as Sampler,
    quietLook: () => look,
    onMeasured: () => void taken++,
    monotonicMs: () => nowMs,
  })

const settingsOf = (...argv: string[]) => resolveSettings(settingsFrom(...argv), 1000 * MB)

/** What a full check has found by these flags. */
function found(argv: readonly string[], processes: readonly ProcessInfo[], untilMs = Infinity): Found {
  const { rules, budgets } = settingsOf(...argv)
  const exempt = { isListener: () => false, isSelf: () => false, ignored: [], mostSpecific: false }
  const watched = watchedOf(processes, { rules, budgets, monitors: [] }, exempt)
  return { watched, running: [], isListener: () => false, atMs: AT_MS, untilMs }
}

/** quiet, near, or asks; after a full check by the same flags. */
function after(argv: readonly string[], change: (check: QuickCheck) => void = () => {}): string {
  const check = checkWith()
  check.prepare(found(argv, [WEB], 5_000))
  change(check)
  return check.see(settingsOf(...argv))?.kind ?? 'asks'
}

test.each<[argv: string[], kind: string]>([
  [['-a', '10MB'], 'quiet'],
  [['-a', '9MB'], 'near'],
  [['-a', '90MB', '--cumulative'], 'quiet'],
  [['-a', '89MB', '--cumulative'], 'near'],
  [['-a', '10MB', '--verbose'], 'asks'],
])('%j: %s', (argv, kind) => expect(after(argv)).toBe(kind))

test.each<[what: string, change: (check: QuickCheck) => void, kind: string]>([
  ['the children have changed', () => (isUnchanged = false), 'asks'],
  ['one has gone', () => (isGone = true), 'asks'],
  ['there is no look any more', () => (look = undefined), 'asks'],
  ['other settings hold', check => check.forget(), 'asks'],
  ['as late as the last full check reaches', () => (nowMs = 5_000), 'quiet'],
  ['later than that', () => (nowMs = 5_001), 'asks'],
])('%s', (_, change, kind) => expect(after(['-a', '10MB'], change)).toBe(kind))

test('only those with a pid are looked at, and those without are there all the same, each once', () => {
  const check = checkWith()
  const argv = ['--total', '1GB']
  check.prepare(found(argv, [WEB, DOWN]))
  nowMs = AT_MS + 3_000
  const aged = check.see(settingsOf(...argv))?.aged()
  expect(watchedPids).toEqual([[1]])
  expect(aged?.watched.map(({ process }) => [process.namespec, process.nowSeconds])).toEqual([
    ['web:web', WEB.nowSeconds + 3],
    ['down:down', DOWN.nowSeconds],
  ])
  expect(aged?.watched.map(one => aged.rssOf(one, false))).toEqual([PLAIN_MB * MB, undefined])
})

test('where supervisord shows no children each check asks', () => {
  const check = checkWith()
  look = undefined
  check.prepare(found(['-a', '1GB'], [WEB]))
  expect(check.see(settingsOf('-a', '1GB'))).toBeUndefined()
})

test('where nobody has a pid there is nothing to look at: the next check asks', () => {
  const check = checkWith()
  check.prepare(found(['-a', '1GB'], [DOWN]))
  expect([watchedPids, check.see(settingsOf('-a', '1GB'))]).toEqual([[], undefined])
})

test('what is forgotten is held open no longer', () => {
  expect([after(['-a', '10MB'], check => check.forget()), releases]).toEqual(['asks', 1])
})

test('a history gets a size each half minute, the same or not', () => {
  const check = checkWith()
  check.prepare(found(['-a', '1GB'], [WEB]))
  const takenAt = [5, 29, 30, 59, 60, 95, 100].map(seconds => {
    nowMs = AT_MS + seconds * 1000
    check.see(settingsOf('-a', '1GB'))
    return taken
  })
  expect(takenAt).toEqual([1, 1, 2, 2, 3, 4, 4])
})
