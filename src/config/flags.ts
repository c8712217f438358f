// argv to Settings, by commander, from the table in options.ts.
import { Command, CommanderError, Option } from 'commander'
import { messageOf, UsageError } from '../core/errors.ts'
import { inReasonOrder } from '../core/rules.ts'
import { OPTIONS, type OptionSpec, optionTerm, VALUE_FORMS } from './options.ts'
import { defaultSettings, type Settings } from './settings.ts'

export type Flags =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'settings'; readonly settings: Settings }

/**
 * Reads the arguments after the program's name.
 * Throws a UsageError that names the flag and the value and says what would be right.
 */
export function parseFlags(argv: readonly string[]): Flags {
  const draft = defaultSettings()
  let wanted: 'help' | 'version' | undefined
  const command = new Command('memmon')
    .helpOption(false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
  for (const spec of OPTIONS) {
    for (const flags of commanderFlags(spec)) {
      const option = new Option(flags)
      command.addOption(option)
      command.on(`option:${option.name()}`, (text: string | null) => {
        if (spec.apply) applyFlag(spec, text ?? '', value => spec.apply?.(draft, value))
        else wanted ??= spec.flags.includes('--help') ? 'help' : 'version'
      })
    }
  }
  try {
    command.parse([...argv], { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError && wanted === undefined) {
      throw new UsageError(commanderText(thrown, command.args[0]))
    }
    if (!(thrown instanceof CommanderError)) throw thrown
  }
  if (wanted === 'help') return { kind: 'help', text: helpText() }
  if (wanted === 'version') return { kind: 'version' }
  return { kind: 'settings', settings: { ...draft, rules: inReasonOrder(draft.rules) } }
}

/** The whole of `memmon --help`. */
export function helpText(): string {
  const terms = OPTIONS.map(spec => `  ${optionTerm(spec)}\n      ${wrap(spec.help, 6)}`)
  const examples = OPTIONS.filter(spec => spec.apply).map(
    spec => `  memmon ${spec.example}\n      ${spec.exampleHelp}`,
  )
  return `Usage: memmon [options]

An event listener for supervisord: at each TICK event it measures supervisord's
processes, restarts those over a limit, and says so by mail. supervisord starts
it, as its supervisord.conf says:

  [eventlistener:memmon]
  command=memmon -a 200MB -m bob@example.com
  events=TICK_60

Options:
${terms.join('\n')}

${VALUE_FORMS.map(form => wrap(form, 0)).join('\n')}

Examples (of the command= line):
${examples.join('\n')}
`
}

/** commander knows one short and one long form an option: further long ones become options of their own. */
function commanderFlags({ flags, value }: OptionSpec): string[] {
  const argument = value === undefined ? '' : ` <${value}>`
  const short = flags.find(flag => !flag.startsWith('--'))
  const [first, ...aliases] = flags.filter(flag => flag.startsWith('--'))
  return [[short, first].filter(Boolean).join(', '), ...aliases].map(form => form + argument)
}

function applyFlag(spec: OptionSpec, text: string, apply: (text: string) => void): void {
  try {
    apply(text)
  } catch (thrown) {
    const value = spec.secret ? '' : ` ${text}`
    throw new UsageError(`${nameOf(spec)}${value}: ${messageOf(thrown)}`)
  }
}

const nameOf = (spec: OptionSpec): string => spec.flags.slice(0, 2).join(', ')

function commanderText(error: CommanderError, argument: string | undefined): string {
  if (error.code === 'commander.excessArguments') {
    return `"${argument}" belongs to no option: quote a value that holds spaces`
  }
  const lacking = OPTIONS.find(spec =>
    spec.flags.some(flag => error.message.includes(`${flag} <`) || error.message.includes(`${flag}, `)),
  )
  if (error.code === 'commander.optionMissingArgument' && lacking) {
    return `${nameOf(lacking)} needs a value, ${lacking.value}: as in memmon ${lacking.example}`
  }
  return error.message.replace(/^error: /, '').replace(/\n\((.*)\)$/, ' ($1)')
}

function wrap(text: string, indent: number): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? ''
    if (last && last.length + word.length + indent >= 80) lines.push(word)
    else lines[lines.length - 1] = last ? `${last} ${word}` : word
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}
