// How far something is that takes a while, as one line. Pure.
import { barText, percentText } from './bar.ts'
import { type Room, shorten } from './width.ts'

const BAR = { under: 20, over: 0 }

/** '[#########...........|]  45%  public.jsonl.gz'; without a bar where nobody knows how much there is to do. */
export function progressText(share: number | undefined, what: string, { width, widthOf }: Room): string {
  const known = share === undefined ? undefined : Math.min(1, Math.max(0, share))
  const bar = known === undefined ? '' : `${barText(known, BAR)} ${percentText(known).padStart(4)}  `
  return bar + shorten(what, { width: Math.max(1, width - bar.length), widthOf })
}
