// The programs that the settings name, by their paths: whoever may write one decides what memmon does.
import { type Stats, statSync } from 'node:fs'
import { UsageError } from '../base/errors.ts'
import { looseText } from '../base/loose-file.ts'
import { actionCommands } from '../rules/action.ts'
import type { RestartPlan } from '../rules/rule.ts'
import type { Settings } from './settings.ts'

/** What runs the file that it is given. */
const INTERPRETER = /\/(env|(ba|da|k|z)?sh|python[\d.]*|perl|ruby|node|php)$/

/** The user that memmon runs as; where users have no numbers, no file has an owner. */
export const ownUid = (): number => process.geteuid?.() ?? -1

/** As root (`own` 0): throws a UsageError about files that others may write. Else gives that back, to be warned of. */
export function refuseLoose(settings: Settings, conf: readonly string[], own: number): string[] {
  const loose = [...conf, ...looseCommands(settings, own)]
  if (own === 0 && loose.length > 0)
    throw new UsageError(loose.map(text => `${text}; memmon runs as root and does what it says`).join('\n'))
  return loose.map(text => `${text}. Whoever may write it decides what memmon does`)
}

/** Those of the settings' files that others may write, each with its place in memmon.conf. */
function looseCommands(settings: Settings, own: number): string[] {
  const loose = new Map<string, string>()
  for (const { key, command } of commandsOf(settings)) {
    for (const path of filesIn(command)) {
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

interface Named {
  /** Of its place: a key of [memmon], or the id of a rule. */
  readonly key: string
  /** The option that names it; undefined for a file that is not run. */
  readonly what?: string
  readonly command: string | undefined
}

/** Every command of the settings, and other files that decide. */
export function commandsOf(settings: Settings): Named[] {
  const { mailTo, smtpServers, smtpCaFile, sendmailCommand, onAlertCommand, monitorPaths, rules, budgets } =
    settings
  const isMailed = mailTo.length > 0 && smtpServers.length === 0
  return [
    { key: 'sendmail', what: 'sendmail', command: isMailed ? sendmailCommand : undefined },
    { key: 'smtp_ca_file', command: smtpCaFile },
    { key: 'on_alert_command', what: 'on_alert_command', command: onAlertCommand },
    ...monitorPaths.map(path => ({ key: 'monitor', command: `"${path}"` })),
    ...hookCommands(rules, budgets),
  ]
}

const hookCommands = (rules: Settings['rules'], budgets: Settings['budgets']): Named[] =>
  [...rules, ...budgets].flatMap(({ id, action, plan }) =>
    [...actionCommands(action), ...planCommands(plan)].flatMap(([what, command]) =>
      command === undefined ? [] : { key: id, what, command },
    ),
  )

type Option = readonly [what: string, command: string | undefined]

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

/** The program by its path, and the script if the program is an interpreter. What PATH finds is the system's. */
function filesIn(command = ''): string[] {
  const [first = '', second = ''] = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
  return [first, ...(INTERPRETER.test(first) ? [second] : [])].filter(path => path.startsWith('/'))
}

/** undefined if there is no such file: running it will say so. */
function statOf(path: string): Stats | undefined {
  try {
    const stat = statSync(path)
    return stat.isFile() ? stat : undefined
  } catch {
    return undefined
  }
}
