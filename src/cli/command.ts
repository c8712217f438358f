// What the command line asks for: the listener, the help or the version.
import { readFileSync } from 'node:fs'
import { parseFlags } from '../config/flags.ts'
import type { Settings } from '../config/settings.ts'
import { UsageError } from '../core/errors.ts'
import { listen } from './listen.ts'

/** sysexits' habit for wrong usage, and supervisor's own. */
const EXIT_USAGE = 2

/** Does it; the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const flags = parseFlags(argv, readText)
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
        return await listen(flags.settings, argv, () => settingsFrom(argv))
    }
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    process.stderr.write(`memmon: ${thrown.message}\nmemmon --help shows all options.\n`)
    return EXIT_USAGE
  }
}

function settingsFrom(argv: readonly string[]): Settings {
  const flags = parseFlags(argv, readText)
  if (flags.kind !== 'settings') throw new UsageError('--help and --version ask for nothing else')
  return flags.settings
}

const readText = (path: string): string => readFileSync(path, 'utf8')

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
