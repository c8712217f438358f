// What the command line asks for: the listener, or something for people.
import { UsageError } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import { environmentSecrets } from '../base/secrets.ts'
import { createConfFiles } from '../config/conf-files.ts'
import { parseFlags } from '../config/flags.ts'
import type { ReadSettings } from '../config/reload.ts'
import type { Settings } from '../config/settings.ts'
import { warningsOf } from '../config/warnings.ts'
import { listen } from './listen.ts'
import { sayWrong } from './wrong-settings.ts'

/** sysexits' habit for wrong usage, and supervisor's own. */
const EXIT_USAGE = 2

const confFiles = createConfFiles()

/** Does it; the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const flags = isCommand(argv[0])
      ? undefined
      : parseFlags(argv, confFiles.readText, confFiles.surroundings)
    if (flags?.kind !== 'settings') {
      const { runByHand } = await import('./hand-commands.ts')
      return await runByHand(argv)
    }
    return await listen(flags.settings, argv, {
      warnings: warnings(flags.settings),
      readSettings: () => settingsFrom(argv),
      haveChanged: confFiles.haveChanged,
    })
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    const redactor = createRedactor(environmentSecrets(process.env))
    const command = isCommand(argv[0]) ? (await import('./hand-commands.ts')).calledCommand(argv) : undefined
    sayWrong(thrown, { argv, command, redactor, isListener: isListener(), readText: confFiles.readText })
    return EXIT_USAGE
  }
}

/** The first word, or none: behind an option it would be a mistake in supervisord.conf, and stdout is supervisord's. */
const isCommand = (word: string | undefined): boolean => /^[a-z][a-z-]*$/i.test(word ?? '')

/** What is wrong with them, though they hold; throws a UsageError as root about files that others may write. */
const warnings = (settings: Settings): string[] =>
  warningsOf(settings, confFiles.loose, process.env, isListener() ? 'listener' : 'hand')

const isListener = (): boolean =>
  (process.env.SUPERVISOR_SERVER_URL ?? process.env.SUPERVISOR_ENABLED) !== undefined

function settingsFrom(argv: readonly string[]): ReadSettings {
  confFiles.forget()
  const flags = parseFlags(argv, confFiles.readText, confFiles.surroundings)
  if (flags.kind !== 'settings') throw new UsageError('--help and --version ask for nothing else')
  return { settings: flags.settings, warnings: warnings(flags.settings) }
}
