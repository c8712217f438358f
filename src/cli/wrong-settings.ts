// Settings that cannot be used: for people, or for a listener's log in its format, as far as that is known.
import { createLog, type LogFormat } from '../base/log.ts'
import type { Redactor } from '../base/redact.ts'
import type { ReadText } from '../config/flags.ts'
import { parseIni } from '../config/ini.ts'

export interface WrongTerms {
  readonly argv: readonly string[]
  readonly redactor: Redactor
  /** supervisord started it. */
  readonly isListener: boolean
  readonly readText: ReadText
}

/** Says on stderr what is wrong, one line for each fault. */
export function sayWrong(text: string, { argv, redactor, isListener, readText }: WrongTerms): void {
  if (!isListener || wantedFormat(argv, readText) === 'text') {
    process.stderr.write(`memmon: ${redactor.redact(text)}\nmemmon --help shows the options.\n`)
    return
  }
  const log = createLog({ format: 'json', redactor })
  for (const line of text.split('\n')) log('CRIT', line, () => ({ event: 'settings' }))
}

/** The rest of the flags and of memmon.conf may be wrong; does not read included files. */
function wantedFormat(argv: readonly string[], readText: ReadText): LogFormat {
  const path = flagValue('--config', argv)
  const given = flagValue('--log-format', argv) ?? (path === undefined ? undefined : keyIn(path, readText))
  return given === 'json' ? 'json' : 'text'
}

/** `--flag value` or `--flag=value`; the last one counts. */
function flagValue(flag: string, argv: readonly string[]): string | undefined {
  const at = argv.findLastIndex(word => word === flag || word.startsWith(`${flag}=`))
  return argv[at] === flag ? argv[at + 1] : argv[at]?.slice(flag.length + 1)
}

function keyIn(path: string, readText: ReadText): string | undefined {
  try {
    const { sections } = parseIni(readText(path).text)
    const own = sections.filter(({ name }) => name === 'memmon').flatMap(({ entries }) => entries)
    return own.find(({ key }) => key === 'log_format')?.value
  } catch {
    return undefined // the message already says why it cannot be read
  }
}
