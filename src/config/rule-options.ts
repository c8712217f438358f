// What a rule can say besides its limit: each a key of the sections in memmon.conf, and a flag of the same name.
import { constants } from 'node:os'
import { parseCommand } from '../base/command-line.ts'
import { parseDuration } from '../base/units.ts'
import { parseAction } from '../rules/action.ts'
import { PATIENCE_FORM, parseCountLimit, parseLimit, parsePatience, parseSwitch } from '../rules/limits.ts'
import { MEMORY_METRICS, parseMetric } from '../rules/metric.ts'
import { GROWTH_OPTIONS } from './growth-options.ts'
import { RESTART_OPTIONS } from './restart-options.ts'
import type { RuleOption } from './rule-keys.ts'

export const RULE_OPTIONS: readonly RuleOption[] = [
  {
    rule: true,
    flags: ['-c', '--cumulative'],
    group: 'limits',
    brief: 'count what a program has forked with it',
    help: 'Count the memory of all descendants with that of each process.',
    example: '-c -a 2GB',
    exampleHelp: 'limit every program with all the processes it has forked',
    applyRule: (keys, text) => {
      keys.cumulative = parseSwitch(text)
    },
  },
  {
    rule: true,
    flags: ['--metric'],
    group: 'limits',
    value: 'metric',
    choices: MEMORY_METRICS,
    help: `What counts: ${MEMORY_METRICS.join(', ')}. PSS divides what forked workers share, USS leaves it out. Default: rss`,
    example: '-g workers=1GB --metric pss',
    exampleHelp: 'count shared memory once, not in each worker',
    applyRule: (keys, text) => {
      keys.metric = parseMetric(text)
    },
  },
  {
    rule: true,
    flags: ['--for'],
    group: 'patience',
    value: 'patience',
    brief: 'only when over it for so long, as in 3/5 or 10m',
    help: `Act only when a process has been over its limit for this long: ${PATIENCE_FORM}. Counted for each process, from zero when it is restarted. Default: 1`,
    example: '-a 200MB --for 3/5',
    exampleHelp: 'restart what was over its limit in three of the last five checks',
    applyRule: (keys, text) => {
      keys.patience = parsePatience(text)
    },
  },
  {
    rule: true,
    flags: ['--hard-limit'],
    group: 'patience',
    value: 'limit',
    help: 'Above this, act at once, whatever --for says.',
    example: '-a 200MB --for 10m --hard-limit 1GB',
    exampleHelp: 'wait ten minutes over 200 MB, and not at all over 1 GB',
    applyRule: (keys, text) => {
      keys.hardLimit = parseLimit(text)
    },
  },
  {
    rule: true,
    flags: ['--min-uptime'],
    group: 'patience',
    value: 'time',
    help: 'Do not judge a process before it has run this long: many programs need more while they start. Default: 0',
    example: '-a 200MB --min-uptime 5m',
    exampleHelp: 'leave a program alone in its first five minutes',
    applyRule: (keys, text) => {
      keys.minUptimeSeconds = parseDuration(text)
    },
  },
  {
    rule: true,
    flags: ['--warn'],
    group: 'patience',
    value: 'limit',
    brief: 'alert above this, as in 80%, and restart nothing',
    help: 'Warn when a process exceeds this, a size or a share of its limit, and report once when it is 5% below it again. Restarts nothing.',
    example: '-a 200MB --warn 80% -m bob@example.com',
    exampleHelp: 'mail a warning at 160 MB',
    applyRule: (keys, text) => {
      keys.warn = parseLimit(text)
    },
  },
  {
    rule: true,
    flags: ['--action'],
    group: 'action',
    value: 'action',
    choices: ['restart', 'alert', 'exec'],
    brief: 'restart (default), alert, signal:NAME or exec',
    help: 'What is done over the limit: restart; alert (once when it exceeds the limit, and once when it recovers); signal:NAME; or exec (run exec_command). Default: restart',
    example: '-p db=4GB --action alert -m bob@example.com',
    exampleHelp: 'mail when db is over 4 GB, and never restart it',
    applyRule: (keys, text) => {
      keys.action = parseAction(text, Object.keys(constants.signals))
    },
  },
  {
    rule: true,
    flags: ['--exec-command'],
    group: 'action',
    value: 'command',
    help: 'What --action exec runs: a program and its arguments, without a shell unless you write one. The environment says which process: MEMMON_PROCESS (group:name), MEMMON_GROUP, MEMMON_PID, MEMMON_VALUE, MEMMON_LIMIT and more.',
    example: '-p db=4GB --action exec --exec-command /usr/local/bin/dump-heap',
    exampleHelp: 'run a program of your own, once for each time that db is over its limit',
    applyRule: (keys, text) => {
      keys.execCommand = parseCommand(text)
    },
  },
  {
    rule: true,
    flags: ['--threads-limit'],
    group: 'limits',
    value: 'count',
    help: 'Act on a process with more threads than this, too (Linux). A leak is not always one of bytes.',
    example: '-a 200MB --threads-limit 100',
    exampleHelp: 'restart what has more than 100 threads',
    applyRule: (keys, text) => {
      keys.threadsLimit = parseCountLimit(text)
    },
  },
  {
    rule: true,
    flags: ['--fds-limit'],
    group: 'limits',
    value: 'count',
    help: 'Act on a process with more open files than this, too (Linux).',
    example: '-a 200MB --fds-limit 900',
    exampleHelp: 'restart what has more than 900 files open',
    applyRule: (keys, text) => {
      keys.fdsLimit = parseCountLimit(text)
    },
  },
  ...RESTART_OPTIONS,
  ...GROWTH_OPTIONS,
]
