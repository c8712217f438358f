// Names near a mistyped one, for warnings that help.

/** At most `most` of the names, nearest first, none further off than half the name's length (two edits at least). */
export function nearestNames(wanted: string, names: readonly string[], most: number): string[] {
  const allowed = Math.max(2, Math.floor(wanted.length / 2))
  return names
    .map(name => ({ name, distance: editDistance(wanted, name) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, most)
    .map(({ name }) => name)
}

/** Levenshtein distance, case ignored; one row of the matrix is kept. */
export function editDistance(a: string, b: string): number {
  const from = a.toLowerCase()
  const to = b.toLowerCase()
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const swap = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
