// What charts of characters are made of, for a terminal, and for mail and those that know nothing else.

export interface Characters {
  /** The top of an area, from nothing to a whole cell. */
  readonly tops: string
  /** Always, and at times only. */
  readonly low: string
  readonly high: string
  readonly limit: string
  readonly side: string
  readonly corner: string
  readonly axis: string
  readonly tick: string
  readonly restart: string
}

const ASCII: Characters = {
  tops: ' #',
  low: '#',
  high: ':',
  limit: '-',
  side: '|',
  corner: '+',
  axis: '-',
  tick: '+',
  restart: '^',
}
const BLOCKS: Characters = {
  tops: ' ▁▂▃▄▅▆▇█',
  low: '█',
  high: '▒',
  limit: '╌',
  side: '│',
  corner: '└',
  axis: '─',
  tick: '┬',
  restart: '▲',
}

export const charactersFor = (isAscii: boolean): Characters => (isAscii ? ASCII : BLOCKS)
