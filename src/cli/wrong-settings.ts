// Settings that cannot be used: for people, or for a listener's log in its format, as far as that is known.
import type { UsageError } from '../base/errors.ts'
import { createLog, type LogFormat } from '../base/log.ts'
import type { Redactor } from '../base/redact.ts'
import type { ReadText } from '../config/flags.ts'
import { parseIni } from '../config/ini.ts'

export interface WrongTerms {
  readonly argv: readonly string[]
  /** That for people, if one was called. */
  readonly command: string | undefined
  readonly redactor: Redactor
  /** supervisord started it. */
  readonly isListener: boolean
  readonly readText: ReadText
}

/** Says on stderr what is wrong, one line for each fault. */
export function sayWrong(
  { message, about }: UsageError,
  { argv, command, redactor, isListener, readText }: WrongTerms,
): void {
  if (!isListener || wantedFormat(argv, readText) === 'text') {
    process.stderr.write(`memmon: ${redactor.redact(message)}\n${about ? hintOf(about, command) : ''}`)
    return
  }
  const log = createLog({ format: 'json', redactor })
  for (const line of message.split('\n')) log('CRIT', line, () => ({ event: 'settings' }))
}

/** What there is to read about it. */
function hintOf(about: NonNullable<UsageError['about']>, command: string | undefined): string {
  if (about === 'memmon.conf')
    return 'man memmon.conf lists the keys; memmon help all shows them as options.\n'
  return command === undefined
    ? 'memmon --help shows the options.\n'
    : `memmon ${command} --help shows its options.\n`
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
