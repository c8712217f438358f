// What a chart shows besides the sizes: the limit, the ends of lives, the forecast. As parts of an SVG; pure.
import { formatDuration, formatSize } from '../base/units.ts'
import type { Life, LifeEnd, ProcessHistory } from '../history/process-history.ts'
import { LETTER_PX } from './axes.ts'
import type { Frame } from './frame.ts'
import { xmlText } from './xml.ts'

/** A tenth of a pixel is enough, and short. */
export const px = (value: number): string => String(Math.round(value * 10) / 10)

/** The limit as a line with its size, or, too far above, as an arrow that points to it. */
export function limitPart({ limitBytes }: ProcessHistory, frame: Frame): string {
  if (limitBytes === undefined) return ''
  const { colours, left, right, top } = frame
  const text = `limit ${formatSize(limitBytes)}`
  if (!frame.isLimitShown) {
    const arrow = `<path d="M${right - 6},${top + 1}l5,8h-10z" fill="${colours.limit}"/>`
    return `${arrow}${label(frame, { x: right - 16, y: top + 9, anchor: 'end', colour: colours.limit, text })}`
  }
  const y = frame.size.toPx(limitBytes)
  const line = `<path d="M${left},${px(y)}H${right}" stroke="${colours.limit}" stroke-width="1.5"/>`
  return `${line}${label(frame, { x: left + 4, y: y - 5, anchor: 'start', colour: colours.limit, text })}`
}

/** Told apart by shape, since not everybody sees, and not every printer prints, a difference in colour. */
const SHAPES: Readonly<Record<LifeEnd['by'], { readonly path: string; readonly name: string }>> = {
  memmon: { path: 'm-5,-9h10l-5,9z', name: 'by memmon' },
  other: { path: 'm-4,-4a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z', name: 'otherwise' },
  unseen: { path: 'm0,-9l4.5,4.5l-4.5,4.5l-4.5,-4.5z', name: 'while nobody watched' },
}

const fillOf = (by: LifeEnd['by'], { colours }: Frame): string =>
  by === 'memmon' ? colours.text : colours.paper

/** One line and mark for each end of a life. */
export const endParts = (lives: readonly Life[], frame: Frame): string =>
  lives.map(life => (life.end ? endPart(life, life.end, frame) : '')).join('')

function endPart({ untilMs, endBytes }: Life, end: LifeEnd, frame: Frame): string {
  const { colours, top, bottom } = frame
  const x = px(frame.time.toPx(untilMs))
  const dashes = end.by === 'memmon' ? '' : ' stroke-dasharray="2 3"'
  const rule = end.by === 'memmon' ? `, ${end.rule}` : ''
  const what = `<title>${xmlText(`Restarted ${SHAPES[end.by].name} at ${formatSize(endBytes)}${rule}`)}</title>`
  const line = `<path d="M${x},${top}V${bottom}" stroke="${colours.faint}"${dashes}/>`
  return `<g>${what}${line}${shape(end.by, frame, x, bottom)}</g>`
}

const shape = (by: LifeEnd['by'], frame: Frame, x: string | number, y: number): string =>
  `<path d="M${x},${y}${SHAPES[by].path}" fill="${fillOf(by, frame)}" stroke="${frame.colours.text}"/>`

/** Which shape is what, of those that are drawn. */
export function legendPart(lives: readonly Life[], frame: Frame): string {
  const kinds = (['memmon', 'other', 'unseen'] as const).filter(by => lives.some(({ end }) => end?.by === by))
  if (kinds.length === 0) return ''
  const at = { y: frame.height - 6, anchor: 'start', colour: frame.colours.text } as const
  let x = 4
  const said = (text: string) => {
    const part = label(frame, { ...at, x, text })
    x += text.length * LETTER_PX + 16
    return part
  }
  const heading = said('Restarts:')
  const parts = kinds.map(by => {
    const part = shape(by, frame, x + 5, at.y)
    x += 16
    return part + said(SHAPES[by].name)
  })
  return heading + parts.join('')
}

/** From the highest size now to the limit, dashed, and what it means; as far as there is room. */
export function forecastPart({ limitBytes }: ProcessHistory, frame: Frame): string {
  const { forecast, colours } = frame
  if (!forecast || limitBytes === undefined) return ''
  const [x, y] = [frame.time.toPx(forecast.fromMs), frame.size.toPx(forecast.fromBytes)]
  const [limitX, limitY] = [frame.time.toPx(forecast.limitMs), frame.size.toPx(limitBytes)]
  // Up to the edge that it meets first.
  const share = Math.min(
    1,
    (frame.right - x) / (limitX - x),
    limitY < frame.top ? (y - frame.top) / (y - limitY) : 1,
  )
  const [endX, endY] = [x + (limitX - x) * share, y + (limitY - y) * share]
  const line = `<path d="M${px(x)},${px(y)}L${px(endX)},${px(endY)}" stroke="${colours.forecast}" stroke-width="2" stroke-dasharray="5 4"/>`
  const ring =
    share === 1
      ? `<circle cx="${px(limitX)}" cy="${px(limitY)}" r="4" fill="${colours.paper}" stroke="${colours.forecast}" stroke-width="2"/>`
      : ''
  const text = `forecast: limit in ${formatDuration((forecast.limitMs - forecast.fromMs) / 1000)}`
  const at = { x: frame.right - 2, y: frame.bottom - 8, anchor: 'end', colour: colours.forecast } as const
  return `${line}${ring}${label(frame, { ...at, text })}`
}

interface Label {
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'middle' | 'end'
  readonly colour: string
  readonly text: string
}

/** With an edge of the paper's colour, so that it can be read above lines. */
export const label = ({ colours }: Frame, { x, y, anchor, colour, text }: Label): string =>
  `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${colour}" stroke="${colours.paper}" stroke-width="3" paint-order="stroke" stroke-linejoin="round">${xmlText(text)}</text>`
