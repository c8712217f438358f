// The memmon command: flags, then the listener. The only place that ends the process.
import { readFileSync } from 'node:fs'
import { parseFlags } from '../config/flags.ts'
import { UsageError } from '../core/errors.ts'
import { listen } from './listen.ts'

/** sysexits' habit for wrong usage, and supervisor's own. */
const EXIT_USAGE = 2

async function main(): Promise<number> {
  const flags = parseFlags(process.argv.slice(2))
  switch (flags.kind) {
    case 'help':
      process.stdout.write(flags.text)
      return 0
    case 'version':
      process.stdout.write(`${version()}\n`)
      return 0
    case 'settings':
      return listen(flags.settings, process.argv.slice(2))
  }
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

try {
  process.exit(await main())
} catch (thrown) {
  if (!(thrown instanceof UsageError)) throw thrown
  process.stderr.write(`memmon: ${thrown.message}\nmemmon --help shows all options.\n`)
  process.exit(EXIT_USAGE)
}
