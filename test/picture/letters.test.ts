// The letters of a PNG: each that a chart may have is drawn, where its text would stand.
import { expect, test } from 'vitest'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { withDrawnLetters } from '../../src/picture/letters.ts'
import { svgChart } from '../../src/picture/svg-chart.ts'
import { historyOf, LEAK, leaking, lifeOf, MB, manyKinds, NOW_MS, pointsUntil } from '../helpers/histories.ts'

const BOX = 'M.3 0V-6H3.3V0z'
const DAY_MS = 86_400_000
const svg = (history: ProcessHistory) => svgChart(history, { sentence: '', colours: 'light' })
const text = (x: number, anchor: string, content: string) =>
  `<text x="${x}" y="20" text-anchor="${anchor}" fill="#000" stroke="#fff" font-size="1">${content}</text>`

test('every letter that labels have: all kinds, months, units and times', () => {
  const months = Array.from({ length: 12 }, (_, at) => {
    const atMs = NOW_MS - at * 30.4 * DAY_MS
    return historyOf({ atMs, lives: [lifeOf(pointsUntil(atMs, [MB, MB, MB], 2 * DAY_MS))] })
  })
  const sizes = [1, 1e4, 1e7, 1e10, 1e13].map(bytes =>
    historyOf({ limitBytes: bytes, lives: [lifeOf(pointsUntil(NOW_MS, [bytes, bytes]), { by: 'unseen' })] }),
  )
  const times = [59, 3599, 86_399, 1e7].map(secondsToLimit =>
    leaking({ verdict: { ...LEAK, secondsToLimit } }),
  )
  for (const history of [...manyKinds(), ...months, ...sizes, ...times]) {
    const drawn = withDrawnLetters(svg(history))
    expect(drawn).not.toContain('<text')
    expect(drawn).not.toContain(BOX)
  }
})

test('what is not among them is a box, and all else of the chart stays', () => {
  expect(withDrawnLetters(text(0, 'start', 'Ω'))).toContain(BOX)
  const without = (chart: string) =>
    chart.replace(/<text.*?<\/text>|<g transform="translate\([-\d. ]+\) scale.*?<\/g><\/g>/g, '')
  expect(without(withDrawnLetters(svg(leaking())))).toBe(without(svg(leaking())))
})

test('it begins, is centred or ends where the text would', () => {
  const left = (anchor: string) =>
    Number(/translate\(([-\d.]+)/.exec(withDrawnLetters(text(100, anchor, '00')))?.[1])
  expect(left('start')).toBe(100)
  expect(left('end')).toBeLessThan(90)
  expect(left('middle')).toBeCloseTo((100 + left('end')) / 2, 0)
})
