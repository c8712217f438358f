// One process's sizes over time as an SVG that needs nothing else: for the report's page, and, as a PNG, for mail. Pure,
// but for the local time zone.
import { area, line } from 'd3-shape'
import { timestamp, zoneText } from '../base/text.ts'
import type { Point, ProcessHistory } from '../history/process-history.ts'
import { type ColourMode, coloursFor } from './colours.ts'
import { type Frame, frameOf } from './frame.ts'
import { endParts, forecastPart, label, legendPart, limitPart, px } from './marks.ts'
import { livesFrom, thinned } from './segments.ts'
import { xmlText } from './xml.ts'

export interface ChartOptions {
  /** What the picture says, for whoever does not see it. */
  readonly sentence: string
  readonly colours: ColourMode
  /** In the ids of its title and description: another one for each picture of a page. */
  readonly id?: string
  readonly width?: number
  readonly height?: number
  /** From when on, in epoch milliseconds; all that is known by default. */
  readonly fromMs?: number
}

/** Room for the zone, beside the legend. */
const WIDE = 560

/** The chart, from `<svg` to `</svg>`. Valid within HTML, and as a file of its own. */
export function svgChart(history: ProcessHistory, options: ChartOptions): string {
  const { sentence, colours, id = 'chart', width = 600, height = 240, fromMs = -Infinity } = options
  const drawn = livesFrom(history.lives, fromMs)
  const lives = drawn.map(({ life }) => life)
  const frame = frameOf(history, drawn, { colours: coloursFor(colours), width, height })
  const segments = drawn.flatMap(one => one.segments)
  const parts = [
    `<rect width="${width}" height="${height}" fill="${frame.colours.paper}"/>`,
    gridPart(frame),
    ...segments.map(segment => sizesPart(segment, frame)),
    endParts(lives, frame),
    limitPart(history, frame),
    forecastPart(history, frame),
    segments.length === 0 ? emptyPart(frame) : '',
    legendPart(lives, frame),
    asOfPart(history, frame),
  ]
  const names = `role="img" aria-labelledby="${xmlText(id)}-title ${xmlText(id)}-desc"`
  const box = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} ${names} font-family="system-ui,sans-serif" font-size="12" fill="none">
<title id="${xmlText(id)}-title">${xmlText(history.namespec)}</title><desc id="${xmlText(id)}-desc">${xmlText(sentence)}</desc>
${parts.filter(part => part !== '').join('\n')}
</svg>`
}

function gridPart(frame: Frame): string {
  const { colours, left, right, top, bottom, size, time } = frame
  const sizes = size.ticks.map(
    tick =>
      `<path d="M${left},${px(tick.px)}H${right}" stroke="${colours.grid}"/>` +
      label(frame, { x: left - 6, y: tick.px + 4, anchor: 'end', colour: colours.faint, text: tick.text }),
  )
  const times = time.ticks.map(
    tick =>
      `<path d="M${px(tick.px)},${bottom}v4" stroke="${colours.faint}"/>` +
      label(frame, { x: tick.px, y: bottom + 16, anchor: 'middle', colour: colours.faint, text: tick.text }),
  )
  const edges = `<path d="M${left},${top}V${bottom}H${right}" stroke="${colours.faint}"/>`
  return [...sizes, ...times, edges].join('')
}

/** A collector's teeth, closer than this, are a band with a calm line. */
const CORNER_PX = 3

/** The band from the lowest to the highest size, and a line through its middle. */
function sizesPart(segment: readonly Point[], { time, size, left, right, colours }: Frame): string {
  const cornerMs = ((time.until - time.from) / (right - left)) * CORNER_PX
  const corners = cornersOf(thinned(segment, cornerMs))
  const atX = ({ ms }: Corner) => time.toPx(ms)
  const band = area(
    atX,
    ({ low }: Corner) => size.toPx(low),
    ({ high }: Corner) => size.toPx(high),
  ).digits(1)
  const middle = line(atX, ({ low, high }: Corner) => size.toPx((low + high) / 2)).digits(1)
  const bandPart = `<path d="${band(corners)}" fill="${colours.band}" stroke="${colours.band}"/>`
  const linePart = `<path d="${middle(corners)}" stroke="${colours.size}" stroke-width="1.5" stroke-linejoin="round"/>`
  const [first, last] = [corners[0], corners.at(-1)]
  // A path of no length is not seen everywhere.
  if (!first || !last || atX(last) - atX(first) > 2) return bandPart + linePart
  const [x, y] = [px(atX(first)), px(size.toPx((first.low + first.high) / 2))]
  return `${bandPart}<circle cx="${x}" cy="${y}" r="2.5" fill="${colours.size}"/>`
}

interface Corner {
  readonly ms: number
  readonly low: number
  readonly high: number
}

/** In the middle of each stretch, or a leak would have stairs; the first and the last reach to their ends. */
function cornersOf(points: readonly Point[]): readonly Corner[] {
  const corner = (ms: number, { lowBytes, highBytes }: Point) => ({ ms, low: lowBytes, high: highBytes })
  return points.flatMap((point, at) => [
    ...(at === 0 ? [corner(point.fromMs, point)] : []),
    corner((point.fromMs + point.untilMs) / 2, point),
    ...(at === points.length - 1 ? [corner(point.untilMs, point)] : []),
  ])
}

const emptyPart = (frame: Frame): string =>
  label(frame, {
    x: (frame.left + frame.right) / 2,
    y: (frame.top + frame.bottom) / 2,
    anchor: 'middle',
    colour: frame.colours.faint,
    text: 'nothing measured yet',
  })

function asOfPart({ atMs }: ProcessHistory, frame: Frame): string {
  const at = new Date(atMs)
  const zone = frame.width < WIDE ? '' : ` ${zoneText(at)}`
  const text = `${timestamp(at).slice(0, 16)}${zone}`
  const place = { x: frame.right, y: frame.height - 6, anchor: 'end', colour: frame.colours.faint } as const
  return label(frame, { ...place, text })
}
