// Files that decide what we do, and that others than their owner could change.

/** Who may write a file of this mode beside its owner, and what mends it; undefined if nobody may. */
export function looseText(path: string, mode: number): string | undefined {
  const who = mode & 0o002 ? 'everybody' : mode & 0o020 ? 'its group' : undefined
  if (who === undefined) return undefined
  const octal = (mode & 0o7777).toString(8).padStart(4, '0')
  return `${path} is writable by ${who} (mode ${octal}): run "chmod go-w ${path}"`
}
