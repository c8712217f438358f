// Names near a mistyped one, for warnings that help.
import { distance } from 'fastest-levenshtein'

/** What is meant by a name that there is not, as the end of a sentence; '' if no name is near. */
export function similarText(near: readonly string[]): string {
  if (near.length === 0) return ''
  return near.length === 1 ? `; did you mean ${near[0]}?` : `; similar names: ${near.join(', ')}`
}

/** At most `most` of the names, nearest first, none further off than half the name's length (two edits at least). */
export function nearestNames(wanted: string, names: readonly string[], most: number): string[] {
  const allowed = Math.max(2, Math.floor(wanted.length / 2))
  return names
    .map(name => ({ name, edits: distance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ edits }) => edits <= allowed)
    .sort((a, b) => a.edits - b.edits || a.name.localeCompare(b.name))
    .slice(0, most)
    .map(({ name }) => name)
}

/** The name that is one letter away. */
export const typoOf = (wanted: string, names: readonly string[]): string | undefined =>
  names.find(name => distance(wanted, name) === 1)
