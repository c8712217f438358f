// Files that decide what we do, and that others could change: their owner, and whoever their mode lets.
import type { Stats } from 'node:fs'
import { shellWord } from './command-line.ts'

/**
 * Who beside root and user `own` may write such a file, and what mends it; undefined if nobody may. An owner may give
 * himself what the mode denies him.
 */
export function looseText(
  path: string,
  { uid, mode }: Pick<Stats, 'uid' | 'mode'>,
  own: number,
): string | undefined {
  if (uid !== 0 && uid !== own)
    return `${path} belongs to user ${uid}: run "chown ${own === 0 ? 'root' : own} ${shellWord(path)}"`
  const who = mode & 0o002 ? 'everybody' : mode & 0o020 ? 'its group' : undefined
  if (who === undefined) return undefined
  const octal = (mode & 0o7777).toString(8).padStart(4, '0')
  return `${path} is writable by ${who} (mode ${octal}): run "chmod go-w ${shellWord(path)}"`
}
