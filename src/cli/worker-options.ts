// What the commands that ask the agents of workers take besides the listener's options.
import { SAMPLE_SECONDS } from './given.ts'
import { jsonOption, type OwnOption, someTime, switchOption } from './own-option.ts'

const MOST_SAMPLE_SECONDS = 3_600

/** Of agents alone. */
export const AGENTS_OPTIONS: readonly OwnOption[] = [jsonOption('print JSON', 'agents --json')]

/** Of sample alone. */
export const SAMPLE_OPTIONS: readonly OwnOption[] = [
  {
    flags: ['--duration'],
    value: 'time',
    help: `how long to sample, 1s to 1h; default: ${SAMPLE_SECONDS}s`,
    example: 'sample web --duration 2m',
    give: (given, text = '') => {
      given.durationSeconds = someTime('--duration', text, seconds => {
        if (seconds <= MOST_SAMPLE_SECONDS) return seconds
        throw new Error(`"${text}" is too long: 1h at most`)
      })
    },
  },
  switchOption(
    'classes',
    '--classes',
    'count objects by class and strings by text, too, in a heap below 100 MB and 20 MB; the worker stands still for seconds',
    'sample web --classes',
  ),
  jsonOption('print JSON: the whole report', 'sample web --json'),
]

/** Of dump alone. */
export const DUMP_OPTIONS: readonly OwnOption[] = [
  switchOption(
    'force',
    '--force',
    'write a heap snapshot even if memory or disk is short',
    'dump heap web --force',
  ),
]
