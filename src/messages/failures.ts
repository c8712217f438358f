// What is said of each kind of failure, in the log, by mail and in a digest. A new kind is one more row here. Pure.
import type { Failed, FailurePhase } from '../rules/outcome.ts'

interface FailureWords {
  /** 'Failed to <verb> web:web'. */
  readonly verb: string
  /** The subject of its mail; where superlance's memmon mails the same, its subject. */
  readonly subject: (name: string) => string
  /** The first line of its mail, without its full stop. */
  readonly headline: (where: string) => string
  /** What the log says in front of the next; the first line of its mail says it, too. */
  readonly state?: string
  /** What memmon does about it. */
  readonly next: (failed: Failed) => string
  /** The command that shows more. */
  readonly see?: (name: string) => string
  /** In the table of a digest: 18 characters at most. */
  readonly brief: string
}

const UNTOUCHED = () =>
  'It was not touched; memmon tries again at the next tick if it still exceeds its limit'
const ONCE = () => 'This is reported once each time it exceeds its limit'

export const FAILURES: Readonly<Record<FailurePhase, FailureWords>> = {
  check: {
    verb: 'check',
    subject: name => `failed to stop process ${name}`,
    headline: where => `Failed to check ${where} before its restart`,
    next: UNTOUCHED,
    brief: 'check failed',
  },
  stop: {
    verb: 'stop',
    subject: name => `failed to stop process ${name}`,
    headline: where => `Failed to stop ${where}: it still runs`,
    next: UNTOUCHED,
    brief: 'stop failed',
  },
  stopping: {
    verb: 'stop',
    subject: name => `failed to stop process ${name}`,
    headline: where => `Failed to stop ${where}: it is still STOPPING`,
    next: ({ heldUp = 0, request: { process } }) => {
      const others = heldUp > 0 ? `; the other ${heldUp} of the group ${process.group} go on` : ''
      return `memmon starts it as soon as it has stopped${others}`
    },
    see: name => `supervisorctl status ${name}`,
    brief: 'still STOPPING',
  },
  start: {
    verb: 'start',
    subject: name => `failed to start process ${name}`,
    headline: where => `Failed to start ${where}: it is down`,
    next: ({ heldUp = 0, request: { process } }) => {
      const others =
        heldUp > 0 ? `; ${heldUp} more of the group ${process.group} wait for it, 5 minutes at most` : ''
      return `memmon keeps trying to start it${others}`
    },
    state: 'It is down; ',
    see: name => `supervisorctl tail ${name} stderr`,
    brief: 'start failed',
  },
  removed: {
    verb: 'start',
    subject: name => `failed to start process ${name}`,
    headline: where => `Failed to start ${where}: it is down`,
    next: () => 'memmon no longer starts it',
    state: 'It is down, and ',
    see: () => 'supervisorctl avail',
    brief: 'removed',
  },
  signal: {
    verb: 'signal',
    subject: name => `failed to signal process ${name}`,
    headline: where => `Failed to signal ${where}`,
    next: ONCE,
    brief: 'signal failed',
  },
  exec: {
    verb: 'run exec_command for',
    subject: name => `failed to run exec_command for process ${name}`,
    headline: where => `Failed to run exec_command for ${where}`,
    next: ONCE,
    brief: 'command failed',
  },
  drain: {
    verb: 'drain',
    subject: name => `failed to drain process ${name}`,
    headline: where => `Failed to ask ${where} to finish`,
    next: () => 'It is restarted when its grace is over',
    brief: 'drain failed',
  },
  command: {
    verb: 'restart',
    subject: name => `failed to restart process ${name}`,
    headline: where => `Failed to restart ${where}: it still runs`,
    next: () =>
      'See what restart_command does; memmon tries again at the next tick if it still exceeds its limit',
    brief: 'restart failed',
  },
}

/** The line of the log: what failed, what memmon does about it, and what the operator can do. */
export function failureText(failed: Failed): string {
  const { phase, fault, request } = failed
  const { namespec } = request.process
  const { verb, state = '', next, see } = FAILURES[phase]
  const advice = `${state}${next(failed)}${see ? `. See: ${see(namespec)}` : ''}`
  return `Failed to ${verb} ${namespec}: ${fault}. ${advice}`
}
