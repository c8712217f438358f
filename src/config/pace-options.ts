// The options about how many restarts run at a time, and how soon one follows another.
import { parseDuration, parseRate } from '../base/units.ts'
import { MOST_COUNTED } from '../rules/history.ts'
import type { GeneralOption } from './option.ts'

export const PACE_OPTIONS: readonly GeneralOption[] = [
  {
    flags: ['--max-parallel'],
    group: 'action',
    value: 'count',
    help: 'How many processes of one group may be restarting at the same time; the largest excess goes first. Default: 1. 0: no limit.',
    example: '-g workers=1GB --max-parallel 2',
    exampleHelp: 'restart two workers at a time',
    apply: (draft, text) => {
      if (!/^\d{1,6}$/.test(text))
        throw new Error(`"${text}" is not a count: give digits, as in 2, or 0 for no limit`)
      draft.maxParallel = Number(text)
    },
  },
  {
    flags: ['--max-restarts'],
    group: 'action',
    value: 'rate',
    brief: 'restart no process more often, as in 3/1h',
    help: 'Restart no process more often than this, a count within a time. Beyond that memmon leaves the process running, and one mail says so. Default: no limit.',
    example: '-a 200MB --max-restarts 3/1h',
    exampleHelp: 'restart each program at most three times an hour',
    apply: (draft, text) => {
      draft.maxRestarts = { ...parseRate(text, MOST_COUNTED), written: text }
    },
  },
  {
    flags: ['--stagger'],
    group: 'action',
    value: 'time',
    help: 'Restart one group after the other: the next one begins when the last is RUNNING again, or after this time. A hard limit does not wait. Default: 10s. 0 restarts all groups side by side.',
    example: '-a 200MB --stagger 30s',
    exampleHelp: 'give each program half a minute before the next one is stopped',
    apply: (draft, text) => {
      draft.staggerSeconds = parseDuration(text)
    },
  },
  {
    flags: ['--restart-backoff'],
    group: 'action',
    value: 'time',
    help: 'When a program exceeds its limit again within five minutes of its restart, wait this long after that restart, then twice, four times, at most ten times as long. A hard limit does not wait. Default: 1m. 0 restarts it at each check.',
    example: '-a 200MB --restart-backoff 0',
    exampleHelp: "restart at each check, as superlance's memmon does",
    apply: (draft, text) => {
      draft.restartBackoffSeconds = parseDuration(text)
    },
  },
]
