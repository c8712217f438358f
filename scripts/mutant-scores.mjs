// The score of each file out of what became of its mutants, with those left out that change nothing.

/** What each file has to reach. */
export const LEAST_SCORE = 90

const DETECTED = ['Killed', 'Timeout']
const UNDETECTED = ['Survived', 'NoCoverage']

/**
 * A mutant as survivors.json names it: by the text of its line, not by a number that changes with each edit. Lines and
 * columns of a location count from 1, its end is the column after the last.
 */
export function nameOf({ fileName, location, replacement }, source) {
  const { start, end } = location
  const lines = source.split('\n')
  const text = lines.slice(start.line - 1, end.line)
  text[text.length - 1] = text[text.length - 1].slice(0, end.column - 1)
  text[0] = text[0].slice(start.column - 1)
  return {
    file: fileName,
    line: lines[start.line - 1].trim(),
    was: oneLine(text.join('\n')),
    becomes: oneLine(replacement),
  }
}

/**
 * For each file its score, in percent, and its survivors. `listed` are those known to change nothing: they count
 * neither for the score nor against it. Those of them that survive no longer come back as `outdated`.
 */
export function scoresOf(mutants, listed) {
  const used = new Set()
  const isListed = one => {
    const entry = listed.find(known => isSame(known, one))
    if (entry) used.add(entry)
    return entry !== undefined
  }
  const files = [...new Set(mutants.map(({ file }) => file))].sort()
  const scores = files.map(file => {
    const own = mutants.filter(one => one.file === file)
    const killed = own.filter(({ status }) => DETECTED.includes(status)).length
    const undetected = own.filter(({ status }) => UNDETECTED.includes(status))
    const survivors = undetected.filter(one => !isListed(one))
    const counted = killed + survivors.length
    const score = counted === 0 ? 100 : (100 * killed) / counted
    return { file, killed, counted, changeNothing: undetected.length - survivors.length, score, survivors }
  })
  return { scores, outdated: listed.filter(one => files.includes(one.file) && !used.has(one)) }
}

const isSame = (a, b) => a.file === b.file && a.line === b.line && a.was === b.was && a.becomes === b.becomes

const oneLine = text => text.replace(/\s+/g, ' ').trim()
