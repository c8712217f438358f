// What the commands for people take besides the listener's options: one declaration for the parser and the help.

import { messageOf, UsageError } from '../base/errors.ts'
import { parseSomeTime, timerTime } from '../base/units.ts'
import type { TakenOption } from '../config/commander.ts'
import { SORTS } from '../screen/order.ts'
import { DELAY_SECONDS, type Given, SAMPLE_SECONDS } from './given.ts'
import { WHY_SECONDS } from './read-whys.ts'

const WATCH_SECONDS = 2
const MOST_SAMPLE_SECONDS = 3_600

type OwnOption = TakenOption['spec'] & {
  readonly give: (given: Given, text: string | undefined, argv: readonly string[]) => void
}

/** Of all that look at supervisord's processes. */
export const CONFIGURATION: OwnOption = {
  flags: ['-C', '--configuration'],
  value: 'file',
  help: 'supervisord.conf, if it is not where supervisorctl looks',
  example: 'check -C /etc/supervisor/supervisord.conf',
  give: (given, text) => {
    given.supervisorConf = text ?? ''
  },
}

const jsonOption = (help: string, example: string): OwnOption => ({
  flags: ['--json'],
  help,
  example,
  give: given => {
    given.json = true
  },
})

/** Of check alone. */
export const CHECK_OPTIONS: readonly OwnOption[] = [
  {
    flags: ['--over'],
    help: 'show only what is over its limit',
    example: 'check --over',
    give: given => {
      given.onlyOver = true
    },
  },
  {
    flags: ['--sort'],
    value: 'order',
    choices: SORTS,
    help: `${SORTS.join(', ')}; default: share, what is over first, then by share of the limit`,
    example: 'check --sort size',
    give: (given, text) => {
      const sort = SORTS.find(one => one === text)
      if (!sort) throw new UsageError(`--sort ${text}: unknown order; use ${SORTS.join(', ')}`)
      given.sort = sort
    },
  },
  {
    flags: ['--watch'],
    value: 'time',
    isValueOptional: true,
    help: `look again every ${WATCH_SECONDS} seconds, or as often as you say; q quits`,
    example: 'check --watch 5',
    give: watch,
  },
  {
    flags: ['--why'],
    help: `show below each process what its evidence says first; takes up to ${WHY_SECONDS}s`,
    example: 'check --over --why',
    give: given => {
      given.why = true
    },
  },
  jsonOption('print JSON; with --watch one line each', 'check --json'),
]

/** Only for status. */
export const STATUS_OPTIONS: readonly OwnOption[] = [jsonOption('print JSON, on one line', 'status --json')]

/** Only for top. */
export const TOP_OPTIONS: readonly OwnOption[] = [
  {
    flags: ['-d', '--delay'],
    value: 'time',
    help: `look again after so long; default: ${DELAY_SECONDS}s`,
    example: 'top --delay 10s',
    give: (given, text = '') => {
      given.delaySeconds = someTime('--delay', text, timerTime)
    },
  },
]

/** Of explain alone. */
export const EXPLAIN_OPTIONS: readonly OwnOption[] = [jsonOption('print JSON', 'explain web --json')]

/** Of diagnose alone. */
export const DIAGNOSE_OPTIONS: readonly OwnOption[] = [
  jsonOption('print JSON: the sentences and all facts', 'diagnose web --json'),
]

/** Of analyse alone. */
export const ANALYSE_OPTIONS: readonly OwnOption[] = [
  jsonOption('print JSON, one line a series', 'analyse --json sizes.jsonl'),
]

/** Of history alone. */
export const HISTORY_OPTIONS: readonly OwnOption[] = [
  {
    flags: ['--since'],
    value: 'time',
    help: 'how far to look back, as in 6h or 7d; default: a day, of JSON and CSV all',
    example: 'history web --since 6h',
    give: (given, text = '') => {
      given.sinceSeconds = someTime('--since', text)
    },
  },
  jsonOption('print JSON: lives, points, verdict and forecast of each process', 'history --json'),
  {
    flags: ['--csv'],
    help: 'print CSV: a row for each point',
    example: 'history --csv',
    give: given => {
      given.csv = true
    },
  },
]

/** Of suggest alone. */
export const SUGGEST_OPTIONS: readonly OwnOption[] = [
  {
    flags: ['--write'],
    value: 'file',
    help: 'write them as a memmon.conf, with their reasons; never overwrites a file',
    example: 'suggest --write memmon.conf',
    give: (given, text) => {
      given.writePath = text ?? ''
    },
  },
  {
    flags: ['--watch'],
    value: 'time',
    help: 'how long to watch processes without a history; default: 2m if none has one',
    example: 'suggest --watch 10m',
    give: (given, text = '') => {
      given.watchSeconds = someTime('--watch', text, timerTime)
    },
  },
  jsonOption('print JSON', 'suggest --json'),
]

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
  {
    flags: ['--classes'],
    help: 'count objects by class and strings by text, too, in a heap below 100 MB and 20 MB; the worker stands still for seconds',
    example: 'sample web --classes',
    give: given => {
      given.classes = true
    },
  },
  jsonOption('print JSON: the whole report', 'sample web --json'),
]

/** Of dump alone. */
export const DUMP_OPTIONS: readonly OwnOption[] = [
  {
    flags: ['--force'],
    help: 'write a heap snapshot even if memory or disk is short',
    example: 'dump heap web --force',
    give: given => {
      given.force = true
    },
  },
]

/** Of report alone. */
export const REPORT_OPTIONS: readonly OwnOption[] = [
  {
    flags: ['--html'],
    value: 'file',
    help: 'write the page there, in one step; without it, to stdout',
    example: 'report --html report.html',
    give: (given, text) => {
      given.htmlPath = text ?? ''
    },
  },
]

/** A word behind it that is not a time is a name: `check --watch web`. */
function watch(given: Given, text: string | undefined, argv: readonly string[]): void {
  given.watchSeconds = WATCH_SECONDS
  if (text === undefined) return
  if (!/^\d+[smhd]?$/i.test(text) && !argv.includes(`--watch=${text}`)) {
    given.words.push(text)
    return
  }
  given.watchSeconds = someTime('--watch', text, timerTime)
}

/** Throws a UsageError. */
function someTime(flag: string, text: string, within = (seconds: number, _: string) => seconds): number {
  try {
    return within(parseSomeTime(text), text)
  } catch (thrown) {
    throw new UsageError(`${flag} ${text}: ${messageOf(thrown)}`)
  }
}
