// A chart's SVG: always well formed, whatever is in the history, with everything in its place.
import { parser } from 'sax'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { type ChartOptions, svgChart } from '../../src/picture/svg-chart.ts'
import {
  HARMFUL,
  HOUR_MS,
  historyOf,
  LEAK,
  leaking,
  lifeOf,
  MB,
  MINUTE_MS,
  NOW_MS,
  pointsUntil,
} from '../helpers/histories.ts'

const zone = process.env.TZ
beforeAll(() => {
  process.env.TZ = 'UTC'
})
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

interface Element {
  readonly name: string
  readonly attributes: Record<string, string>
  text: string
}

/** Its elements in order; throws for what is not well formed. */
function elementsOf(svg: string): readonly Element[] {
  const all: Element[] = []
  const open: Element[] = []
  const reader = parser(true)
  reader.onerror = error => {
    throw error
  }
  reader.onopentag = ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '' }
    all.push(element)
    open.push(element)
  }
  reader.ontext = text => {
    const at = open.at(-1)
    if (at) at.text += text
  }
  reader.onclosetag = () => void open.pop()
  reader.write(svg).close()
  return all
}

const drawn = (history: ProcessHistory, options: Partial<ChartOptions> = {}): readonly Element[] =>
  elementsOf(svgChart(history, { sentence: 'It grows.', colours: 'light', ...options }))
const textsOf = (all: readonly Element[]): readonly string[] =>
  all.filter(({ name }) => name === 'text').map(({ text }) => text)
const of = (all: readonly Element[], where: Record<string, string>): readonly Element[] =>
  all.filter(({ attributes }) => Object.entries(where).every(([key, value]) => attributes[key] === value))
/** The numbers of all paths and places: none of them is out of the picture, nor NaN. */
function expectInside(all: readonly Element[], width = 600, height = 240): void {
  const paths = all.map(({ attributes }) => attributes.d ?? '').filter(Boolean)
  for (const path of paths) expect(path).not.toMatch(/NaN|Infinity|undefined|null/)
  const ends = paths.flatMap(path => [...path.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)])
  for (const [found, x, y] of ends) {
    expect(Number(x), found).toBeGreaterThanOrEqual(0)
    expect(Number(x), found).toBeLessThanOrEqual(width)
    expect(Number(y), found).toBeGreaterThanOrEqual(0)
    expect(Number(y), found).toBeLessThanOrEqual(height)
  }
}

const LIMIT = '#b3261e'
const SIZE = '#0b5cad'
const FORECAST = '#8a4600'

test('a leak: sizes, the limit with its size, the restart, the forecast up to the limit', () => {
  const all = drawn(leaking())
  expectInside(all)
  expect(textsOf(all)).toEqual(
    expect.arrayContaining([
      'limit 300MB',
      'forecast: limit in 5h',
      'Restarts:',
      'by memmon',
      '300MB',
      '0B',
      '21 Nov',
    ]),
  )
  expect(of(all, { stroke: SIZE })).toHaveLength(2)
  expect(of(all, { stroke: FORECAST, 'stroke-dasharray': '5 4' })).toHaveLength(1)
  const [limit] = of(all, { stroke: LIMIT })
  const [ring] = of(all, { stroke: FORECAST, r: '4' })
  expect(limit?.attributes.d).toBe(`M56,${ring?.attributes.cy}H580`)
  expect(textsOf(all).at(-1)).toBe('2026-11-21 02:00 UTC+00:00')
})

test('a screen reader is given the name and the sentence', () => {
  const all = drawn(historyOf(), { id: 'p7' })
  expect(all[0]?.attributes).toMatchObject({ role: 'img', 'aria-labelledby': 'p7-title p7-desc' })
  expect(of(all, { id: 'p7-title' })[0]?.text).toBe('web:web')
  expect(of(all, { id: 'p7-desc' })[0]?.text).toBe('It grows.')
})

test.each(HARMFUL)('the name %j is text, and nothing else', name => {
  const rule = { by: 'memmon', rule: name } as const
  const points = pointsUntil(NOW_MS, [MB, 2 * MB])
  const all = drawn(historyOf({ namespec: name, lives: [lifeOf(points, rule)] }), {
    sentence: name,
    id: name,
  })
  const known = ['svg', 'title', 'desc', 'rect', 'path', 'text', 'g', 'circle']
  expect(all.filter(element => !known.includes(element.name))).toEqual([])
  const texts = all.filter(({ name: tag }) => ['title', 'desc'].includes(tag)).map(({ text }) => text)
  const shown = texts[0] ?? ''
  expect(texts).toEqual([shown, shown, `Restarted by memmon at 2MB, ${shown}`])
  expect(shown).not.toMatch(/[\0-\x1f\x7f-\x9f\ufffe\uffff]|\p{Surrogate}/u)
  expect(shown.length).toBeGreaterThanOrEqual(name.length - 2)
})

describe('sizes', () => {
  const middle = (all: readonly Element[]) => of(all, { stroke: SIZE })[0]?.attributes.d ?? ''

  test('none measured: the frame, and the words', () => {
    const all = drawn(historyOf({ lives: [] }))
    expectInside(all)
    expect(textsOf(all)).toEqual(expect.arrayContaining(['nothing measured yet', '0B', '1MB']))
    expect(of(all, { stroke: SIZE })).toEqual([])
  })

  test('one point is a dot', () => {
    const point = { fromMs: NOW_MS, untilMs: NOW_MS, lowBytes: MB, highBytes: MB }
    const all = drawn(historyOf({ lives: [lifeOf([point])] }))
    expectInside(all)
    expect(of(all, { fill: SIZE, r: '2.5' })).toHaveLength(1)
  })

  test('a constant size is a level line, in the middle of nothing', () => {
    const all = drawn(
      historyOf({ limitBytes: undefined, lives: [lifeOf(pointsUntil(NOW_MS, [MB, MB, MB]))] }),
    )
    expectInside(all)
    const heights = [...middle(all).matchAll(/,([\d.]+)/g)].map(([, y]) => y)
    expect(new Set(heights).size).toBe(1)
    expect(Number(heights[0])).toBeGreaterThan(20)
    expect(Number(heights[0])).toBeLessThan(200)
  })

  test.each([
    ['0', [0, 0, 0], ['0B', '1MB']],
    ['8 TB', [8 * MB ** 2, 7.9 * MB ** 2], ['6TB', '8TB']],
    ['bytes', [1, 3, 2], ['0B', '3B']],
  ] as const)('of %s', (_, sizes, labels) => {
    const all = drawn(historyOf({ limitBytes: undefined, lives: [lifeOf(pointsUntil(NOW_MS, sizes))] }))
    expectInside(all)
    expect(textsOf(all)).toEqual(expect.arrayContaining([...labels]))
  })

  test('no two labels of the axis are the same', () => {
    for (let bytes = 700; bytes < 8 * MB ** 2; bytes *= 1.13) {
      const all = drawn(
        historyOf({ limitBytes: undefined, lives: [lifeOf(pointsUntil(NOW_MS, [bytes, bytes * 0.99]))] }),
      )
      const labels = of(all, { 'text-anchor': 'end', x: '50' }).map(({ text }) => text)
      expect(labels.length, String(bytes)).toBeGreaterThan(1)
      expect(labels).toEqual([...new Set(labels)])
    }
  })

  test('the lowest and the highest are a band, with the line between', () => {
    const points = pointsUntil(NOW_MS, [100 * MB, 100 * MB]).map(one => ({ ...one, highBytes: 200 * MB }))
    const all = drawn(historyOf({ limitBytes: undefined, lives: [lifeOf(points)] }))
    const band = of(all, { fill: '#b9d3ee' })[0]?.attributes.d ?? ''
    const heights = [...new Set([...band.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y)))].sort(
      (a, b) => a - b,
    )
    const [high = 0, low = 0] = heights
    expect(heights).toHaveLength(2)
    expect(middle(all)).toContain(`,${Math.round(((high + low) / 2) * 10) / 10}`)
  })

  test('where nothing was measured, nothing is drawn', () => {
    const early = pointsUntil(NOW_MS - 5 * MINUTE_MS, [MB, MB])
    const all = drawn(historyOf({ lives: [lifeOf([...early, ...pointsUntil(NOW_MS, [MB, MB])])] }))
    expect(of(all, { stroke: SIZE })).toHaveLength(2)
  })

  test('points that are samples, a minute apart, are one line; a missed tick is no gap', () => {
    const points = [1, 2, 3, 5, 6].map(at => {
      const atMs = NOW_MS - (10 - at) * MINUTE_MS
      return { fromMs: atMs, untilMs: atMs, lowBytes: MB, highBytes: MB }
    })
    expect(of(drawn(historyOf({ lives: [lifeOf(points)] })), { stroke: SIZE })).toHaveLength(1)
  })

  test('however many points, no more than the pixels; a spike among them is kept', () => {
    const sizes = Array.from({ length: 40_000 }, (_, at) => (at === 777 ? 299 * MB : 100 * MB))
    const svg = svgChart(historyOf({ lives: [lifeOf(pointsUntil(NOW_MS, sizes))] }), {
      sentence: '',
      colours: 'light',
    })
    expect(svg.length).toBeLessThan(20_000)
    const flat = svgChart(
      historyOf({
        lives: [
          lifeOf(
            pointsUntil(
              NOW_MS,
              sizes.map(() => 100 * MB),
            ),
          ),
        ],
      }),
      { sentence: '', colours: 'light' },
    )
    expect(svg).not.toBe(flat)
  })
})

describe('the limit', () => {
  const line = (all: readonly Element[]) => of(all, { stroke: LIMIT })
  const sized = (bytes: number) =>
    historyOf({ limitBytes: 100 * MB, lives: [lifeOf(pointsUntil(NOW_MS, [bytes, bytes]))] })

  test.each([
    ['a hundredth of the size', 10_000 * MB, 1],
    ['just below the size', 101 * MB, 1],
    ['above, and near', 90 * MB, 1],
    ['a hundred times the size', MB, 0],
  ] as const)('%s', (_, bytes, lines) => {
    const all = drawn(sized(bytes))
    expectInside(all)
    expect(line(all)).toHaveLength(lines)
    expect(textsOf(all)).toContain('limit 100MB')
    // Too far above, it is an arrow.
    expect(of(all, { fill: LIMIT }).filter(({ name }) => name === 'path')).toHaveLength(1 - lines)
  })

  test('none', () => {
    const all = drawn(historyOf({ limitBytes: undefined }))
    expect([...line(all), ...of(all, { fill: LIMIT })]).toEqual([])
  })
})

describe('the forecast', () => {
  const dashed = (history: ProcessHistory) =>
    of(drawn(history), { stroke: FORECAST, 'stroke-dasharray': '5 4' })
  const ring = (history: ProcessHistory) => of(drawn(history), { stroke: FORECAST, r: '4' })

  test('in three weeks: the line ends at the edge, without a ring', () => {
    const far = leaking({ verdict: { ...LEAK, secondsToLimit: 21 * 86_400 } })
    expectInside(drawn(far))
    expect([dashed(far).length, ring(far).length]).toEqual([1, 0])
    expect(textsOf(drawn(far))).toContain('forecast: limit in 21d')
  })

  test('to a limit far above the chart: it ends at the edge', () => {
    const far = leaking({ limitBytes: 100_000 * MB })
    expectInside(drawn(far))
    expect([dashed(far).length, ring(far).length]).toEqual([1, 0])
  })

  test.each([
    ['no leak', { verdict: { kind: 'steady' } }],
    ['no limit', { limitBytes: undefined }],
    ['no time is known', { verdict: { ...LEAK, secondsToLimit: undefined } }],
    ['the limit is reached', { verdict: { ...LEAK, secondsToLimit: 0 } }],
    ['it does not run', { lives: leaking().lives.slice(0, 1) }],
  ] as const)('none: %s', (_, fields) => {
    expect(dashed(leaking(fields))).toEqual([])
  })
})

describe('restarts', () => {
  const ends = ['memmon', 'other', 'unseen'] as const
  const lives = Array.from({ length: 10 }, (_, at) => {
    const by = ends[at % 3] ?? 'other'
    const end = by === 'memmon' ? { by, rule: '-a 200MB' } : { by }
    return lifeOf(pointsUntil(NOW_MS - (10 - at) * HOUR_MS, [MB, (at + 2) * MB], 20 * MINUTE_MS), end)
  })

  test('ten, by memmon, otherwise and unseen: each kind has a shape, and its word', () => {
    const all = drawn(historyOf({ lives: [...lives, lifeOf(pointsUntil(NOW_MS, [MB, MB]))] }))
    expectInside(all)
    expect(all.filter(({ name }) => name === 'g')).toHaveLength(10)
    const shapes = all.map(({ attributes }) => attributes.d ?? '').filter(d => /^M[\d.]+,200m/.test(d))
    expect(new Set(shapes.map(d => d.replace(/^M[\d.]+,200/, ''))).size).toBe(3)
    expect(textsOf(all)).toEqual(expect.arrayContaining(['by memmon', 'otherwise', 'while nobody watched']))
    expect(all.filter(({ name }) => name === 'title').map(({ text }) => text)).toContain(
      'Restarted by memmon at 2MB, -a 200MB',
    )
  })

  test('only those that are drawn are in the legend', () => {
    expect(textsOf(drawn(historyOf()))).not.toContain('Restarts:')
    const later = drawn(historyOf({ lives }), { fromMs: NOW_MS - 2.1 * HOUR_MS })
    expect(later.filter(({ name }) => name === 'g')).toHaveLength(2)
    expect(textsOf(later)).toEqual(expect.arrayContaining(['by memmon', 'while nobody watched']))
    expect(textsOf(later)).not.toContain('otherwise')
  })
})

describe('times', () => {
  const labels = (history: ProcessHistory) =>
    of(drawn(history), { 'text-anchor': 'middle' }).map(({ text }) => text)
  const lasting = (stepMs: number, atMs = NOW_MS) =>
    historyOf({ atMs, lives: [lifeOf(pointsUntil(atMs, [MB, MB, MB], stepMs))] })

  test.each([
    ['30 seconds', 10_000, /^(02:00|01:59):\d\d$/],
    ['three hours', HOUR_MS, /^(\d\d:[03]0|21 Nov)$/],
    ['three weeks', 7 * 24 * HOUR_MS, /^\d+ (Oct|Nov)$/],
    [
      'three weeks, the days of which are counted anew',
      7 * 24 * HOUR_MS,
      /^\d+ (Oct|Nov)$/,
      NOW_MS - 11 * 24 * HOUR_MS,
    ],
  ] as const)('%s', (_, stepMs, form, atMs = NOW_MS) => {
    const texts = labels(lasting(stepMs, atMs))
    expectInside(drawn(lasting(stepMs, atMs)))
    expect(texts.length).toBeGreaterThan(2)
    const places = of(drawn(lasting(stepMs, atMs)), { 'text-anchor': 'middle' }).map(
      ({ attributes: { x } }) => Number(x),
    )
    for (const [at, x] of places.slice(1).entries())
      expect(x - (places[at] ?? 0), 'they do not touch').toBeGreaterThan((texts[at] ?? '').length * 7)
    expect(places.at(-1)).toBeLessThan(590)
    for (const text of texts) expect(text).toMatch(form)
  })

  test('the clocks are set back: local hours, one of which comes twice', () => {
    process.env.TZ = 'Europe/Berlin'
    try {
      const texts = labels(lasting(HOUR_MS, Date.parse('2026-10-25T02:30:00Z')))
      expect(texts.filter(text => text === '02:00')).toHaveLength(2)
      const all = textsOf(drawn(lasting(24 * HOUR_MS, Date.parse('2026-10-26T12:00:00Z'))))
      expect(all).toContain('26 Oct')
      expect(all.at(-1)).toBe('2026-10-26 13:00 UTC+01:00')
    } finally {
      process.env.TZ = 'UTC'
    }
  })
})

test('in a page the colours are the page’s', () => {
  const svg = svgChart(leaking(), { sentence: '', colours: 'page' })
  expect(svg).toContain(`stroke="var(--limit,${LIMIT})"`)
  expect(svg).not.toMatch(/(fill|stroke)="#/)
})
