// What the commands for people take besides the listener's options: one declaration for the parser and the help.

import { UsageError } from '../base/errors.ts'
import { timerTime } from '../base/units.ts'
import { SORTS } from '../screen/order.ts'
import { DELAY_SECONDS, type Given } from './given.ts'
import { jsonOption, type OwnOption, someTime, switchOption } from './own-option.ts'
import { WHY_SECONDS } from './read-whys.ts'

const WATCH_SECONDS = 2

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

/** Of check alone. */
export const CHECK_OPTIONS: readonly OwnOption[] = [
  switchOption('onlyOver', '--over', 'show only what is over its limit', 'check --over'),
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
  switchOption(
    'why',
    '--why',
    `show below each process what its evidence says first; takes up to ${WHY_SECONDS}s`,
    'check --over --why',
  ),
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
  switchOption('csv', '--csv', 'print CSV: a row for each point', 'history --csv'),
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
