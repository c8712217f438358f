// What a rule does instead of a restart: a signal through supervisord, or a command of the operator's. Each is done
// once for each time that the process is over its limit, and ends in one value.
import { faultOf } from '../base/errors.ts'
import type { Action } from '../rules/action.ts'
import type { FailurePhase, RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import { type ProcessInfo, ProcessState, sameRun } from '../rules/process.ts'
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
