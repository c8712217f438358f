// Colours of a terminal.

/** Select Graphic Rendition (ECMA-48, 8.3.117), on and off. */
const SGR = { bold: [1, 22], dim: [2, 22], inverse: [7, 27], red: [31, 39], yellow: [33, 39] } as const

export type Paint = keyof typeof SGR

/** The text as it is where there are no colours. */
export function paint(text: string, how: Paint | undefined, colour: boolean): string {
  if (!colour || !how || text === '') return text
  const [on, off] = SGR[how]
  return `\u001b[${on}m${text}\u001b[${off}m`
}
