// The commands for people, in a terminal: their arguments, and what they begin. Loaded for them alone.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Act } from '../agents/acts.ts'
import { messageOf, UsageError } from '../base/errors.ts'
import { nameOf } from '../config/commander.ts'
import { type ConfFiles, createConfFiles } from '../config/conf-files.ts'
import { parseFlags, type Reading, settingsIn } from '../config/flags.ts'
import { OPTIONS } from '../config/options.ts'
import { isIdle, type Settings } from '../config/settings.ts'
import type { Environment } from '../config/supervisor-files.ts'
import { warningsOf } from '../config/warnings.ts'
import { sizesLine } from '../picture/sizes-line.ts'
import { parseSelector } from '../rules/selector.ts'
import type { HandCommand } from './command-texts.ts'
import type { Given } from './given.ts'
import { isAscii } from './plain-text.ts'
import { parseProgram } from './program.ts'
import type { Asked, ReadRules } from './rule-sources.ts'
import { supervisorSources } from './supervisor-sources.ts'

/** Of the listener's options those that say something without a rule. */
const ALONE = ['--config', '--server-url', '--sampler', '--verbose']

/** Which of them a command takes; all where nothing is said. */
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

/** Does what a command says, or shows help or version; the exit code. Throws a UsageError. */
export async function runByHand(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'completion' && argv[1] === 'words') return await completeWords(argv.slice(2))
  const files = createConfFiles()
  const asked = parseByHand(argv, files, {
    version: version(),
    writeOut: text => void process.stdout.write(text),
  })
  if (!asked) return 0
  const { command, given, settings } = asked
  if (command === 'analyse') return await runAnalyse(given)
  if (command === 'completion') return await runCompletion(given)
  if (command === 'test-notify') return await runTestNotify(withWarnings(settings, files.loose, process.env))
  if (isIdle(settings)) refuseIdle(argv)
  const all = await askedFor(argv, given.supervisorConf)
  if (command === 'status') return await runStatus(all, given)
  if (isAct(command)) return await runAct(command, all, given)
  if (command === 'top') return await runTop(all, given)
  if (command === 'history') return await runHistory(all, given)
  if (command === 'suggest') return await runSuggest(all, given)
  if (command === 'report') return await runReport(all, given)
  if (command === 'diagnose') return await runDiagnose(all, given)
  if (command === 'agents') return await runAgents(all, given)
  if (command === 'sample') return await runSample(all, given)
  if (command === 'dump') return await runDump(all, given)
  return await (command === 'check' ? runCheck(all, given) : runExplain(all, given))
}

function version(): string {
  const text = readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

async function runTestNotify({ settings, warnings }: ReadRules): Promise<number> {
  for (const warning of warnings) process.stderr.write(`${warning}\n`)
  const { testNotify } = await import('./test-notify.ts')
  return await testNotify(settings)
}

async function runAnalyse({ json, words }: Given): Promise<number> {
  const { analyse } = await import('./analyse.ts')
  const { default: widthOf } = await import('string-width')
  const isPlain = isAscii(process.env)
  return await analyse({
    files: words,
    json,
    sizesLine: (sizes, width) => sizesLine(sizes, width, isPlain),
    widthOf,
  })
}

async function runCompletion({ words: [shell = ''] }: Given): Promise<number> {
  const { completionScript } = await import('./completion.ts')
  process.stdout.write(completionScript(shell))
  return 0
}

/** What the scripts of the shells call. */
async function completeWords(words: readonly string[]): Promise<number> {
  const { offerLines } = await import('./completion.ts')
  const { manualCommands } = await import('./manual-commands.ts')
  process.stdout.write(offerLines(words, manualCommands(TAKEN), supervisorSources()))
  return 0
}

async function runCheck(
  asked: Asked,
  { json, sort, onlyOver, watchSeconds, why, words }: Given,
): Promise<number> {
  const { check } = await import('./check.ts')
  const { default: widthOf } = await import('string-width')
  return await check({ ...asked, json, sort, onlyOver, watchSeconds, why, widthOf, names: words })
}

const isAct = (command: HandCommand): command is Act['do'] =>
  ['restart', 'drain', 'mute', 'unmute'].includes(command)

async function runAct(what: Act['do'], asked: Asked, { words: [word = '', time] }: Given): Promise<number> {
  const { act } = await import('./act.ts')
  return await act({ ...asked, what, word, time })
}

async function runStatus(asked: Asked, { json }: Given): Promise<number> {
  const { status } = await import('./status.ts')
  const { default: widthOf } = await import('string-width')
  return await status({ ...asked, json, widthOf })
}

async function runExplain(asked: Asked, { json, words: [name = ''] }: Given): Promise<number> {
  const { explain } = await import('./explain.ts')
  return await explain(name, asked, json)
}

async function runHistory(asked: Asked, { words: names, json, csv, sinceSeconds }: Given): Promise<number> {
  const { history } = await import('./history.ts')
  const { default: widthOf } = await import('string-width')
  const form = csv ? 'csv' : json ? 'json' : 'text'
  return await history(asked, { names, form, sinceSeconds, widthOf })
}

async function runSuggest(asked: Asked, given: Given): Promise<number> {
  const { words: names, json, watchSeconds, writePath: path } = given
  const { suggest } = await import('./suggest.ts')
  const { default: widthOf } = await import('string-width')
  return await suggest(asked, { names, json, watchSeconds, path, widthOf })
}

async function runDiagnose(asked: Asked, { json, words: [word = ''] }: Given): Promise<number> {
  const { diagnose } = await import('./diagnose.ts')
  const { default: widthOf } = await import('string-width')
  return await diagnose({ ...asked, word, json, widthOf })
}

async function runAgents(asked: Asked, { json }: Given): Promise<number> {
  const { listAgents } = await import('./list-agents.ts')
  const { default: widthOf } = await import('string-width')
  return await listAgents({ ...asked, json, widthOf })
}

async function runSample(
  asked: Asked,
  { json, durationSeconds, words: [word = ''] }: Given,
): Promise<number> {
  const { sampleWorker } = await import('./ask-worker.ts')
  const { default: widthOf } = await import('string-width')
  return await sampleWorker({ ...asked, word, json, durationSeconds, widthOf })
}

async function runDump(asked: Asked, { force, words: [what = '', word = ''] }: Given): Promise<number> {
  const { dumpWorker } = await import('./ask-worker.ts')
  const { default: widthOf } = await import('string-width')
  return await dumpWorker({ ...asked, what, word, force, widthOf })
}

async function runTop(asked: Asked, { delaySeconds }: Given): Promise<number> {
  const { top } = await import('./top.ts')
  const { topPorts } = await import('./top-ports.ts')
  const { default: widthOf } = await import('string-width')
  return await top({ ...topPorts(asked), widthOf, delayMs: delaySeconds * 1000 })
}

async function runReport(asked: Asked, { htmlPath }: Given): Promise<number> {
  const { report } = await import('./report.ts')
  return await report(asked, htmlPath)
}

const askedFor = async (argv: readonly string[], supervisorConf: string | undefined): Promise<Asked> => ({
  ownSettings() {
    const files = createConfFiles()
    const settings = parseByHand(argv, files)?.settings
    if (!settings) throw new UsageError('--help and --version ask for nothing else')
    return withWarnings(settings, files.loose, process.env)
  },
  settingsOf(args, environment) {
    const files = createConfFiles()
    const flags = parseFlags(args, files.readText, { ...files.surroundings, environment })
    return flags.kind === 'settings' ? withWarnings(flags.settings, files.loose, environment) : undefined
  },
  supervisorConf,
  sources: supervisorSources(),
  // Like string-width an ES module alone, which require() takes from Node 20.19 on.
  split: (await import('shlex')).split,
})

/** Throws a UsageError as root about files that others may write. */
const withWarnings = (settings: Settings, loose: readonly string[], environment: Environment): ReadRules => ({
  settings,
  warnings: warningsOf(settings, loose, environment, 'hand'),
})

/** A command with the listener's options and its own; undefined if help or version were shown. Throws a UsageError. */
export function parseByHand(
  argv: readonly string[],
  files: Pick<ConfFiles, 'readText' | 'surroundings'>,
  output = { version: '', writeOut: (_: string): void => {} },
): { readonly command: HandCommand; readonly given: Given; readonly settings: Settings } | undefined {
  const called = parseProgram(argv, output)
  if (typeof called === 'string') return undefined
  const { command, given, reading } = called
  if (given.json && given.csv) throw new UsageError('--json and --csv: give one of them')
  refuseUseless(command, reading)
  if (command !== 'analyse' && command !== 'dump' && command !== 'completion')
    for (const word of given.words) attempt(word, () => parseSelector(word))
  return {
    command,
    given,
    settings: settingsIn(reading, { ...files.surroundings, readText: files.readText }),
  }
}

function attempt(what: string, take: () => void): void {
  try {
    take()
  } catch (thrown) {
    throw new UsageError(`${what}: ${messageOf(thrown)}`)
  }
}

/** The listener's options that say nothing to the command. */
function refuseUseless(command: HandCommand, { given }: Reading): void {
  const taken = TAKEN[command]
  const useless = taken && [...given].find(({ flags }) => !taken.some(flag => flags.includes(flag)))
  if (useless)
    throw new UsageError(`memmon ${command} does not take ${nameOf(useless)}: see memmon help ${command}`)
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
