// How a process is restarted: it may finish first (a soft limit), commands run before and after, its group goes along.
import { constants } from 'node:os'
import { parseCommand } from '../base/command-line.ts'
import { parseDuration, parseSomeTime } from '../base/units.ts'
import { parseSignal } from '../rules/action.ts'
import { parseLimit, parseSwitch } from '../rules/limits.ts'
import type { RuleOption } from './rule-keys.ts'

const MOST_SAMPLE_SECONDS = 600
const MOST_SAMPLE_WAIT_SECONDS = 900

/** A restart waits for it. */
function sampleTime(seconds: number, text: string, most = MOST_SAMPLE_SECONDS): number {
  if (seconds > most) throw new Error(`"${text}" is too long: ${most / 60}m at most`)
  return seconds
}

export const RESTART_OPTIONS: readonly RuleOption[] = [
  {
    rule: true,
    flags: ['--soft-limit'],
    group: 'draining',
    value: 'limit',
    brief: 'above this, let a process finish its work first',
    help: 'Above this, ask the process to finish its work (--drain-agent, --drain-signal, --drain-command); restart it when it has (--drain-check), or when --grace is over and it is still above. --hard-limit and the limit itself do not wait.',
    example: '-p worker=1GB --soft-limit 700MB --drain-signal TSTP',
    exampleHelp: 'let a worker finish its job before it is restarted',
    applyRule: (keys, text) => {
      keys.softLimit = parseLimit(text)
    },
  },
  {
    rule: true,
    flags: ['--grace'],
    group: 'draining',
    value: 'time',
    help: 'How long a process over its soft limit has to finish. Default: 15m',
    example: '-p worker=1GB --soft-limit 700MB --drain-signal TSTP --grace 1h',
    exampleHelp: 'give it an hour to finish',
    applyRule: (keys, text) => {
      keys.graceSeconds = parseSomeTime(text)
    },
  },
  {
    rule: true,
    flags: ['--drain-agent'],
    group: 'draining',
    help: "Ask a process to finish through its agent, which calls the program's onDrain callback. If it has no agent, or the agent fails, memmon uses --drain-signal and --drain-command, if they are set. Needs --agent-socket, and a program that has loaded memmon/agent.",
    example: '-p worker=1GB --agent-socket auto --soft-limit 700MB --drain-agent --drain-signal TERM',
    exampleHelp: 'call its onDrain at 700 MB, or send SIGTERM if it has no agent',
    applyRule: (keys, text) => {
      keys.drainAgent = parseSwitch(text)
    },
  },
  {
    rule: true,
    flags: ['--drain-signal'],
    group: 'draining',
    value: 'signal',
    help: 'The signal that asks a process to finish.',
    example: '-p worker=1GB --soft-limit 700MB --drain-signal USR1',
    exampleHelp: 'send SIGUSR1 at 700 MB',
    applyRule: (keys, text) => {
      keys.drainSignal = parseSignal(text, Object.keys(constants.signals))
    },
  },
  {
    rule: true,
    flags: ['--drain-command'],
    group: 'draining',
    value: 'command',
    help: 'A command that asks a process to finish, as --exec-command runs one.',
    example: "-p worker=1GB --soft-limit 700MB --drain-command '/opt/app/drain'",
    exampleHelp: 'run a program of your own at 700 MB',
    applyRule: (keys, text) => {
      keys.drainCommand = parseCommand(text)
    },
  },
  {
    rule: true,
    flags: ['--drain-check'],
    group: 'draining',
    value: 'command',
    help: 'A command that is run at each check while a process is drained; exit code 0 says that it has finished.',
    example: "-p worker=1GB --soft-limit 700MB --drain-check '/opt/app/is-idle'",
    exampleHelp: 'restart it as soon as it is idle',
    applyRule: (keys, text) => {
      keys.drainCheck = parseCommand(text)
    },
  },
  {
    rule: true,
    flags: ['--pre-restart-command'],
    group: 'action',
    value: 'command',
    help: 'Run before a restart. Exit code 75 postpones it to a later check; any other goes on.',
    example: "-p web=500MB --pre-restart-command '/opt/app/set-sick'",
    exampleHelp: 'take it out of the load balancer first',
    applyRule: (keys, text) => {
      keys.preRestartCommand = parseCommand(text)
    },
  },
  {
    rule: true,
    flags: ['--diagnose-command'],
    group: 'action',
    value: 'command',
    help: 'Run before a process is stopped, to look into it by its pid, MEMMON_PID. memmon keeps its output beside the evidence. The restart goes on even if it fails.',
    example: "-p api=1GB --diagnose-command '/opt/app/dump-stacks'",
    exampleHelp: 'keep what its threads did when it was restarted',
    applyRule: (keys, text) => {
      keys.diagnoseCommand = parseCommand(text)
    },
  },
  {
    rule: true,
    flags: ['--post-restart-command'],
    group: 'action',
    value: 'command',
    help: 'Run when a process that was restarted is RUNNING again.',
    example: "-p web=500MB --post-restart-command '/opt/app/set-healthy'",
    exampleHelp: 'put it back into the load balancer',
    applyRule: (keys, text) => {
      keys.postRestartCommand = parseCommand(text)
    },
  },
  {
    rule: true,
    flags: ['--restart-command'],
    group: 'action',
    value: 'command',
    help: 'Restart by this command instead of stop and start, for platforms that restart in their own way. It has worked if the pid is another one a minute later.',
    example: "-p web=500MB --restart-command '/opt/platform/restart web'",
    exampleHelp: 'ask the platform to restart it',
    applyRule: (keys, text) => {
      keys.restartCommand = parseCommand(text)
    },
  },
  {
    rule: true,
    flags: ['--memory-sample'],
    group: 'action',
    value: 'time',
    help: "Before a restart for its memory, have the process's agent sample what it allocates and keeps for so long, 1s to 10m; the mail names the first three places. Needs --agent-socket, and a program that has loaded memmon/agent. A hard limit cuts it short. Default: 0, no sample",
    example: '-p worker=1GB --agent-socket auto --memory-sample 30s',
    exampleHelp: 'learn which file and function leaks from the mail of the restart',
    applyRule: (keys, text) => {
      keys.memorySampleSeconds = sampleTime(parseDuration(text), text)
    },
  },
  {
    rule: true,
    flags: ['--memory-sample-timeout'],
    group: 'action',
    value: 'time',
    help: 'How long a restart waits for that sample at most, 1s to 15m. Default: the time of the sample plus 90s',
    example: '-p worker=1GB --agent-socket auto --memory-sample 30s --memory-sample-timeout 60s',
    exampleHelp: 'restart it after a minute, sampled or not',
    applyRule: (keys, text) => {
      keys.memorySampleTimeoutSeconds = sampleTime(parseSomeTime(text), text, MOST_SAMPLE_WAIT_SECONDS)
    },
  },
  {
    rule: true,
    flags: ['--restart-group'],
    group: 'action',
    help: 'Restart the whole group of a process that is over its limit, as many at a time as --max-parallel says.',
    example: '-g workers=1GB --restart-group',
    exampleHelp: 'restart all workers when one of them is over 1 GB',
    applyRule: (keys, text) => {
      keys.restartGroup = parseSwitch(text)
    },
  },
]
