// The commands for people, in a terminal: their arguments, and what they begin. Loaded for them alone.

import { messageOf, UsageError } from '../base/errors.ts'
import { parseSomeTime, timerTime } from '../base/units.ts'
import { type ConfFiles, createConfFiles } from '../config/conf-files.ts'
import { ownUid, refuseLoose } from '../config/deciding-files.ts'
import { type CommandTerms, type Flags, parseFlags, strayText } from '../config/flags.ts'
import { OPTIONS } from '../config/options.ts'
import { parseSelector } from '../rules/selector.ts'
import { SORTS, type Sort } from '../screen/order.ts'
import type { Asked, ReadRules } from './rule-sources.ts'
import { supervisorSources } from './supervisor-sources.ts'

export type HandCommand = 'check' | 'explain' | 'test-notify'

const WATCH_SECONDS = '2'
/** Of the listener's options those that say something without a rule. */
const ALONE = ['--config', '--server-url', '--verbose']

/** What was given besides the listener's options. */
export interface Given {
  supervisorConf?: string
  json: boolean
  sort: Sort
  onlyOver: boolean
  watchSeconds?: number
  readonly words: string[]
}

type OwnFlag = CommandTerms['flags'][number]

/** Does it; the exit code. Throws a UsageError. */
export async function runHandCommand(
  command: HandCommand,
  argv: readonly string[],
  version: () => string,
): Promise<number> {
  const { flags, given } = parsed(command, argv)
  if (flags.kind !== 'settings') {
    const { commandHelpText } = await import('../config/help.ts')
    process.stdout.write(flags.kind === 'help' ? commandHelpText(command) : `${version()}\n`)
    return 0
  }
  if (command === 'test-notify') return await runTestNotify(argv, given)
  const { rules, budgets } = flags.settings
  if (rules.length + budgets.length === 0) refuseIdle(argv)
  const asked = await askedFor(command, argv, given.supervisorConf)
  return await (command === 'check' ? runCheck(asked, given) : runExplain(asked, given))
}

async function runTestNotify(argv: readonly string[], { words: [stray] }: Given): Promise<number> {
  if (stray !== undefined) throw new UsageError(strayText(stray))
  const { settings, warnings } = read('test-notify', argv)
  for (const warning of warnings) process.stderr.write(`${warning}\n`)
  const { testNotify } = await import('./test-notify.ts')
  return await testNotify(settings)
}

async function runCheck(asked: Asked, { json, sort, onlyOver, watchSeconds, words }: Given): Promise<number> {
  const { check } = await import('./check.ts')
  const { default: widthOf } = await import('string-width')
  return await check({ ...asked, json, sort, onlyOver, watchSeconds, widthOf, names: words })
}

async function runExplain(asked: Asked, { words: [name, stray] }: Given): Promise<number> {
  if (name === undefined) throw new UsageError('explain needs a process: as in memmon explain web')
  if (stray !== undefined) throw new UsageError(strayText(stray))
  const { explain } = await import('./explain.ts')
  return await explain(name, asked)
}

const askedFor = async (
  command: HandCommand,
  argv: readonly string[],
  supervisorConf: string | undefined,
): Promise<Asked> => ({
  ownSettings: () => read(command, argv),
  settingsOf(args, environment) {
    const files = createConfFiles()
    const flags = parseFlags(args, files.readText, undefined, { ...files.surroundings, environment })
    return flags.kind === 'settings' ? withWarnings(flags.settings, files.loose) : undefined
  },
  supervisorConf,
  sources: supervisorSources(),
  // Like string-width an ES module alone, which require() takes from Node 20.19 on.
  split: (await import('shlex')).split,
})

function read(command: HandCommand, argv: readonly string[]): ReadRules {
  const { flags, loose } = parsed(command, argv)
  if (flags.kind !== 'settings') throw new UsageError('--help and --version ask for nothing else')
  return withWarnings(flags.settings, loose)
}

/** About files that others may write; throws a UsageError as root. */
const withWarnings = (settings: ReadRules['settings'], loose: readonly string[]): ReadRules => ({
  settings,
  warnings: refuseLoose(settings, loose, ownUid()),
})

const parsed = (command: HandCommand, argv: readonly string[]) => {
  const files = createConfFiles()
  return { ...parseHandFlags(command, argv, files), loose: files.loose }
}

/** The listener's options, and those of the command. Throws a UsageError. */
export function parseHandFlags(
  command: HandCommand,
  argv: readonly string[],
  files: Pick<ConfFiles, 'readText' | 'surroundings'>,
): { readonly flags: Flags; readonly given: Given } {
  const given: Given = { json: false, sort: 'share', onlyOver: false, words: [] }
  const terms = { flags: ownFlags(command, given), onWord: (word: string) => void given.words.push(word) }
  const flags = parseFlags(watchWithValue(command, argv), files.readText, terms, files.surroundings)
  for (const word of given.words) attempt(word, () => parseSelector(word))
  return { flags, given }
}

/** `--watch` alone, or with seconds behind it: the parser knows options with a value, and options without. */
const watchWithValue = (command: HandCommand, argv: readonly string[]): string[] =>
  command !== 'check'
    ? [...argv]
    : argv.flatMap((word, at) => {
        const isTime = (text: string | undefined) => /^\d+[smhd]?$/i.test(text ?? '')
        if (word === '--watch') return [`--watch=${isTime(argv[at + 1]) ? argv[at + 1] : WATCH_SECONDS}`]
        return argv[at - 1] === '--watch' && isTime(word) ? [] : [word]
      })

function ownFlags(command: HandCommand, given: Given): OwnFlag[] {
  const conf: OwnFlag = {
    flags: ['-C', '--configuration'],
    value: 'file',
    example: `${command} -C /etc/supervisor/supervisord.conf`,
    take: text => {
      given.supervisorConf = text
    },
  }
  return { check: [conf, ...checkFlags(given)], explain: [conf], 'test-notify': [] }[command]
}

const checkFlags = (given: Given): OwnFlag[] => [
  {
    flags: ['--json'],
    example: 'check --json',
    take: () => {
      given.json = true
    },
  },
  {
    flags: ['--sort'],
    value: 'order',
    example: 'check --sort size',
    take: text => {
      const sort = SORTS.find(one => one === text)
      if (!sort) throw new UsageError(`--sort ${text}: unknown order; use ${SORTS.join(', ')}`)
      given.sort = sort
    },
  },
  {
    flags: ['--over'],
    example: 'check --over',
    take: () => {
      given.onlyOver = true
    },
  },
  {
    flags: ['--watch'],
    value: 'time',
    example: 'check --watch 5',
    take: text =>
      attempt(`--watch ${text}`, () => {
        given.watchSeconds = timerTime(parseSomeTime(text), text)
      }),
  },
]

function attempt(what: string, take: () => void): void {
  try {
    take()
  } catch (thrown) {
    throw new UsageError(`${what}: ${messageOf(thrown)}`)
  }
}

/** Options about rules, without a rule: whoever gives them means something that would not happen. */
function refuseIdle(argv: readonly string[]): void {
  const names = OPTIONS.flatMap(({ flags }) => flags).filter(flag => !ALONE.includes(flag))
  const idle = argv.find(word => names.includes(word.replace(/=.*/s, '')))
  if (idle === undefined) return
  const flag = idle.replace(/=.*/s, '')
  throw new UsageError(
    `${flag} needs a rule beside it, as in -a 200MB; leave it out to see the rules of supervisord.conf`,
  )
}
