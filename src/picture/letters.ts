// Letters as strokes, for pictures that are drawn where there may be no font, as in a container: the same PNG everywhere,
// and nobody reads through the machine's fonts for it. Pure.

/** How wide each is, and its strokes; capitals are 6 high, above the line that they stand on. */
const LETTERS: Readonly<Record<string, readonly [width: number, path: string]>> = {
  ' ': [1.6, ''],
  '.': [1, 'M.5-.2V0'],
  ':': [1, 'M.5-.2V0M.5-3.8V-3.6'],
  '+': [4, 'M.3-2.8H3.7M2-4.5V-1.1'],
  '-': [2.6, 'M.3-2.6H2.3'],
  '0': [4, 'M2 0C.6 0 .2-1.2 .2-3S.6-6 2-6S3.8-4.8 3.8-3S3.4 0 2 0z'],
  '1': [4, 'M.8-5L2.3-6V0'],
  '2': [4, 'M.3-4.6C.4-5.5 1.1-6 2-6S3.7-5.4 3.7-4.4C3.7-3 1.5-1.8 .3 0H3.8'],
  '3': [
    4,
    'M.4-5.4C.8-5.8 1.3-6 1.9-6C2.9-6 3.6-5.5 3.6-4.6S2.9-3.2 1.8-3.2C3-3.2 3.8-2.6 3.8-1.6S3 0 1.9 0C1.2 0 .6-.2 .2-.7',
  ],
  '4': [4, 'M2.9 0V-6L.1-1.8H4'],
  '5': [4, 'M3.5-6H.8L.5-3.3C.9-3.6 1.4-3.8 1.9-3.8C3.1-3.8 3.8-3 3.8-1.9S3.1 0 1.9 0C1.2 0 .6-.2 .2-.6'],
  '6': [
    4,
    'M3.4-5.6C3-5.9 2.6-6 2.2-6C.8-6 .2-4.6 .2-2.8C.2-1 .8 0 2 0S3.8-.8 3.8-1.9S3.1-3.7 2-3.7S.3-3 .2-2',
  ],
  '7': [4, 'M.2-6H3.8L1.5 0'],
  '8': [
    4,
    'M2-3.2C1-3.2 .4-3.8 .4-4.6S1-6 2-6S3.6-5.4 3.6-4.6S3-3.2 2-3.2S.2-2.6 .2-1.6S.9 0 2 0S3.8-.6 3.8-1.6S3-3.2 2-3.2z',
  ],
  '9': [
    4,
    'M.6-.4C1-.1 1.4 0 1.8 0C3.2 0 3.8-1.4 3.8-3.2C3.8-5 3.2-6 2-6S.2-5.2 .2-4.1S.9-2.3 2-2.3S3.7-3 3.8-4',
  ],
  A: [4.4, 'M0 0L2.2-6L4.4 0M.8-2H3.6'],
  B: [4.2, 'M.4-3.2H2.2C3.5-3.2 4.1-2.6 4.1-1.6S3.5 0 2.2 0H.4V-6H2.2C3.3-6 3.8-5.4 3.8-4.6S3.3-3.2 2.2-3.2'],
  C: [4.3, 'M4.2-5.2C3.8-5.7 3.2-6 2.5-6C1.1-6 .2-4.8 .2-3S1.1 0 2.5 0C3.2 0 3.8-.3 4.2-.8'],
  D: [4.5, 'M.4 0V-6H1.8C3.5-6 4.4-4.8 4.4-3S3.5 0 1.8 0z'],
  F: [3.7, 'M.4 0V-6H3.6M.4-3.1H3.2'],
  G: [4.4, 'M4.2-5.2C3.8-5.7 3.2-6 2.5-6C1.1-6 .2-4.8 .2-3S1.1 0 2.5 0C3.2 0 3.9-.3 4.3-.8V-2.8H2.8'],
  J: [2.8, 'M2.6-6V-1.4C2.6-.5 2.1 0 1.4 0C.8 0 .4-.3 .2-.8'],
  K: [4.2, 'M.4 0V-6M4-6L.4-2.2M1.7-3.4L4.2 0'],
  M: [5.4, 'M.4 0V-6L2.7-1.8L5-6V0'],
  N: [4.6, 'M.4 0V-6L4.2 0V-6'],
  O: [5, 'M2.5 0C1 0 .2-1.2 .2-3S1-6 2.5-6S4.8-4.8 4.8-3S4 0 2.5 0z'],
  R: [4.2, 'M.4 0V-6H2.3C3.4-6 4-5.4 4-4.4S3.4-2.9 2.3-2.9H.4M2.4-2.9L4.2 0'],
  S: [
    4.2,
    'M3.8-5.3C3.4-5.8 2.8-6 2.1-6C1.1-6 .4-5.4 .4-4.5C.4-2.5 4-3.6 4-1.6C4-.6 3.2 0 2.1 0C1.3 0 .7-.3 .2-.8',
  ],
  T: [4.4, 'M0-6H4.4M2.2-6V0'],
  U: [4.6, 'M.4-6V-2C.4-.7 1.2 0 2.3 0S4.2-.7 4.2-2V-6'],
  a: [3.6, 'M3.3-4.2V0M3.3-2.1C3.3-.8 2.6 0 1.7 0S.2-.8 .2-2.1S.8-4.2 1.7-4.2S3.3-3.4 3.3-2.1'],
  b: [3.6, 'M.3-6.2V0M.3-2.1C.3-3.4 1-4.2 1.9-4.2S3.4-3.4 3.4-2.1S2.8 0 1.9 0S.3-.8 .3-2.1'],
  c: [3.2, 'M3.1-3.6C2.8-4 2.4-4.2 1.9-4.2C.9-4.2 .2-3.4 .2-2.1S.9 0 1.9 0C2.4 0 2.8-.2 3.1-.6'],
  d: [3.6, 'M3.3-6.2V0M3.3-2.1C3.3-.8 2.6 0 1.7 0S.2-.8 .2-2.1S.8-4.2 1.7-4.2S3.3-3.4 3.3-2.1'],
  e: [3.5, 'M.2-2.2H3.3C3.3-3.4 2.7-4.2 1.8-4.2S.2-3.4 .2-2.1S.9 0 1.9 0C2.4 0 2.9-.2 3.2-.6'],
  f: [2.2, 'M2.4-6.1C1.5-6.4 .9-5.9 .9-5V0M0-4.2H2.1'],
  g: [
    3.6,
    'M3.3-2.1C3.3-.8 2.6 0 1.7 0S.2-.8 .2-2.1S.8-4.2 1.7-4.2S3.3-3.4 3.3-2.1M3.3-4.2V.2C3.3 1.4 2.7 1.9 1.7 1.9C1.2 1.9 .8 1.8 .4 1.5',
  ],
  h: [3.4, 'M.3-6.2V0M.3-2.6C.4-3.6 1-4.2 1.8-4.2S3.1-3.6 3.1-2.6V0'],
  i: [0.6, 'M.3-4.2V0M.3-5.9V-5.8'],
  l: [0.6, 'M.3-6.2V0'],
  m: [
    5.4,
    'M.3-4.2V0M.3-2.8C.4-3.7 .9-4.2 1.6-4.2S2.7-3.7 2.7-2.8V0M2.7-2.8C2.8-3.7 3.3-4.2 4-4.2S5.1-3.7 5.1-2.8V0',
  ],
  n: [3.4, 'M.3-4.2V0M.3-2.6C.4-3.6 1-4.2 1.8-4.2S3.1-3.6 3.1-2.6V0'],
  o: [3.6, 'M1.8 0C.8 0 .2-.8 .2-2.1S.8-4.2 1.8-4.2S3.4-3.4 3.4-2.1S2.8 0 1.8 0z'],
  p: [3.6, 'M.3-4.2V1.9M.3-2.1C.3-3.4 1-4.2 1.9-4.2S3.4-3.4 3.4-2.1S2.8 0 1.9 0S.3-.8 .3-2.1'],
  r: [2.2, 'M.3-4.2V0M.3-2.5C.4-3.6 1.1-4.3 2.1-4.1'],
  s: [
    3.2,
    'M2.8-3.7C2.5-4 2.1-4.2 1.6-4.2C.8-4.2 .3-3.8 .3-3.2C.3-1.7 3-2.6 3-1.1C3-.4 2.4 0 1.6 0C1 0 .5-.2 .2-.6',
  ],
  t: [2.2, 'M.9-5.5V-1.1C.9-.3 1.4 .1 2.2-.1M0-4.2H2.1'],
  u: [3.4, 'M.3-4.2V-1.6C.3-.6 .8 0 1.6 0S3-.6 3.1-1.6M3.1-4.2V0'],
  v: [3.4, 'M.1-4.2L1.7 0L3.3-4.2'],
  w: [5, 'M.1-4.2L1.3 0L2.5-4.2L3.7 0L4.9-4.2'],
  y: [3.4, 'M.1-4.2L1.7 0M3.3-4.2L1.4 .9C1.1 1.6 .8 1.9 .1 1.9'],
}
/** For what is not among them: a box. */
const UNKNOWN = [3.6, 'M.3 0V-6H3.3V0z'] as const
const BETWEEN = 1.3
/** Pixels for one, so that capitals are as high as those of 12 pixels. */
const SCALE = 1.42
const STROKE = 0.8

/** As svg-chart.ts writes a label. */
const LABEL =
  /<text x="([^"]*)" y="([^"]*)" text-anchor="(\w+)" fill="([^"]*)" stroke="([^"]*)"[^>]*>([^<]*)<\/text>/g

/** The chart, with strokes in place of text. */
export const withDrawnLetters = (svg: string): string =>
  svg.replace(
    LABEL,
    (_, x: string, y: string, anchor: string, colour: string, paper: string, text: string) => {
      const { path, width } = drawn(text)
      const left = Number(x) - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0) * SCALE
      const at = `transform="translate(${left.toFixed(1)} ${y}) scale(${SCALE})"`
      const strokes = [
        `<g stroke="${paper}" stroke-width="${STROKE * 4}">${path}</g>`,
        `<g stroke="${colour}" stroke-width="${STROKE}">${path}</g>`,
      ]
      return `<g ${at} stroke-linecap="round" stroke-linejoin="round">${strokes.join('')}</g>`
    },
  )

function drawn(text: string): { readonly path: string; readonly width: number } {
  let width = 0
  const parts = [...text].map(letter => {
    const [own, path] = LETTERS[letter] ?? UNKNOWN
    const part = path === '' ? '' : `<path transform="translate(${width.toFixed(1)})" d="${path}"/>`
    width += own + BETWEEN
    return part
  })
  return { path: parts.join(''), width: Math.max(0, width - BETWEEN) }
}
