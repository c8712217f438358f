// Which processes a rule means: supervisorctl's names (`program`, `group:program`, `group:*`, `group:`) plus
// the patterns * and ? in either part.

/** A parsed name; both parts are patterns, an absent group matches any. */
export interface Selector {
  readonly group?: string
  readonly name: string
}

/**
 * Parses the name in front of the = of -p, or of --ignore.
 * Throws an Error whose message says what a name looks like.
 */
export function parseSelector(text: string): Selector {
  const parts = text.split(':')
  if (text === '' || text === ':' || parts.length > 2 || /\s/.test(text)) {
    throw new Error(
      `"${text}" is not a name: give program, group:program or group:*, with * and ? as wildcards`,
    )
  }
  const [first = '', second] = parts
  if (second === undefined) return { name: first }
  return { group: first === '' ? '*' : first, name: second === '' ? '*' : second }
}

/**
 * Parses the name in front of the = of -g: a group, or the way supervisorctl writes all of it.
 * Throws an Error that says what belongs there.
 */
export function parseGroupSelector(text: string): Selector {
  const group = text.replace(/:\*?$/, '')
  if (group === '' || group.includes(':') || /\s/.test(group)) {
    throw new Error(`"${text}" is not a group: give the group alone, or use -p for group:program`)
  }
  return { group, name: '*' }
}

/** True if the selector means the process `group:name`. */
export function selects(selector: Selector, group: string, name: string): boolean {
  return (
    (selector.group === undefined || globMatches(selector.group, group)) && globMatches(selector.name, name)
  )
}

/** True if both were written alike. */
export const sameSelector = (a: Selector, b: Selector): boolean => a.group === b.group && a.name === b.name

/** Matches * (any run of characters) and ? (one), all else literally, in time linear in practice: no regular expression, so no pattern can hang. */
export function globMatches(pattern: string, text: string): boolean {
  const wanted = Array.from(pattern)
  const given = Array.from(text)
  let p = 0
  let starAt = -1
  let resumeAt = 0
  for (let t = 0; t < given.length; ) {
    if (wanted[p] === '*') {
      starAt = p++
      resumeAt = t
    } else if (wanted[p] === '?' || wanted[p] === given[t]) {
      p++
      t++
    } else if (starAt >= 0) {
      p = starAt + 1
      t = ++resumeAt
    } else {
      return false
    }
  }
  while (wanted[p] === '*') p++
  return p === wanted.length
}

/** The selector as it would be written. */
export const formatSelector = ({ group, name }: Selector): string =>
  group === undefined ? name : `${group}:${name}`
