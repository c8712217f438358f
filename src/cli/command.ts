// What the command line asks for: the listener, the help or the version.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import { environmentSecrets } from '../base/secrets.ts'
import { createConfFiles } from '../config/conf-files.ts'
import { ownUid, refuseLoose } from '../config/deciding-files.ts'
import { parseFlags } from '../config/flags.ts'
import type { ReadSettings } from '../config/reload.ts'
import type { Settings } from '../config/settings.ts'
import { listen } from './listen.ts'

/** sysexits' habit for wrong usage, and supervisor's own. */
const EXIT_USAGE = 2

/** For people, in a terminal. */
const COMMANDS = ['check', 'explain', 'test-notify'] as const

const confFiles = createConfFiles()

/** Does it; the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const command = COMMANDS.find(name => name === argv[0])
    if (command) {
      const { runHandCommand } = await import('./hand-commands.ts')
      return await runHandCommand(command, argv.slice(1), version)
    }
    const flags = parseFlags(argv, confFiles.readText, undefined, confFiles.surroundings)
    switch (flags.kind) {
      case 'help': {
        const { helpText } = await import('../config/help.ts')
        process.stdout.write(helpText())
        return 0
      }
      case 'version':
        process.stdout.write(`${version()}\n`)
        return 0
      case 'settings':
        return await listen(flags.settings, argv, {
          warnings: warningsOf(flags.settings),
          readSettings: () => settingsFrom(argv),
          haveChanged: confFiles.haveChanged,
        })
    }
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    const { redact } = createRedactor(environmentSecrets(process.env))
    process.stderr.write(`memmon: ${redact(thrown.message)}\nmemmon --help shows all options.\n`)
    return EXIT_USAGE
  }
}

/** About files that others may write; throws a UsageError as root. */
const warningsOf = (settings: Settings): string[] => refuseLoose(settings, confFiles.loose, ownUid())

function settingsFrom(argv: readonly string[]): ReadSettings {
  confFiles.forget()
  const flags = parseFlags(argv, confFiles.readText, undefined, confFiles.surroundings)
  if (flags.kind !== 'settings') throw new UsageError('--help and --version ask for nothing else')
  return { settings: flags.settings, warnings: warningsOf(flags.settings) }
}

function version(): string {
  const text = readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
