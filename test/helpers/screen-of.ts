// What a terminal shows that has got some text: as far as memmon draws on it, line by line. A sequence that is not known here
// is an error. tmux is the real one: test/e2e/top.test.ts.

/** Escape sequences, line ends, and all else. */
const PARTS = /\u001b\[(\??[\d;]*)([A-Za-z])|\r\n|[^\u001b\r\n]+|[\s\S]/g

/** Its lines down to the last that is not blank, without colours. */
export function screenOf(output: string): string {
  let lines: string[] = []
  let row = 0
  for (const [text, parameters = '', final] of output.matchAll(PARTS)) {
    if (final === 'H') row = Number(parameters.split(';')[0] || 1) - 1
    else if (final === 'K') lines[row] = ''
    else if (final === 'J') lines = lines.slice(0, row)
    else if (final === 'h' || final === 'l' || final === 'm') continue
    else if (text === '\r\n') row++
    else if (final !== undefined || text.startsWith('\u001b'))
      throw new Error(`unknown: ${JSON.stringify(text)}`)
    else lines[row] = (lines[row] ?? '') + text
  }
  return Array.from(lines, line => line ?? '').join('\n')
}
