// The commands for people, in a terminal: a row for each, which says what it starts. Loaded only for them; what a command
// needs is loaded when it runs.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Act } from '../agents/acts.ts'
import { UsageError } from '../base/errors.ts'
import { createConfFiles } from '../config/conf-files.ts'
import { parseFlags } from '../config/flags.ts'
import { isIdle, type Settings } from '../config/settings.ts'
import type { Environment } from '../config/supervisor-files.ts'
import { warningsOf } from '../config/warnings.ts'
import { sizesLine } from '../picture/sizes-line.ts'
import type { WidthOf } from '../screen/width.ts'
import type { HandCommand } from './command-texts.ts'
import type { Given } from './given.ts'
import { parseByHand, refuseIdle, TAKEN } from './parse-by-hand.ts'
import { isAscii } from './plain-text.ts'
import { isHandCommand } from './program.ts'
import type { Asked, ReadRules } from './rule-sources.ts'
import { supervisorSources } from './supervisor-sources.ts'

/** The arguments of a command that looks at a supervisord. */
type Look = Asked & Given & { readonly widthOf: WidthOf; readonly word: string }

/** Those that do not. */
type Apart = 'analyse' | 'completion' | 'test-notify'

const LOOKS: Record<Exclude<HandCommand, Apart>, (look: Look) => Promise<number>> = {
  check: async look => (await import('./check.ts')).check({ ...look, names: look.words }),
  status: async look => (await import('./status.ts')).status(look),
  top: async look => {
    const { topPorts } = await import('./top-ports.ts')
    const { top } = await import('./top.ts')
    return await top({ ...topPorts(look), widthOf: look.widthOf, delayMs: look.delaySeconds * 1000 })
  },
  explain: async look => (await import('./explain.ts')).explain(look.word, look, look.json),
  diagnose: async look => (await import('./diagnose.ts')).diagnose(look),
  history: async look => {
    const { history } = await import('./history.ts')
    const form = look.csv ? 'csv' : look.json ? 'json' : 'text'
    return await history(look, { ...look, names: look.words, form })
  },
  suggest: async look => {
    const { suggest } = await import('./suggest.ts')
    return await suggest(look, { ...look, names: look.words, path: look.writePath })
  },
  report: async look => (await import('./report.ts')).report(look, look.htmlPath),
  agents: async look => (await import('./list-agents.ts')).listAgents(look),
  sample: async look => (await import('./ask-worker.ts')).sampleWorker(look),
  dump: async look => {
    const { dumpWorker } = await import('./ask-worker.ts')
    const [what = '', word = ''] = look.words
    return await dumpWorker({ ...look, what, word })
  },
  restart: look => runAct('restart', look),
  drain: look => runAct('drain', look),
  mute: look => runAct('mute', look),
  unmute: look => runAct('unmute', look),
}

/** The command that was called, if there is such a one. */
export const calledCommand = ([word]: readonly string[]): HandCommand | undefined =>
  isHandCommand(word) ? word : undefined

/** Does what a command says, or shows help or version; the exit code. Throws a UsageError. */
export async function runByHand(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'completion' && argv[1] === 'words') return await completeWords(argv.slice(2))
  const files = createConfFiles()
  const called = parseByHand(argv, files, {
    version: version(),
    writeOut: text => void process.stdout.write(text),
  })
  if (!called) return 0
  const { command, given, settings } = called
  if (command === 'analyse') return await runAnalyse(given)
  if (command === 'completion') return await runCompletion(given)
  if (command === 'test-notify') return await runTestNotify(withWarnings(settings, files.loose, process.env))
  if (isIdle(settings)) refuseIdle(argv)
  const [word = ''] = given.words
  const asked = await askedFor(argv, given.supervisorConf)
  return await LOOKS[command]({ ...asked, ...given, word, widthOf: await loadWidthOf() })
}

function version(): string {
  const text = readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

const loadWidthOf = async (): Promise<WidthOf> => (await import('string-width')).default

async function runTestNotify({ settings, warnings }: ReadRules): Promise<number> {
  for (const warning of warnings) process.stderr.write(`${warning}\n`)
  const { testNotify } = await import('./test-notify.ts')
  return await testNotify(settings)
}

async function runAnalyse({ json, words }: Given): Promise<number> {
  const { analyse } = await import('./analyse.ts')
  const isPlain = isAscii(process.env)
  return await analyse({
    files: words,
    json,
    sizesLine: (sizes, width) => sizesLine(sizes, width, isPlain),
    widthOf: await loadWidthOf(),
  })
}

async function runCompletion({ words: [shell = ''] }: Given): Promise<number> {
  const { completionScript } = await import('./completion.ts')
  process.stdout.write(completionScript(shell))
  return 0
}

/** What the shells' scripts call. */
async function completeWords(words: readonly string[]): Promise<number> {
  const { offerLines } = await import('./completion.ts')
  const { manualCommands } = await import('./manual-commands.ts')
  process.stdout.write(offerLines(words, manualCommands(TAKEN), supervisorSources()))
  return 0
}

async function runAct(what: Act['do'], look: Look): Promise<number> {
  const { act } = await import('./act.ts')
  return await act({ ...look, what, time: look.words[1] })
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
