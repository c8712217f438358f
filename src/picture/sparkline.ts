// A series in one line of a terminal. Pure.

const BLOCKS = [...'▁▂▃▄▅▆▇█']
/** Each stands higher, or is darker, than the one before. */
const ASCII = [...'_.-~=+*#']
const GAP = ' '

/**
 * The values, oldest first, in at most `width` characters from the lowest to the highest; the highest of those that share
 * a character counts. undefined is a gap; a constant series is a line of middle height.
 */
export function sparkline(values: readonly (number | undefined)[], width: number, isAscii = false): string {
  const known = values.filter(isNumber)
  const lowest = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const highest = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const characters = isAscii ? ASCII : BLOCKS
  const height = (value: number): number =>
    highest > lowest ? Math.round(((value - lowest) / (highest - lowest)) * (characters.length - 1)) : 3
  const columns = Math.max(0, Math.min(values.length, Math.floor(width)))
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns)
    const until = Math.floor(((column + 1) * values.length) / columns)
    const shown = values.slice(from, until).filter(isNumber)
    return shown.length === 0 ? GAP : (characters[height(Math.max(...shown))] ?? GAP)
  }).join('')
}

const isNumber = (value: number | undefined): value is number => Number.isFinite(value)
