// What a rule does instead of a restart: a signal through supervisord, or a command of the operator's. Each is done
// once for each time that the process is over its limit, and ends in one value.
import { faultOf } from '../core/errors.ts'
import type { FailurePhase, RestartOutcome, RestartRequest } from '../core/outcome.ts'
import { breachText } from '../core/outcome-text.ts'
import { type ProcessInfo, ProcessState, sameRun, uptimeSecondsOf } from '../core/process.ts'
import type { Action } from '../core/rules.ts'
import type { RunHook } from './hooks.ts'

export interface ActionPorts {
  readonly getProcessInfo: (namespec: string) => Promise<ProcessInfo>
  readonly signalProcess: (namespec: string, signal: string) => Promise<void>
  readonly run: RunHook
  readonly nowMs: () => number
}

/** Does it, and says what became of it; never rejects. */
export async function act(
  request: RestartRequest,
  action: Extract<Action, { kind: 'signal' | 'exec' }>,
  ports: ActionPorts,
): Promise<RestartOutcome> {
  const { process } = request
  const occurredAt = ports.nowMs()
  const failed = (phase: FailurePhase, fault: string): RestartOutcome => ({
    kind: 'failed',
    request,
    occurredAt,
    phase,
    fault,
  })
  try {
    const now = await ports.getProcessInfo(process.namespec)
    if (now.state !== ProcessState.RUNNING || !sameRun(now, process)) {
      const detail = 'it was restarted or has ended meanwhile'
      return { kind: 'skipped', request, occurredAt, reason: 'replaced', detail }
    }
    if (action.kind === 'signal') {
      await ports.signalProcess(process.namespec, action.signal)
      return { kind: 'noticed', what: 'signalled', request, occurredAt, detail: `SIG${action.signal}` }
    }
  } catch (thrown) {
    return failed(action.kind, faultOf(thrown).message)
  }
  const result = await ports.run(action.command, request, 'over_limit')
  if (!result.ok) return failed('exec', result.why)
  return { kind: 'noticed', what: 'executed', request, occurredAt, detail: '' }
}

/** What a command is told, by environment alone: a process name is never part of a command line. */
export function environmentOf({ process, breach }: RestartRequest, event: string): Record<string, string> {
  return {
    MEMMON_EVENT: event,
    MEMMON_GROUP: process.group,
    MEMMON_PROCESS: process.namespec,
    MEMMON_PID: String(process.pid),
    MEMMON_METRIC: breach.metric,
    MEMMON_VALUE: String(breach.value),
    MEMMON_LIMIT: String(breach.limit),
    MEMMON_RULE: breach.rule,
    MEMMON_UPTIME_SECONDS: String(uptimeSecondsOf(process)),
    MEMMON_REASON: breachText(breach),
  }
}
