// The sections of memmon.conf and of the files that it includes, with the place of everything and %(...)s expanded.
import { posix } from 'node:path'
import { shellWord } from '../base/command-line.ts'
import { messageOf } from '../base/errors.ts'
import { expand } from './expand.ts'
import { type ListFolder, pathsOf, patternsIn } from './include.ts'
import { type IniEntry, parseIni } from './ini.ts'
import { GENERAL_KEYS } from './key-table.ts'
import type { Place } from './place.ts'
import { faultOfEntry, isValueOf, problemText } from './unquoted.ts'

/** A key of [memmon] that is about the file itself. */
export const INCLUDE = 'include'
/** What makes memmon.conf a file that only its owner may read. */
const SECRET_KEYS = ['smtp_password', 'webhook']

/** The URL of an Alertmanager is a secret if it has a password. */
const isSecret = (key: string, value: string): boolean =>
  SECRET_KEYS.includes(key) || (key === 'alertmanager' && value.includes('@'))

/** Where memmon.conf is read from, and what stands for its %(...)s. */
export interface ConfSources {
  readonly readText: (path: string) => ReadFile
  readonly listFolder: ListFolder
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly hostName: string
}

export interface ReadFile {
  readonly text: string
  /** Nobody but its owner may read it. */
  readonly isPrivate: boolean
}

/** Notes what is wrong at a place, and the error that has said so. */
export type Fail = (place: Place, what: string, thrown?: unknown) => void

export interface ConfEntry extends IniEntry {
  readonly path: string
}
export interface ConfSection extends Place {
  readonly name: string
  readonly entries: readonly ConfEntry[]
}

/** The sections of one file, its values expanded. */
export function sectionsIn(
  { text, isPrivate }: ReadFile,
  path: string,
  { environment, hostName }: ConfSources,
  fail: Fail,
): ConfSection[] {
  const { sections, problems } = parseIni(text)
  for (const problem of problems) fail({ path, line: problem.line }, problemText(problem))
  // A value from the environment is not a secret that the file holds.
  const secret = sections
    .flatMap(({ entries }) => entries)
    .find(({ key, value }) => isSecret(key, value) && !/^%\(ENV_[^)]*\)s$/.test(value))
  if (secret && !isPrivate)
    fail(
      { path, line: secret.line },
      `${secret.key} is a secret, and this file can be read by others: chmod 600 ${shellWord(path)}`,
    )
  const expansions = { here: posix.dirname(posix.resolve(path)), environment, hostName }
  return sections.map(({ name, line, entries }) => ({
    name,
    line,
    path,
    entries: entries.flatMap((entry, at) => {
      if (isValueOf(entries[at - 1], entry)) return []
      const fault = faultOfEntry(entry)
      if (fault !== undefined) {
        fail({ path, line: entry.line }, fault)
        return []
      }
      try {
        const value = expand(entry.value, expansions, GENERAL_KEYS.get(entry.key)?.secret ?? false)
        return [{ ...entry, path, value }]
      } catch (thrown) {
        fail({ path, line: entry.line }, `${entry.key}: ${messageOf(thrown)}`)
        return []
      }
    }),
  }))
}

/** The files that the first one names; an included one names none, as with supervisor. */
export function includedBy(
  sections: readonly ConfSection[],
  { listFolder }: ConfSources,
  fail: Fail,
): { readonly path: string; readonly place: Place }[] {
  const entries = sections.flatMap(({ name, entries }) =>
    name === 'memmon' ? entries.filter(({ key }) => key === INCLUDE) : [],
  )
  const found = new Map<string, Place>()
  for (const place of entries) {
    const here = posix.dirname(posix.resolve(place.path))
    try {
      for (const path of patternsIn(place.value).flatMap(pattern => pathsOf(pattern, here, listFolder))) {
        if (posix.resolve(place.path) === path) fail(place, `include: ${path} is this file itself`)
        else found.set(path, place)
      }
    } catch (thrown) {
      fail(place, `include = ${place.value}: ${messageOf(thrown)}`, thrown)
    }
  }
  return [...found].map(([path, place]) => ({ path, place }))
}
