// The sizes at the left of a text chart: how much a row is, and which rows have a label. Pure.
import { formatSize } from '../base/units.ts'

export interface Scale {
  /** The lower edge of the lowest row. */
  readonly baseBytes: number
  readonly rowBytes: number
}

/** A row is one of these of the unit of the highest size, or ten or a hundred times that, or a tenth of it. */
const FIGURES = [1, 1.25, 2, 2.5, 3, 4, 5]
const KIB = 1024
/** Where all sizes, and the limit, are within this share below the highest, what is below them all is left out. */
const CLOSE = { most: 0.4, least: 0.05 }
const LABELS_APART = 4

/** A scale that shows from `lowest` to `highest` in so many rows: from 0, unless they are close. */
export function scaleOf(lowestBytes: number, highestBytes: number, rows: number): Scale {
  const spanBytes = highestBytes - lowestBytes
  const share = spanBytes / highestBytes
  const isClose = share < CLOSE.most && share > CLOSE.least
  const fromBytes = isClose ? Math.max(0, lowestBytes - spanBytes / 4) : 0
  const leastBytes = Math.max(highestBytes - fromBytes, 1) / (rows - 1)
  // A base that is tidy, too, is lower, and rows may have to be higher for it.
  for (const factor of [1, 1.5, 2, 3]) {
    const rowBytes = figureFrom(factor * leastBytes, highestBytes, fromBytes === 0)
    const baseBytes = Math.floor(fromBytes / rowBytes / LABELS_APART) * LABELS_APART * rowBytes
    if (baseBytes + (rows - 1) * rowBytes >= highestBytes) return { baseBytes, rowBytes }
  }
  return { baseBytes: 0, rowBytes: figureFrom(highestBytes / (rows - 1), highestBytes, true) }
}

/** How many rows above the base a size is. */
export const rowsOf = (sizeBytes: number, { baseBytes, rowBytes }: Scale): number =>
  (sizeBytes - baseBytes) / rowBytes

/** The labels of the rows, lowest first; each stands for the lower edge of its row. */
export const rowLabels = ({ baseBytes, rowBytes }: Scale, rows: number): string[] =>
  Array.from({ length: rows }, (_, row) =>
    row % LABELS_APART === 0 ? labelOf(baseBytes + row * rowBytes) : '',
  )

const labelOf = (sizeBytes: number): string => (sizeBytes === 0 ? '0' : formatSize(sizeBytes))

/** The smallest tidy figure from `leastBytes` on. */
function figureFrom(leastBytes: number, highestBytes: number, isFromZero: boolean): number {
  let unitBytes = KIB
  while (highestBytes >= KIB * unitBytes) unitBytes *= KIB
  const count = Math.max(leastBytes, 1) / unitBytes
  const power = 10 ** Math.floor(Math.log10(count))
  const tidy = (FIGURES.find(one => one * power >= count) ?? 10) * power
  // From 0, the labels are below one GB, too, and .6GB are 614.4MB: 128MB a row give 512MB.
  return (isFromZero && LABELS_APART * tidy < 1 ? 2 ** Math.ceil(Math.log2(count)) : tidy) * unitBytes
}
