// The colours of a chart: those of the page around it, which may be dark, or fixed ones for a mail.

/** Of a light page, and of a mail. Text and lines have a contrast of 4.5 and more on white. */
const LIGHT = {
  paper: '#ffffff',
  text: '#1f2328',
  faint: '#59636e',
  grid: '#dde1e6',
  size: '#0b5cad',
  band: '#b9d3ee',
  limit: '#b3261e',
  forecast: '#8a4600',
} as const

/** On a dark page. */
const DARK: Colours = {
  paper: '#16191d',
  text: '#e8eaed',
  faint: '#a4adb8',
  grid: '#343a42',
  size: '#7cb7f5',
  band: '#274a70',
  limit: '#ff8a80',
  forecast: '#f0b35c',
}

export type ColourMode = 'page' | 'light'
export type Colours = Readonly<Record<keyof typeof LIGHT, string>>

const NAMES = Object.keys(LIGHT) as (keyof Colours)[]

/** 'page': those that the page sets as custom properties, or else the light ones. */
export const coloursFor = (mode: ColourMode): Colours => {
  const named = NAMES.map(name => [name, mode === 'page' ? `var(--${name},${LIGHT[name]})` : LIGHT[name]])
  return Object.fromEntries(named) as Colours
}

/** The custom properties of a page in light or dark, as CSS. */
export const coloursCss = (mode: 'light' | 'dark'): string =>
  NAMES.map(name => `--${name}:${(mode === 'light' ? LIGHT : DARK)[name]}`).join(';')
