// Breaks the lines of a mail at blanks, before a server or a reader breaks them anywhere. A word is never broken. Pure.

const MOST_COLUMNS = 76
/** 'Size:    251MB RSS': what follows stands below the value. */
const LABEL = /^[A-Z][a-z]+: +/

/** Lines of 76 columns at most, but for words that are longer. */
export const wrapped = (text: string): string => text.split('\n').map(wrappedLine).join('\n')

function wrappedLine(line: string): string {
  if (line.length <= MOST_COLUMNS) return line
  const [label = ''] = LABEL.exec(line) ?? []
  const lines: string[] = []
  let current = ''
  for (const word of line.slice(label.length).split(' ')) {
    if (current !== '' && label.length + current.length + 1 + word.length > MOST_COLUMNS) {
      lines.push(current)
      current = word
    } else current = current === '' ? word : `${current} ${word}`
  }
  return `${label}${[...lines, current].join(`\n${' '.repeat(label.length)}`)}`
}
