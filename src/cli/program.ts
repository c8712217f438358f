// The whole of the command line: the listener's options, and the commands for people, as commander reads and shows them.

import { UsageError } from '../base/errors.ts'
import { addOption, type Command, parseBy, type Shown } from '../config/commander.ts'
import { listenerCommand, newReading, type Reading } from '../config/flags.ts'
import { OPTIONS } from '../config/options.ts'
import { COMMAND_TEXTS, type HandCommand } from './command-texts.ts'
import { type Given, nothingGiven } from './given.ts'
import {
  ANALYSE_OPTIONS,
  CHECK_OPTIONS,
  CONFIGURATION,
  DIAGNOSE_OPTIONS,
  EXPLAIN_OPTIONS,
  HISTORY_OPTIONS,
  REPORT_OPTIONS,
  STATUS_OPTIONS,
  SUGGEST_OPTIONS,
  TOP_OPTIONS,
} from './hand-options.ts'
import { configureHelp } from './help.ts'
import { AGENTS_OPTIONS, DUMP_OPTIONS, SAMPLE_OPTIONS } from './worker-options.ts'

export interface Called {
  readonly command: HandCommand
  /** The listener's options that were given. */
  readonly reading: Reading
  readonly given: Given
}

export interface Output {
  readonly version: string
  readonly writeOut: (text: string) => void
}

export const OWN_OPTIONS = {
  check: [CONFIGURATION, ...CHECK_OPTIONS],
  status: [CONFIGURATION, ...STATUS_OPTIONS],
  restart: [CONFIGURATION],
  drain: [CONFIGURATION],
  mute: [CONFIGURATION],
  unmute: [CONFIGURATION],
  top: [CONFIGURATION, ...TOP_OPTIONS],
  explain: [CONFIGURATION, ...EXPLAIN_OPTIONS],
  diagnose: [CONFIGURATION, ...DIAGNOSE_OPTIONS],
  analyse: ANALYSE_OPTIONS,
  history: [CONFIGURATION, ...HISTORY_OPTIONS],
  suggest: [CONFIGURATION, ...SUGGEST_OPTIONS],
  agents: [CONFIGURATION, ...AGENTS_OPTIONS],
  sample: [CONFIGURATION, ...SAMPLE_OPTIONS],
  dump: [CONFIGURATION, ...DUMP_OPTIONS],
  report: [CONFIGURATION, ...REPORT_OPTIONS],
  'test-notify': [],
  completion: [],
} as const

/** What people try, and what does it. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ...['list', 'show', 'ps'].map(word => [word, 'memmon check'] as const),
  ...['health', 'state', 'alive'].map(word => [word, 'memmon status'] as const),
  ...['watch'].map(word => [word, 'memmon check --watch'] as const),
  ...['why', 'reason'].map(word => [word, 'memmon explain'] as const),
  ...['inspect', 'threads'].map(word => [word, 'memmon diagnose'] as const),
  ...['chart', 'graph', 'plot', 'trend'].map(word => [word, 'memmon history'] as const),
  ...['advise', 'propose', 'recommend'].map(word => [word, 'memmon suggest'] as const),
  ...['test', 'notify', 'mail'].map(word => [word, 'memmon test-notify'] as const),
])
/** What supervisord does. */
const STARTS = ['init', 'install', 'listen', 'run', 'setup', 'start']

/** Reads the command and its options; writes what was asked to be shown. Throws a UsageError. */
export function parseProgram(argv: readonly string[], output: Output): Called | Shown {
  refuseStrange(argv[0])
  const reading = newReading()
  const given = nothingGiven()
  let called: HandCommand | undefined
  const program = createProgram({ reading, given, output, argv }, command => {
    called = command
  })
  const own = isHandCommand(argv[0]) ? OWN_OPTIONS[argv[0]] : []
  const shown = parseBy(program, argv, [...OPTIONS, ...own])
  return shown ?? { command: called ?? 'check', reading, given }
}

export const isHandCommand = (word = ''): word is HandCommand => Object.hasOwn(COMMAND_TEXTS, word)

interface Parts {
  readonly reading: Reading
  readonly given: Given
  readonly output: Output
  readonly argv: readonly string[]
}

function createProgram(
  { reading, given, output, argv }: Parts,
  call: (command: HandCommand) => void,
): Command {
  const program = listenerCommand(reading, output)
  for (const name of Object.keys(COMMAND_TEXTS) as HandCommand[]) {
    const { argument, second } = COMMAND_TEXTS[name]
    const command = program.command(name)
    for (const one of [argument, second]) if (one) command.argument(one.name, one.help)
    for (const spec of OWN_OPTIONS[name])
      addOption(command, { spec, take: text => spec.give(given, text, argv) })
    command.action(() => {
      given.words.push(...command.args)
      call(name)
    })
  }
  configureHelp(program, argv.includes('all'))
  addHelpCommand(program)
  return program
}

/** `help`, `help all` and `help check`. */
function addHelpCommand(program: Command): void {
  program.command('help [command]', { hidden: true }).action((topic?: string) => {
    const about = program.commands.find(command => command.name() === topic)
    if (topic !== undefined && topic !== 'all' && !about)
      program.error(`unknown command '${topic}'`, { code: 'commander.unknownCommand' })
    ;(about ?? program).help()
  })
}

function refuseStrange(word = ''): void {
  const meant = MEANT.get(word)
  if (meant) throw new UsageError(`unknown command '${word}' (Did you mean ${meant}?)`)
  if (STARTS.includes(word))
    throw new UsageError(`unknown command '${word}': supervisord starts memmon, as memmon --help shows`)
}
