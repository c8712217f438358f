// The options about no single rule: what memmon leaves alone, which monitors it asks, and how it runs itself. Those
// about messages, the pace of restarts, evidence and agents have files of their own.
import { resolve } from 'node:path'
import type { LogFormat } from '../base/log.ts'
import { parseSamplerName, SAMPLER_NAMES } from '../base/sampler-name.ts'
import { parseServerUrl } from '../base/server-url.ts'
import { parseSize, parseSomeTime, timerTime } from '../base/units.ts'
import { parseSwitch } from '../rules/limits.ts'
import { parseSelector } from '../rules/selector.ts'
import type { GeneralOption } from './option.ts'

function parseLogFormat(text: string): LogFormat {
  if (text === 'text' || text === 'json') return text
  throw new Error(`"${text}" is not a format of the log: use text or json`)
}

export const GENERAL_OPTIONS: readonly GeneralOption[] = [
  {
    flags: ['--most-specific'],
    group: 'limits',
    help: 'Of several rules that match a process, let the closest decide alone: group:program, program, pattern, group, any. Default: every matching rule counts.',
    example: '-a 200MB -p db=4GB --most-specific',
    exampleHelp: 'let db have 4 GB, though -a gives 200 MB to all',
    apply: (draft, text) => {
      draft.mostSpecific = parseSwitch(text)
    },
  },
  {
    flags: ['--dry-run'],
    group: 'action',
    brief: 'log what would be done, and do nothing',
    help: 'Check and log everything, and do nothing: "Would restart ...", once each time a process exceeds its limit.',
    example: '-a 200MB --dry-run',
    exampleHelp: 'see what memmon would do, before it may',
    apply: (draft, text) => {
      draft.dryRun = parseSwitch(text)
    },
  },
  {
    flags: ['--hook-timeout'],
    group: 'action',
    value: 'time',
    help: 'How long a command of yours may run before TERM, and two seconds later KILL, to its whole process group. 1s to 24d. Default: 30s',
    example: "-p web=1GB --pre-restart-command '/opt/set-sick' --hook-timeout 10s",
    exampleHelp: 'wait ten seconds at most',
    apply: (draft, text) => {
      draft.hookTimeoutSeconds = timerTime(parseSomeTime(text), text)
    },
  },
  {
    flags: ['--monitor'],
    group: 'action',
    value: 'file',
    repeatable: true,
    isPath: true,
    help: 'A JavaScript module of your own that judges the samples of each check and asks for restarts, drains and alerts: docs/monitors.md. It runs in a process of its own. In memmon.conf a path is relative to the folder of the file.',
    example: '-a 1GB --monitor /etc/memmon/cpu-time.mjs',
    exampleHelp: 'let a module of yours judge every process, too',
    apply: (draft, text) => {
      draft.monitorPaths = [...(draft.monitorPaths ?? []), resolve(text)]
    },
  },
  {
    flags: ['--monitor-timeout'],
    group: 'action',
    value: 'time',
    help: 'How long a monitor may take to load, or for an answer, before it is ended and tried again later. 1s to 24d. Default: 5s',
    example: '-a 1GB --monitor /etc/memmon/cpu-time.mjs --monitor-timeout 20s',
    exampleHelp: 'give a slow monitor more time',
    apply: (draft, text) => {
      draft.monitorTimeoutSeconds = timerTime(parseSomeTime(text), text)
    },
  },
  {
    flags: ['--server-url'],
    group: 'running',
    value: 'url',
    secret: true,
    help: "supervisord's address, unix:///path or http://host:port. Default: SUPERVISOR_SERVER_URL, which supervisord sets.",
    example: '-a 200MB --server-url http://127.0.0.1:9001',
    exampleHelp: 'ask supervisord over TCP',
    apply: (draft, text) => {
      draft.serverUrl = parseServerUrl(text)
    },
  },
  {
    flags: ['--sampler'],
    group: 'running',
    value: 'sampler',
    choices: SAMPLER_NAMES,
    help: 'How memory is measured. proc: from /proc (Linux), at almost no cost. ps: by the npm packages pidusage and ps-list, which know only RSS, and run ps on systems without /proc. auto: proc if the system has /proc, else ps. Default: auto',
    example: '-a 200MB --sampler ps',
    exampleHelp: 'measure as on a system without /proc',
    apply: (draft, text) => {
      draft.sampler = parseSamplerName(text)
    },
  },
  {
    flags: ['--ignore'],
    group: 'limits',
    value: 'pattern',
    repeatable: true,
    brief: 'never restart what this name or pattern matches',
    help: 'Never restart what this name or pattern matches, whatever the other rules say.',
    example: "-a 200MB --ignore db --ignore 'batch:*'",
    exampleHelp: 'limit every program but db and the group batch',
    apply: (draft, text) => {
      draft.ignored = [...(draft.ignored ?? []), parseSelector(text)]
    },
  },
  {
    flags: ['--state-dir'],
    group: 'running',
    value: 'folder',
    help: 'Where the journal of restarts is kept, which lets the next memmon finish what this one has begun. Default: $STATE_DIRECTORY, $XDG_STATE_HOME/memmon, /var/lib/memmon as root, or ~/.local/state/memmon.',
    example: '-a 200MB --state-dir /srv/memmon',
    exampleHelp: 'keep the journal below /srv/memmon',
    apply: (draft, text) => {
      if (!text.startsWith('/')) throw new Error(`"${text}" is not an absolute path: it must begin with /`)
      draft.stateDir = text
    },
  },
  {
    flags: ['--own-limit'],
    group: 'running',
    value: 'size',
    help: 'When memmon itself exceeds this much RSS, it finishes its restarts and exits, and supervisord starts it again. A value below what it already uses is rejected. Default: 128MB',
    example: '-a 200MB --own-limit 1GB',
    exampleHelp: 'let memmon itself use up to 1 GB',
    apply: (draft, text) => {
      draft.ownLimitBytes = parseSize(text)
    },
  },
  {
    flags: ['--stop-wait'],
    group: 'running',
    value: 'time',
    help: 'How long memmon has to finish restarts after SIGTERM: the stopwaitsecs of its own section, if it has one. Default: 10s',
    example: '-a 200MB --stop-wait 60s',
    exampleHelp: 'with stopwaitsecs=60 in [eventlistener:memmon]',
    apply: (draft, text) => {
      draft.stopWaitSeconds = parseSomeTime(text)
    },
  },
  {
    flags: ['--verbose'],
    group: 'running',
    help: 'Log every check: what was looked at and how large it was.',
    example: '-a 200MB --verbose',
    exampleHelp: 'see why something is or is not restarted',
    apply: (draft, text) => {
      draft.verbose = parseSwitch(text)
    },
  },
  {
    flags: ['--log-format'],
    group: 'running',
    value: 'format',
    choices: ['text', 'json'],
    help: 'How the log is written, on stderr. text: lines for people, as docs/logs.md shows them. json: one object a line, with the fields of the webhook where a line is about a process. Default: text',
    example: '-a 200MB --log-format json',
    exampleHelp: 'write a log that Loki, Elasticsearch or jq reads',
    apply: (draft, text) => {
      draft.logFormat = parseLogFormat(text)
    },
  },
]
