// The programs of the operator's commands that are not there: warned of before one is needed. Whoever looks may have
// another PATH than who runs them.
import { type Stats, statSync } from 'node:fs'
import { posix } from 'node:path'
import { commandsOf } from './deciding-files.ts'
import type { Settings } from './settings.ts'

/** Who looks: memmon itself, or a person at a terminal. */
export type Onlooker = 'listener' | 'hand'

type Environment = Readonly<Record<string, string | undefined>>

/** What /bin/sh runs itself, at the beginning of the mail command. */
const BUILT_INTO_SH =
  /^(?:[.:!]|alias|case|cd|command|echo|eval|exec|exit|export|false|for|if|printf|pwd|read|readonly|return|set|shift|test|times|trap|true|type|ulimit|umask|unset|until|wait|while)$/

/** A sentence for each program, with its place if it stands in memmon.conf. */
export function missingCommands(settings: Settings, { PATH }: Environment, who: Onlooker): string[] {
  const texts = new Map<string, string>()
  for (const { key, what, command } of commandsOf(settings)) {
    const program = programIn(command, what)
    if (program === undefined || texts.has(program)) continue
    const why = whyMissing(program, PATH, who)
    if (why === undefined) continue
    const place = settings.places?.get(key)
    texts.set(program, `${place === undefined ? '' : `${place}: `}${brokenText(what, program, why)}`)
  }
  return [...texts.values()]
}

function brokenText(what: string, program: string, why: string): string {
  if (what !== 'sendmail') return `${what} cannot run: ${why}`
  return `mail cannot be sent: ${why}${program.startsWith('/') ? '; use another command (-s), or --smtp' : ''}`
}

/** The first word; undefined where a shell decides what runs. */
function programIn(command: string, what: string): string | undefined {
  const [, double, single, bare] = /^\s*(?:"([^"]*)"|'([^']*)'|(\S+))/.exec(command) ?? []
  const program = double ?? single ?? bare ?? ''
  if (!/^[\w./+@:,%-]+$/.test(program)) return undefined
  return what === 'sendmail' && BUILT_INTO_SH.test(program) ? undefined : program
}

function whyMissing(program: string, path: string | undefined, who: Onlooker): string | undefined {
  if (program.startsWith('/')) return whyNot(program)
  // A relative path is one from a folder that nobody knows here.
  if (program.includes('/') || path === undefined) return undefined
  if (path.split(':').some(folder => folder !== '' && whyNot(posix.join(folder, program)) === undefined))
    return undefined
  return who === 'listener'
    ? `${program} is not on the PATH that supervisord gives memmon (${path}): use its full path`
    : `${program} is not on the PATH of this shell; supervisord's may differ: use its full path`
}

/** undefined for a program, and for what cannot be looked at. */
function whyNot(path: string): string | undefined {
  try {
    return objection(path, statSync(path))
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? `${path} does not exist` : undefined
  }
}

function objection(path: string, stat: Stats): string | undefined {
  if (stat.isDirectory()) return `${path} is a directory`
  return (stat.mode & 0o111) === 0 ? `${path} is not executable: run "chmod +x ${path}"` : undefined
}
