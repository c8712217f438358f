// The files that `include = conf.d/*.conf` names, found as supervisor's [include] finds them: patterns from the folder
// of the file, *, ? and [...] for any characters, hidden files left out, in the order of their names.
import { posix } from 'node:path'

/** The names in a folder, in any order; empty if there is no such folder. */
export type ListFolder = (path: string) => readonly string[]

/** The paths that one pattern matches. One without wildcards is its own match, whether it is there or not. */
export function pathsOf(pattern: string, here: string, listFolder: ListFolder): string[] {
  const parts = posix.resolve(here, pattern).split('/').slice(1)
  return parts.reduce((found, part) => found.flatMap(folder => below(folder, part, listFolder)), [''])
}

/** Patterns stand behind blanks or commas. */
export const patternsIn = (value: string): string[] => value.split(/[\s,]+/).filter(part => part !== '')

function below(folder: string, part: string, listFolder: ListFolder): string[] {
  if (!/[*?[]/.test(part)) return [`${folder}/${part}`]
  const pattern = regexOf(part)
  return listFolder(folder || '/')
    .filter(name => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')))
    .sort()
    .map(name => `${folder}/${name}`)
}

/** As Python's fnmatch reads it. */
function regexOf(part: string): RegExp {
  const text = part.replace(/\[(!?)([^\]]+)\]|[*?]|[^\w]/g, (one, not?: string, set?: string) => {
    refuseBackwards(part, set ?? '')
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^[]/g, '\\$&')}]`
    if (one === '*') return '.*'
    return one === '?' ? '.' : `\\${one}`
  })
  return new RegExp(`^${text}$`, 's')
}

/** Throws an Error if one of the ranges in [...] ends before it begins, for which there is no RegExp. */
function refuseBackwards(part: string, set: string): void {
  for (const [range, first = '', last = ''] of set.matchAll(/(.)-(.)/gs))
    if (first > last)
      throw new Error(`"${part}" is not a pattern: the range ${range} goes backwards; write ${last}-${first}`)
}
