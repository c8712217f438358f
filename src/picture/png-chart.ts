// A chart as PNG, for mail, whose readers show no SVG. Drawn by @resvg/resvg-js, which is optional: it is a program of
// 4 MB for a few platforms. Where it is missing, the mail has no picture.
import type * as Resvg from '@resvg/resvg-js'
import { requirePackage } from '../base/load-package.ts'

/** Two pixels for one, for screens that have as many. */
const ZOOM = 2

/**
 * The picture; undefined where it cannot be drawn here. Beside the event loop, in a thread of libuv's.
 *
 * Letters come from the machine's fonts. Where it has none, as in many containers, the lines are drawn and the labels
 * are not: no fact may stand in the picture alone.
 */
export async function pngChart(svg: string): Promise<Uint8Array | undefined> {
  try {
    const { renderAsync } = requirePackage('@resvg/resvg-js') as typeof Resvg
    const image = await renderAsync(svg, {
      fitTo: { mode: 'zoom', value: ZOOM },
      font: { loadSystemFonts: true },
      logLevel: 'off',
    })
    return image.asPng()
  } catch {
    return undefined
  }
}
