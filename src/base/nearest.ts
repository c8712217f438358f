// Names near a mistyped one, for warnings that help.
import { distance } from 'fastest-levenshtein'

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
