// supervisord.conf and the files that its [include] names, found and joined as supervisor does (supervisor/options.py,
// read_config): of a key that stands twice in sections of one name, the last one counts.
import { posix } from 'node:path'
import { messageOf, UsageError } from '../base/errors.ts'
import { type ListFolder, pathsOf } from './include.ts'
import { parseIni } from './ini.ts'
import type { Place } from './place.ts'
import { environmentExpansions, expandSupervisor } from './supervisor-expand.ts'

/** supervisorctl's, but for those next to its own program. */
export const SEARCHED = [
  'supervisord.conf',
  'etc/supervisord.conf',
  '/etc/supervisord.conf',
  '/etc/supervisor/supervisord.conf',
]
export const ADVICE = "give its file with -C, or supervisord's address with --server-url"

export type Environment = Readonly<Record<string, string | undefined>>

export interface SupervisorSources {
  /** undefined for a file that is not there; throws an Error that says why one cannot be read. */
  readonly readText: (path: string) => string | undefined
  readonly listFolder: ListFolder
  readonly environment: Environment
  readonly hostName: string
}

export interface SupervisorValue extends Place {
  readonly value: string
}

export interface SupervisorConf {
  readonly file: string
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, SupervisorValue>>
  /** Included files that cannot be read here, and why: what they say is missing. */
  readonly unread: readonly string[]
}

/** The file that -C names, or the first that is found; undefined if none is. Throws a UsageError. */
export function readSupervisorConf(
  path: string | undefined,
  sources: SupervisorSources,
): SupervisorConf | undefined {
  for (const file of path === undefined ? SEARCHED : [path]) {
    const text = textOf(file, sources)
    if (text !== undefined) return joined(posix.resolve(file), text, sources)
  }
  if (path !== undefined) throw new UsageError(`-C ${path}: no such file`)
  return undefined
}

function textOf(file: string, { readText }: SupervisorSources): string | undefined {
  try {
    return readText(file)
  } catch (thrown) {
    throw new UsageError(`${messageOf(thrown)}: run memmon as a user who may read ${file}, or ${ADVICE}`)
  }
}

function joined(file: string, text: string, sources: SupervisorSources): SupervisorConf {
  const sections = new Map<string, Map<string, SupervisorValue>>()
  const add = (own: string, at: string) => {
    for (const { name, entries } of parseIni(own).sections) {
      const keys = sections.get(name) ?? new Map<string, SupervisorValue>()
      for (const { key, value, line } of entries) keys.set(key, { value, path: at, line })
      sections.set(name, keys)
    }
  }
  add(text, file)
  const unread: string[] = []
  for (const path of includedBy(file, sections.get('include')?.get('files')?.value, sources)) {
    try {
      add(sources.readText(path) ?? '', path)
    } catch (thrown) {
      unread.push(messageOf(thrown)) // supervisord passes over such a file, too
    }
  }
  return { file, sections, unread }
}

/** Patterns behind blanks, from the folder of the file; an included file includes no others. */
function includedBy(
  file: string,
  files: string | undefined,
  { listFolder, environment, hostName }: SupervisorSources,
): string[] {
  if (files === undefined) return []
  const here = folderOf(file)
  const known = { ...environmentExpansions(environment), here, host_node_name: hostName }
  try {
    return expandSupervisor(files, known)
      .split(/\s+/)
      .filter(pattern => pattern !== '')
      .flatMap(pattern => pathsOf(pattern, here, listFolder).sort())
  } catch (thrown) {
    throw new UsageError(`${file}: [include] files: ${messageOf(thrown)}`)
  }
}

/** %(here)s in a file. */
export const folderOf = (file: string): string => posix.dirname(posix.resolve(file))
