// The options that are about no single rule, and about no message.
import { resolve } from 'node:path'
import { parseSamplerName } from '../base/sampler-name.ts'
import { parseServerUrl } from '../base/server-url.ts'
import { parseDuration, parseRate, parseSize, parseSomeTime, timerTime } from '../base/units.ts'
import { MOST_COUNTED } from '../rules/history.ts'
import { parseSwitch } from '../rules/limits.ts'
import { parseSelector } from '../rules/selector.ts'
import type { GeneralOption } from './option.ts'

/** A restart waits for it. */
function delayTime(text: string, mostMinutes: number): number {
  const seconds = parseSomeTime(text)
  if (seconds > mostMinutes * 60) throw new Error(`"${text}" is too long: ${mostMinutes}m at most`)
  return seconds
}

function parseAgentSocket(text: string): string {
  if (text === 'off' || text === 'auto' || (text.startsWith('/') && !text.endsWith('/'))) return text
  throw new Error(`"${text}" is not a socket: use auto, off, or a path that begins with /`)
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
    flags: ['--no-evidence'],
    group: 'action',
    help: 'Do not take down what the kernel knows of a process before its restart. In memmon.conf: evidence = false.',
    example: '-a 200MB --no-evidence',
    exampleHelp: 'restart without looking into the process first',
    apply: (draft, text) => {
      draft.evidence = parseSwitch(text)
    },
  },
  {
    flags: ['--evidence-timeout'],
    group: 'action',
    value: 'time',
    help: 'How long a restart waits for its evidence at most: what is not read by then is left out. 1s to 1m. Default: 2s',
    example: '-a 200MB --evidence-timeout 5s',
    exampleHelp: 'give a busy machine more time to tell what the process did',
    apply: (draft, text) => {
      draft.evidenceTimeoutSeconds = delayTime(text, 1)
    },
  },
  {
    flags: ['--diagnose-timeout'],
    group: 'action',
    value: 'time',
    help: 'How long a restart waits for --diagnose-command before TERM, and two seconds later KILL, to its whole process group. 1s to 10m. Default: 30s',
    example: "-p api=1GB --diagnose-command '/opt/app/dump-core' --diagnose-timeout 2m",
    exampleHelp: 'give it two minutes',
    apply: (draft, text) => {
      draft.diagnoseTimeoutSeconds = delayTime(text, 10)
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
    help: 'How memory is measured. proc: from /proc (Linux), at almost no cost. ps: by the npm packages pidusage and ps-list, which know RSS alone, and run ps where there is no /proc. auto: proc where there is a /proc, else ps. Default: auto',
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
    flags: ['--max-parallel'],
    group: 'action',
    value: 'count',
    help: 'How many processes of one group may be restarting at the same time; the largest excess goes first. Default: 1. 0 lifts it.',
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
    help: 'Restart no process more often than this, a count within a time. Past it the process is left running, and one mail says so. Default: no limit.',
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
    flags: ['--agent-socket'],
    group: 'running',
    value: 'where',
    help: 'The unix socket that the agents of workers connect to (memmon agents, sample and dump ask them by it). auto: where they look by themselves, /run/memmon as root, else below $XDG_RUNTIME_DIR or the state directory. Or a path. Linux alone. Default: off',
    example: '-a 200MB --agent-socket auto',
    exampleHelp: 'let workers that have loaded memmon/agent connect',
    apply: (draft, text) => {
      draft.agentSocket = parseAgentSocket(text)
    },
  },
  {
    flags: ['--agent-socket-group'],
    group: 'running',
    value: 'group',
    help: "Lets this group connect to the agents' socket, for workers that run as another user than memmon. Their pids are then proved. A name or a number. Default: memmon's user alone.",
    example: '-a 200MB --agent-socket auto --agent-socket-group www-data',
    exampleHelp: 'let workers of user=www-data connect',
    apply: (draft, text) => {
      if (!/^[\w.-]+\$?$/.test(text)) throw new Error(`"${text}" is not a group: use a name or a number`)
      draft.agentSocketGroup = text
    },
  },
  {
    flags: ['--agent-socket-mode'],
    group: 'running',
    value: 'mode',
    help: "The mode of the agents' socket, in octal. Whoever may write it may connect. Default: 0600, with --agent-socket-group 0660",
    example: '-a 200MB --agent-socket auto --agent-socket-mode 0666',
    exampleHelp: 'let workers of any user connect',
    apply: (draft, text) => {
      if (!/^0?6[0246][0246]$/.test(text))
        throw new Error(`"${text}" is not the mode of a socket: use 0600, 0660 or 0666`)
      draft.agentSocketMode = Number.parseInt(text, 8)
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
]
