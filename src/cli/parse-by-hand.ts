// The arguments of a command for people: the listener's options that it takes, and its own.

import { messageOf, readingArguments, UsageError } from '../base/errors.ts'
import { nameOf } from '../config/commander.ts'
import type { ConfFiles } from '../config/conf-files.ts'
import { type Reading, settingsIn } from '../config/flags.ts'
import { OPTIONS } from '../config/options.ts'
import type { Settings } from '../config/settings.ts'
import { parseSelector } from '../rules/selector.ts'
import type { HandCommand } from './command-texts.ts'
import type { Given } from './given.ts'
import { type Output, parseProgram } from './program.ts'

/** The listener's options that mean something without a rule. */
const ALONE = ['--config', '--server-url', '--sampler', '--verbose']

/** Which of them a command takes; by default all. */
export const TAKEN: Partial<Record<HandCommand, readonly string[]>> = {
  analyse: [],
  completion: [],
  history: ['--server-url'],
  suggest: ['--server-url'],
  report: ['--server-url'],
  top: ['--server-url'],
  agents: ['--server-url'],
  status: ['--server-url'],
  restart: ['--server-url'],
  drain: ['--server-url'],
  mute: ['--server-url'],
  unmute: ['--server-url'],
  sample: ['--server-url'],
  dump: ['--server-url'],
}

/** A command with the listener's options and its own; undefined if it printed help or version. Throws a UsageError. */
export function parseByHand(
  argv: readonly string[],
  files: Pick<ConfFiles, 'readText' | 'surroundings'>,
  output = { version: '', writeOut: (_: string): void => {} },
): { readonly command: HandCommand; readonly given: Given; readonly settings: Settings } | undefined {
  const called = readingArguments(() => calledBy(argv, output))
  if (typeof called === 'string') return undefined
  const { command, given, reading } = called
  return {
    command,
    given,
    settings: settingsIn(reading, { ...files.surroundings, readText: files.readText }),
  }
}

/** What the arguments alone say. Throws a UsageError. */
function calledBy(argv: readonly string[], output: Output): ReturnType<typeof parseProgram> {
  const called = parseProgram(argv, output)
  if (typeof called === 'string') return called
  const { command, given, reading } = called
  if (given.json && given.csv) throw new UsageError('--json and --csv: give one of them')
  refuseUseless(command, reading)
  if (command !== 'analyse' && command !== 'dump' && command !== 'completion')
    for (const word of given.words) attempt(word, () => parseSelector(word))
  return called
}

function attempt(what: string, take: () => void): void {
  try {
    take()
  } catch (thrown) {
    throw new UsageError(`${what}: ${messageOf(thrown)}`)
  }
}

/** Listener options that mean nothing to the command. */
function refuseUseless(command: HandCommand, { given }: Reading): void {
  const taken = TAKEN[command]
  const useless = taken && [...given].find(({ flags }) => !taken.some(flag => flags.includes(flag)))
  if (useless) throw new UsageError(`memmon ${command} does not take ${nameOf(useless)}`)
}

/** Throws a UsageError for options about rules without a rule: they would have no effect. */
export function refuseIdle(argv: readonly string[]): void {
  const names = OPTIONS.flatMap(({ flags }) => flags).filter(flag => !ALONE.includes(flag))
  const idle = argv.find(word => names.includes(word.replace(/=.*/s, '')))
  if (idle === undefined) return
  const flag = idle.replace(/=.*/s, '')
  throw new UsageError(
    `${flag} needs a rule beside it, as in -a 200MB; leave it out to see the rules of supervisord.conf`,
    { about: 'command line' },
  )
}
