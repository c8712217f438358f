// The programs that the settings name, by their paths: whoever may write one decides what memmon does.
import { type Stats, statSync } from 'node:fs'
import { wordsIn } from '../base/command-line.ts'
import { UsageError } from '../base/errors.ts'
import { looseText } from '../base/loose-file.ts'
import { actionCommands } from '../rules/action.ts'
import type { RestartPlan } from '../rules/rule.ts'
import type { Settings } from './settings.ts'

/** What runs the file that it is given. */
const INTERPRETER =
  /(^|\/)(env|busybox|(a|ba|da|fi|k|mk|z)?sh|(python|pypy|perl|ruby|php|lua|tclsh)[\d.]*|node|nodejs|deno|bun)$/
const SHELL = /(^|\/)(a|ba|da|fi|k|mk|z)?sh$/
/** Their first word may say what to do, as in `deno run`. */
const WITH_COMMANDS = /(^|\/)(deno|bun|busybox)$/
const PHP = /(^|\/)php[\d.]*$/
/** Before a program, for a shell or env. */
const BEFORE_PROGRAM = /^(\w+=.*|exec)$/s
const OPTION = /^[-+]/

/** The user that memmon runs as; where users have no numbers, no file has an owner. */
export const ownUid = (): number => process.geteuid?.() ?? -1

/** As root (`own` 0): throws a UsageError about files that others may write. Else gives that back, to be warned of. */
export function refuseLoose(settings: Settings, conf: readonly string[], own: number): string[] {
  const loose = [...conf, ...looseFiles(settings, own)]
  if (own === 0 && loose.length > 0)
    throw new UsageError(loose.map(text => `${text}; memmon runs as root and does what it says`).join('\n'))
  return loose.map(text => `${text}. Whoever may write it decides what memmon does`)
}

/** Those of the settings' files that others may write, each with its place in memmon.conf. */
function looseFiles(settings: Settings, own: number): string[] {
  const loose = new Map<string, string>()
  for (const { key, paths } of decidingFiles(settings)) {
    for (const path of paths) {
      const stat = statOf(path)
      const text = stat && looseText(path, stat, own)
      const place = settings.places?.get(key)
      if (text !== undefined && !loose.has(path))
        loose.set(path, place === undefined ? text : `${place}: ${text}`)
    }
  }
  return [...loose.values()]
}

/** True if a rule, a budget or on_alert_command may run a command. */
export const hasHooks = ({ onAlertCommand, rules, budgets }: Settings): boolean =>
  onAlertCommand !== undefined || hookCommands(rules, budgets).length > 0

interface NamedCommand {
  /** Of its place: a key of [memmon], or the id of a rule. */
  readonly key: string
  /** The option that names it. */
  readonly what: string
  readonly command: string
}

/** Files whose contents decide: all of the settings, except memmon.conf and the secrets of channels. */
const decidingFiles = (settings: Settings) => [
  ...commandsOf(settings).map(({ key, command }) => ({
    key,
    paths: filesIn(wordsIn(command)).filter(isPath),
  })),
  { key: 'smtp_ca_file', paths: settings.smtpCaFile === undefined ? [] : [settings.smtpCaFile] },
  { key: 'monitor', paths: settings.monitorPaths },
]

const isPath = (word: string): boolean => word.startsWith('/')

/** Every command of the settings. */
export function commandsOf(settings: Settings): NamedCommand[] {
  const { mailTo, smtpServers, sendmailCommand, onAlertCommand, rules, budgets } = settings
  const isMailed = mailTo.length > 0 && smtpServers.length === 0
  return [
    ...named('sendmail', [['sendmail', isMailed ? sendmailCommand : undefined]]),
    ...named('on_alert_command', [['on_alert_command', onAlertCommand]]),
    ...hookCommands(rules, budgets),
  ]
}

const hookCommands = (rules: Settings['rules'], budgets: Settings['budgets']): NamedCommand[] =>
  [...rules, ...budgets].flatMap(({ id, action, plan }) =>
    named(id, [...actionCommands(action), ...planCommands(plan)]),
  )

type Option = readonly [what: string, command: string | undefined]

const named = (key: string, options: readonly Option[]): NamedCommand[] =>
  options.flatMap(([what, command]) => (command === undefined ? [] : { key, what, command }))

const planCommands = ({
  preCommand,
  diagnoseCommand,
  postCommand,
  restartCommand,
}: RestartPlan): Option[] => [
  ['pre_restart_command', preCommand],
  ['diagnose_command', diagnoseCommand],
  ['post_restart_command', postCommand],
  ['restart_command', restartCommand],
]

/** The program if given by its path, and the script if the program is an interpreter. Files found by PATH are the system's. */
function filesIn(words: readonly string[]): string[] {
  const [program = '', ...rest] = words.slice(words.findIndex(word => !BEFORE_PROGRAM.test(word)))
  const own = program.startsWith('/') ? [program] : []
  return INTERPRETER.test(program) ? [...own, ...filesBehind(program, rest)] : own
}

/**
 * All paths up to the script, since options may take values, and these be programs: `node --require /x /y`. For `sh -c`
 * what that begins with; none of the script's arguments.
 */
function filesBehind(program: string, words: readonly string[]): string[] {
  const found: string[] = []
  for (const [at, word] of words.entries()) {
    const [ahead, isBehindOption] = [words.slice(at + 1), OPTION.test(words[at - 1] ?? '')]
    if (OPTION.test(word)) {
      if (SHELL.test(program) && /^-\w*c$/.test(word))
        return [...found, ...filesIn(wordsIn(ahead.find(one => !OPTION.test(one)) ?? ''))]
      if (!SHELL.test(program) && isCode(program, word)) return found
      found.push(word.replace(/^-(-[\w-]+=|\w)/, ''))
    } else if (INTERPRETER.test(word) || (word.startsWith('/') && !isBehindOption))
      return [...found, ...filesIn(words.slice(at))]
    else if (isBehindOption || BEFORE_PROGRAM.test(word) || WITH_COMMANDS.test(program)) found.push(word)
    else return found
  }
  return found
}

/** An option whose value is code, or the name of a module. */
const isCode = (program: string, option: string): boolean =>
  /^-\w*[cem]$/.test(option) || (PHP.test(program) && option === '-r')

/** undefined if there is no such file: running it will say so. */
function statOf(path: string): Stats | undefined {
  try {
    const stat = statSync(path)
    return stat.isFile() ? stat : undefined
  } catch {
    return undefined
  }
}
