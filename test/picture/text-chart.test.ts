// Charts as they are drawn, in test/picture/charts. After a change on purpose: npx vitest run test/picture -u.
import { describe, expect, test } from 'vitest'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { sparkline } from '../../src/picture/sparkline.ts'
import { textChart } from '../../src/picture/text-chart.ts'
import { inUtc } from '../helpers/time-zone.ts'
import { endedLife, HOUR, historyOf, lifeOf, MB, MINUTE, NOON } from './histories.ts'

inUtc()

const OPTIONS = { width: 72, height: 12, sinceMs: NOON - 8 * HOUR, nowMs: NOON, isAscii: true }
const tooth = (minute: number) => 100 + minute * 3.4
const HISTORIES: Readonly<Record<string, ProcessHistory>> = {
  leak: historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => [120 + minute / 2, 140 + minute / 2])]),
  'restarts-and-a-gap': historyOf([
    endedLife(NOON - 8 * HOUR, NOON - 6 * HOUR, tooth),
    endedLife(NOON - 6 * HOUR, NOON - 4 * HOUR, tooth),
    endedLife(NOON - 4 * HOUR, NOON - 2 * HOUR, tooth),
    lifeOf(NOON - 100 * MINUTE, NOON, minute => 100 + minute),
  ]),
  'limit-far-above': historyOf([lifeOf(NOON - 8 * HOUR, NOON, () => 120)], { limitBytes: 2048 * MB }),
  'over-its-limit': historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => (minute < 400 ? 300 : 800))]),
  'close-to-its-limit': historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => 450 + minute / 10)]),
  'no-limit': historyOf([lifeOf(NOON - 30 * HOUR, NOON, minute => 1400 - minute / 3)], {
    limitBytes: undefined,
  }),
}

describe.each([true, false])('in ASCII: %s', isAscii => {
  test.each(Object.entries(HISTORIES))('%s', async (name, history) => {
    const lines = textChart(history, { ...OPTIONS, isAscii })
    const file = `charts/${name}-${isAscii ? 'ascii' : 'blocks'}.txt`
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(file)
    expect(lines.every(line => [...line].length <= 72 && line === line.trimEnd())).toBe(true)
    expect(lines.length).toBeLessThanOrEqual(OPTIONS.height + 3)
    if (isAscii) expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/)
  })
})

const drawn = (history: ProcessHistory, more: Partial<typeof OPTIONS> = {}) =>
  textChart(history, { ...OPTIONS, ...more })

test('the limit stands where sizes that reach it end', () => {
  const at = historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => (minute < 240 ? 500 : 100))])
  const lines = drawn(at)
  const limit = lines.findIndex(line => line.startsWith('limit 500MB |-----'))
  expect(limit).toBeGreaterThanOrEqual(0)
  expect(lines[limit + 1]).toMatch(/\|#{29,30}:?$/)
})

test('a jump at the very end is seen, and so is a size that is next to nothing', () => {
  const jump = historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => (minute < 478 ? 100 : 490))])
  expect(drawn(jump).filter(line => line.endsWith(':')).length).toBeGreaterThan(5)
  const tiny = historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => (minute < 240 ? 1 : 400))])
  expect(drawn(tiny).find(line => line.trimStart().startsWith('0 |'))).toMatch(/\|[#:]{59}$/)
})

test.each<[what: string, history: ProcessHistory, more?: Partial<typeof OPTIONS>]>([
  ['no life', historyOf([])],
  ['nothing in that time', historyOf([lifeOf(NOON - 20 * HOUR, NOON - 10 * HOUR, () => 1)])],
  ['no room', historyOf([lifeOf(NOON - 8 * HOUR, NOON, () => 1)]), { width: 14 }],
  ['no time at all', historyOf([lifeOf(NOON - HOUR, NOON, () => 7)]), { sinceMs: NOON }],
])('%s: no lines', (_, history, more) => {
  expect(drawn(history, more)).toEqual([])
})

test.each<[what: string, history: ProcessHistory, more: Partial<typeof OPTIONS>]>([
  ['one point', historyOf([lifeOf(NOON - MINUTE, NOON, () => 7)]), {}],
  ['nothing but zeros', historyOf([lifeOf(NOON - HOUR, NOON, () => 0)]), {}],
  ['no height', historyOf([lifeOf(NOON - HOUR, NOON, () => 7)]), { height: 0 }],
  ['twenty years', historyOf([lifeOf(NOON - 175_000 * HOUR, NOON, () => 7)]), { sinceMs: 0 }],
])('%s: lines within the width', (_, history, more) => {
  const lines = drawn(history, more)
  expect(lines.length).toBeGreaterThan(3)
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(72)
  expect(lines.join('')).not.toMatch(/NaN|Infinity|undefined/)
})

test.each<
  [what: string, values: readonly (number | undefined)[], width: number, blocks: string, ascii: string]
>([
  ['from the lowest to the highest', [10, 20, 30, 40, 50, 60, 70, 80], 8, '▁▂▃▄▅▆▇█', '_.-~=+*#'],
  ['the highest of those that share one', [1, 9, 1, 1, 5, 1], 3, '█▁▅', '#_='],
  ['fewer than there is room', [1, 2], 8, '▁█', '_#'],
  ['a gap', [1, undefined, 2, Number.NaN], 4, '▁ █ ', '_ # '],
  ['constant', [5, 5, 5], 8, '▄▄▄', '~~~'],
  ['none', [], 8, '', ''],
  ['no room', [1, 2], 0, '', ''],
])('sparkline: %s', (_, values, width, blocks, ascii) => {
  expect(sparkline(values, width)).toBe(blocks)
  expect(sparkline(values, width, true)).toBe(ascii)
})
