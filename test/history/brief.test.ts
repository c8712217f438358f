// A history that waits with a message: small, whatever it was, and never taken from a file unseen.
import { describe, expect, test } from 'vitest'
import { type BriefHistory, briefOf, fullOf, isBrief } from '../../src/history/brief.ts'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { endedLife, HOUR, historyOf, leak, lifeOf, MB, NOON } from '../picture/histories.ts'

const DAY = 24 * HOUR
const span = { sinceMs: NOON - 7 * DAY, untilMs: NOON }
const usual = historyOf([lifeOf(NOON - HOUR / 2, NOON, minute => [100 + minute, 110 + minute])])
const throughJson = (brief: unknown): unknown => JSON.parse(JSON.stringify(brief))

test('it comes back from JSON as it was, by the second and the KiB', () => {
  const brief = throughJson(briefOf(usual, span))
  expect(isBrief(brief)).toBe(true)
  const full = fullOf(brief as BriefHistory)
  expect(full).toEqual(usual)
})

test('the largest, of 900 GB, is 8 KB, and keeps its highest and lowest size, and all its time', () => {
  const sizes = (minute: number) => [800_000 + minute, 900_000 - minute] as const
  const lives = Array.from({ length: 14 }, (_, at) =>
    endedLife(NOON - (15 - at) * 11 * HOUR, NOON - (14 - at) * 11 * HOUR, sizes),
  )
  const largest = historyOf([...lives, lifeOf(NOON - 11 * HOUR, NOON, sizes)], { verdict: leak() })
  const brief = briefOf(largest, span)
  expect(JSON.stringify(brief).length).toBeLessThan(8 * 1024)
  expect(isBrief(throughJson(brief))).toBe(true)
  const [before, after] = [largest, fullOf(brief)].map(({ lives }) => lives.at(-1)?.points ?? [])
  const edges = (points: typeof before = []) => [
    points[0]?.fromMs,
    points.at(-1)?.untilMs,
    Math.min(...points.map(({ lowBytes }) => lowBytes)) / MB,
    Math.max(...points.map(({ highBytes }) => highBytes)) / MB,
  ]
  expect(edges(after)).toEqual(edges(before))
})

test('what is before the time that is of interest is left out, but for the last life', () => {
  const lives = [
    endedLife(NOON - 40 * HOUR, NOON - 20 * HOUR, () => 1),
    endedLife(NOON - 20 * HOUR, NOON - 10 * HOUR, () => 2),
  ]
  const brief = briefOf(historyOf(lives), { sinceMs: NOON - 6 * HOUR, untilMs: NOON })
  expect(brief.lives.map(({ fromMs, points }) => [fromMs, points])).toEqual([[NOON - 20 * HOUR, []]])
})

describe('what a file may hold', () => {
  const brief = throughJson(briefOf(usual, span)) as Record<string, unknown>
  const [life] = brief.lives as Record<string, unknown>[]
  const withLife = (more: object) => ({ ...brief, lives: [{ ...life, ...more }] })
  test.each<[what: string, value: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['no name', { ...brief, namespec: 1 }],
    ['no metric', { ...brief, metric: 'threads' }],
    ['a limit that is a text', { ...brief, limitBytes: '1' }],
    ['no time', { ...brief, span: { sinceMs: 1 } }],
    ['an unknown verdict', { ...brief, verdict: { kind: 'x' } }],
    ['a leak without a slope', { ...brief, verdict: { ...leak(), slopeBytesPerHour: null } }],
    ['lives that are none', { ...brief, lives: {} }],
    ['too many lives', { ...brief, lives: Array.from({ length: 12 }, () => life) }],
    ['a life without a pid', withLife({ pid: undefined })],
    ['an end for no reason', withLife({ end: {} })],
    ['a point below zero', withLife({ points: [0, 30, -1, 4] })],
    ['a point that is a text', withLife({ points: [0, 30, '1', 4] })],
    ['too many points', withLife({ points: Array.from({ length: 4000 }, () => 1) })],
  ])('%s: not taken', (_, value) => {
    expect(isBrief(brief)).toBe(true)
    expect(isBrief(value)).toBe(false)
  })

  test.each<[what: string, more: Partial<ProcessHistory>]>([
    ['no limit', { limitBytes: undefined }],
    ['a leak without a limit', { verdict: leak({ secondsToLimit: undefined }) }],
    ['bloat', { verdict: { kind: 'bloat', fromBytes: 1, toBytes: 2 } }],
    ['no lives', { lives: [] }],
  ])('%s: taken', (_, more) => {
    expect(isBrief(throughJson(briefOf({ ...usual, ...more }, span)))).toBe(true)
  })
})
