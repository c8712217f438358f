// Carries out what a job asks for, and gives back what became of it as the event that the job hears next. Nothing of it
// rejects for what supervisord, the network, /proc or a command does.
import { FaultCode, faultOf, messageOf, SupervisorFault } from '../base/errors.ts'
import type { CommandResult } from '../base/pipe-command.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import { type ProcessInfo, sameRun } from '../rules/process.ts'
import type { RestartPlan } from '../rules/rule.ts'
import type { RunHook } from './hooks.ts'
import type { Job } from './job.ts'
import type { AgentAnswer, Effect, HookName, JobEvent, Measured, Sighting } from './job-events.ts'

/** The calls to supervisord that jobs make; they throw SupervisorFault. */
export interface SupervisorCalls {
  getProcessInfo(namespec: string): Promise<ProcessInfo>
  stopProcess(namespec: string): Promise<void>
  startProcess(namespec: string): Promise<void>
  signalProcess(namespec: string, signal: string): Promise<void>
}

export interface EffectPorts {
  readonly supervisor: SupervisorCalls
  /** What the request is about, measured again; undefined if there is nothing to measure. Throws if unreadable. */
  readonly measure: (request: RestartRequest) => Promise<number | undefined>
  readonly runHook: RunHook
  /** Has the agent of the process ask it to finish. */
  readonly drainByAgent: (request: RestartRequest, withinMs: number) => Promise<AgentAnswer>
  /** Takes down what the kernel and its agent know of the process, and runs diagnose_command, in bounded time. */
  readonly takeEvidence: (request: RestartRequest, plan: RestartPlan) => Promise<Evidence>
  readonly sleep: (ms: number) => Promise<void>
  /** The clock that nobody sets. */
  readonly tick: () => number
}

/** A look or a size that is older says too little of what would be stopped. */
export const FRESH_MS = 100

/** The effects that are answered. */
export type Asking = Extract<
  Effect,
  { do: 'look again' | 'look' | 'take evidence' | 'stop' | 'start' | 'ask agent' | 'signal' | 'run' | 'wait' }
>

const HOOK_EVENTS: Readonly<Record<HookName, string>> = {
  pre: 'pre_restart',
  post: 'post_restart',
  restart: 'restart',
  drain: 'drain',
  drain_check: 'drain_check',
}

/** The event that answers the effect. */
export async function ask(effect: Asking, job: Job, ports: EffectPorts): Promise<JobEvent> {
  const { supervisor, sleep } = ports
  const { request, state: askedIn } = job
  const { namespec } = request.process
  switch (effect.do) {
    case 'look again':
      return { kind: 'looked', askedIn, ...(await lookAgain(request, ports)) }
    case 'look':
      if (effect.afterMs > 0) await sleep(effect.afterMs)
      return { kind: 'sighted', sighting: await look(namespec, supervisor) }
    case 'take evidence':
      return { kind: 'evidence taken', evidence: await evidenceOf(job, ports) }
    case 'wait':
      await sleep(effect.ms)
      return { kind: 'waited', for: effect.for }
    case 'stop':
      return { kind: 'answered', call: 'stop', fault: await faultIn(supervisor.stopProcess(namespec)) }
    case 'start':
      return { kind: 'answered', call: 'start', fault: await faultIn(supervisor.startProcess(namespec)) }
    case 'ask agent':
      return {
        kind: 'agent answered',
        pid: request.process.pid,
        answer: await askAgent(request, effect.withinMs, ports),
      }
    case 'signal': {
      const fault = await faultIn(signalSame(request.process, effect.signal, supervisor))
      return { kind: 'answered', call: 'signal', fault }
    }
    case 'run': {
      const { hook, command, pid = request.process.pid } = effect
      const about = { ...request, process: { ...request.process, pid } }
      return { kind: 'hook ended', hook, result: await run(ports.runHook, command, about, hook) }
    }
  }
}

/** The size first: nothing stands between the look at the process and its stop. After a slow answer it is measured anew. */
async function lookAgain(
  request: RestartRequest,
  ports: EffectPorts,
): Promise<{ measured: Measured; sighting: Sighting }> {
  const measured = await measure(request, ports)
  const sinceTick = ports.tick()
  const sighting = await look(request.process.namespec, ports.supervisor)
  const isFresh = ports.tick() - sinceTick <= FRESH_MS
  return { measured: isFresh ? measured : await measure(request, ports), sighting }
}

/** 0 is not a size: a zombie has none, and nobody knows whether it has freed anything. */
async function measure(request: RestartRequest, ports: EffectPorts): Promise<Measured> {
  try {
    const value = await ports.measure(request)
    return { kind: 'value', value: value === 0 && request.breach.budget === undefined ? undefined : value }
  } catch (thrown) {
    return { kind: 'fault', text: messageOf(thrown) }
  }
}

async function askAgent(
  request: RestartRequest,
  withinMs: number,
  { drainByAgent }: EffectPorts,
): Promise<AgentAnswer> {
  try {
    return await drainByAgent(request, withinMs)
  } catch (thrown) {
    return { kind: 'failed', why: messageOf(thrown) }
  }
}

/** supervisord signals by name: half a minute may have passed since memmon saw the process. */
async function signalSame(process: ProcessInfo, signal: string, supervisor: SupervisorCalls): Promise<void> {
  const { namespec } = process
  const info = await supervisor.getProcessInfo(namespec)
  if (!sameRun(info, process)) throw new SupervisorFault('fault', 'NOT_RUNNING', FaultCode.NOT_RUNNING)
  await supervisor.signalProcess(namespec, signal)
}

async function look(namespec: string, supervisor: SupervisorCalls): Promise<Sighting> {
  try {
    return { kind: 'seen', info: await supervisor.getProcessInfo(namespec) }
  } catch (thrown) {
    const fault = faultOf(thrown)
    if (fault.code === FaultCode.BAD_NAME) return { kind: 'removed' }
    if (fault.code === FaultCode.SHUTDOWN_STATE) return { kind: 'shutdown' }
    return { kind: 'fault', text: fault.message }
  }
}

async function evidenceOf({ request, plan }: Job, { takeEvidence }: EffectPorts): Promise<Evidence> {
  try {
    return await takeEvidence(request, plan)
  } catch (thrown) {
    return { problem: messageOf(thrown), sentences: [] }
  }
}

async function faultIn(call: Promise<void>): Promise<SupervisorFault | undefined> {
  try {
    await call
    return undefined
  } catch (thrown) {
    return faultOf(thrown)
  }
}

async function run(
  runHook: RunHook,
  command: string,
  request: RestartRequest,
  hook: HookName,
): Promise<CommandResult> {
  try {
    return await runHook(command, request, HOOK_EVENTS[hook])
  } catch (thrown) {
    return { ok: false, why: messageOf(thrown) }
  }
}
