// commander, told of options as the table declares them: it neither writes nor ends the process, and its errors say what
// would be right. The one module that imports it: bundled, it must be there once.
import { Command, CommanderError, Option } from 'commander'
import { UsageError } from '../base/errors.ts'
import { oneLine } from '../base/text.ts'
import { type OptionText, valueTerm } from './option-text.ts'
import { insteadOf } from './unknown-words.ts'

export { Command }

/** An option, and who takes its value; undefined for a switch. */
export interface TakenOption {
  readonly spec: Pick<OptionText, 'flags' | 'value' | 'example' | 'help'> &
    Partial<Pick<OptionText, 'brief' | 'isValueOptional' | 'choices'>>
  readonly take: (text: string | undefined) => void
}

/** A command without options. */
export const createCommand = (name: string, writeOut: (text: string) => void): Command =>
  new Command(name).exitOverride().configureOutput({ writeOut, writeErr: () => {} })

/** In commander an option has one short name and one long: each further name is an option of its own, left out of help. */
export function addOption(command: Command, { spec, take }: TakenOption): void {
  const [option, ...aliases] = commanderOptions(spec)
  if (option) command.addOption(option.argParser(take))
  for (const alias of aliases) command.addOption(alias.hideHelp().argParser(take))
}

export const addHelpOption = (command: Command, spec: TakenOption['spec']): Command =>
  command.addHelpOption(commanderOptions(spec)[0] as Option)

function commanderOptions(spec: TakenOption['spec']): Option[] {
  const { flags, brief, help } = spec
  const short = flags.filter(flag => !flag.startsWith('--'))
  const [first = '', ...others] = flags.filter(flag => flag.startsWith('--'))
  return [[...short, first].join(', '), ...others].map(
    names => new Option(names + valueTerm(spec), brief ?? help),
  )
}

/** What was shown instead of done. */
export type Shown = 'help' | 'version'

/** Reads the arguments: each value is taken as it is read. Throws a UsageError that says what would be right. */
export function parseBy(
  command: Command,
  argv: readonly string[],
  specs: readonly TakenOption['spec'][],
): Shown | undefined {
  try {
    command.parse(argv, { from: 'user' })
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return thrown.code === 'commander.version' ? 'version' : 'help'
    throw new UsageError(oneLine(errorText(thrown, command, specs)))
  }
}

/** commander says of what an error is in its message alone, between quotes. */
function errorText(
  { code, message }: CommanderError,
  command: Command,
  specs: readonly TakenOption['spec'][],
): string {
  const named = /'(.*?)'/s.exec(message)?.[1] ?? ''
  const [name = ''] = named.split(/[\s,=]/)
  const spec = specs.find(({ flags }) => flags.includes(name))
  if (code === 'commander.optionMissingArgument' && spec)
    return `${nameOf(spec)} needs a value, ${spec.value}: as in memmon ${spec.example}`
  if (code === 'commander.unknownOption' && spec)
    return `${nameOf(spec)} takes no value: as in memmon ${spec.example}`
  if (code === 'commander.unknownOption') {
    const instead = insteadOf(
      name,
      specs.flatMap(({ flags }) => flags),
    )
    if (instead !== undefined) return `unknown option '${name}': ${instead}`
    // What is behind the "=" of a mistyped option may be a secret, and hides what was meant.
    if (named !== name) return unknownText(command, name)
  }
  if (code === 'commander.excessArguments') return strayText(strayIn(command))
  if (code === 'commander.missingArgument') return `${command.args[0]} needs a ${named}`
  if (code === 'commander.unknownCommand') return `${plain(message)}; ${commandsText(command)}`
  return plain(message)
}

/** commander's hint stands in a line of its own, behind what it quotes. */
const plain = (message: string): string =>
  message.replace(/^error: /, '').replace(/\n(?=\(Did you mean .*\)$)/, ' ')

const commandsText = (command: Command): string => {
  const shown = command.createHelp().visibleCommands(command)
  return `the commands are ${shown.map(one => one.name()).join(', ')}`
}

function unknownText(command: Command, name: string): string {
  try {
    command.parse([name], { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError) return plain(thrown.message)
    throw thrown
  }
  return `unknown option '${name}'`
}

/** The first argument that is too much for the command that was called. */
function strayIn(root: Command): string {
  const command = root.commands.find(one => one.name() === root.args[0]) ?? root
  return command.args[command.registeredArguments.length] ?? ''
}

/** `-p, --program`. */
export const nameOf = ({ flags }: Pick<OptionText, 'flags'>): string => flags.slice(0, 2).join(', ')

/** A word that no option takes. */
const strayText = (argument: string): string =>
  `unexpected argument "${argument}": quote values that contain spaces`
