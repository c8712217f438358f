// Counters while memmon runs: outcomes, checks, failed attempts. From 0 at each start, as Prometheus expects.
import { CAUSES, causeOf } from '../rules/cause.ts'
import type { RestartOutcome } from '../rules/outcome.ts'

/** As the keys of channels begin. */
export const CHANNELS = ['sendmail', 'smtp', 'webhook', 'alertmanager'] as const

export class Counts {
  readonly restarts = zeros(CAUSES)
  readonly notifyFailures = zeros(CHANNELS)
  restartFailures = 0
  drains = 0
  caps = 0
  checks = 0
  checkFailures = 0
  /** undefined before the first. */
  checkMs: number | undefined
  lastCheckAtMs: number | undefined
  tickSeconds: number | undefined

  /** If several kinds of ticks come, the shortest period counts. */
  onTick(periodSeconds: number): void {
    if (this.tickSeconds === undefined || periodSeconds < this.tickSeconds) this.tickSeconds = periodSeconds
  }

  /** A check is over; `isWell`: it could ask and measure. */
  onCheck(isWell: boolean, durationMs: number, nowMs: number): void {
    this.checks++
    this.checkMs = durationMs
    if (isWell) this.lastCheckAtMs = nowMs
    else this.checkFailures++
  }

  onOutcome(outcome: RestartOutcome): void {
    if (outcome.kind === 'restarted') this.restarts[causeOf(outcome.request.breach)]++
    else if (outcome.kind === 'capped') this.caps++
    else if (outcome.kind === 'noticed' && outcome.what === 'draining') this.drains++
    else if (outcome.kind === 'failed' && !OTHER_PHASES.includes(outcome.phase)) this.restartFailures++
  }

  /** The channel with this key failed to send. */
  onUndelivered(channelKey: string): void {
    const channel = CHANNELS.find(name => channelKey.split(' ')[0] === name)
    if (channel) this.notifyFailures[channel]++
  }
}

/** Failures there are no failed restarts. */
const OTHER_PHASES: readonly string[] = ['signal', 'exec', 'drain']

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map(name => [name, 0])) as Record<Name, number>
}
