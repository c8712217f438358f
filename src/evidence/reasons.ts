// Each message about a process over its threads_limit or fds_limit says why it has so many: the threads and what they wait
// for, the descriptors by kind, and what has grown. The listener's door to that; loads what reads it when needed.
import type { Metric } from '../rules/metric.ts'
import { isMemory } from '../rules/metric.ts'
import type { Evidence, RestartOutcome, RestartRequest } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { Tallies } from './tallies.ts'

interface ReasonSettings {
  readonly evidence: boolean
  readonly evidenceTimeoutSeconds: number
}

export interface ReasonPorts {
  readonly tell: (outcome: RestartOutcome) => void
  /** Takes the reason, before the message that includes it. */
  readonly onReason: (request: RestartRequest, evidence: Evidence) => void
  readonly redact: (text: string) => string
  readonly tick: () => number
  readonly nowMs: () => number
}

export class Reasons {
  readonly #ports: ReasonPorts
  #settings: ReasonSettings
  readonly tallies: Tallies
  /** Outcomes that wait to be reported, by process: those of one process stay in order. */
  readonly #pending = new Map<string, Promise<void>>()
  #end = (): void => {}
  readonly #ended = new Promise<undefined>(resolve => {
    this.#end = () => resolve(undefined)
  })

  constructor(settings: ReasonSettings, ports: ReasonPorts) {
    this.#settings = settings
    this.#ports = ports
    this.tallies = new Tallies({ read: (process, metric) => this.#tally(process, metric) })
  }

  use(settings: ReasonSettings): void {
    this.#settings = settings
  }

  /** Reports it: at once, or when its reason has been read or the time for that is up. */
  readonly tell = (outcome: RestartOutcome): void => {
    const { namespec } = outcome.request.process
    const before = this.#pending.get(namespec)
    if (!before && !isUnexplained(outcome)) {
      this.#ports.tell(outcome)
      return
    }
    const told = (before ?? Promise.resolve())
      .then(() => (isUnexplained(outcome) ? this.of(outcome.request) : undefined))
      .then(evidence => this.#ports.tell(evidence ? { ...outcome, evidence } : outcome))
      .finally(() => {
        if (this.#pending.get(namespec) === told) this.#pending.delete(namespec)
      })
    this.#pending.set(namespec, told)
  }

  /** Why it has so many, within evidence_timeout; undefined for memory, and with `evidence = false`. Never rejects. */
  async of(request: RestartRequest): Promise<Evidence | undefined> {
    const { process, breach } = request
    if (isMemory(breach.metric) || process.pid <= 0 || !this.#settings.evidence) return undefined
    const previous = this.tallies.previousOf(process, breach.metric)
    const read = this.#load(({ reasonOf }) => reasonOf(request, previous, this.#timeoutMs, this.#ports))
    const sentences = await Promise.race([read, this.#ended])
    if (!sentences || sentences.length === 0) return undefined
    const evidence = { sentences: sentences.map(this.#ports.redact) }
    this.#ports.onReason(request, evidence)
    return evidence
  }

  /** memmon ends: from now on no outcome waits for its reason. Resolves when all are reported. */
  async flush(): Promise<void> {
    this.#end()
    await Promise.all(this.#pending.values())
  }

  get #timeoutMs(): number {
    return this.#settings.evidenceTimeoutSeconds * 1000
  }

  async #tally(process: ProcessInfo, metric: Metric) {
    if (!this.#settings.evidence) return undefined
    return await this.#load(({ tally }) => tally(process, metric, this.#timeoutMs, this.#ports))
  }

  /** undefined while npm replaces memmon. */
  async #load<T>(use: (module: typeof import('./reason.ts')) => Promise<T>): Promise<T | undefined> {
    try {
      return await use(await import('./reason.ts'))
    } catch {
      return undefined
    }
  }
}

/** True for a limit that a running process exceeds: once it has ended, it cannot be read. */
function isUnexplained(outcome: RestartOutcome): boolean {
  if (outcome.evidence || isMemory(outcome.request.breach.metric)) return false
  switch (outcome.kind) {
    case 'capped':
      return true
    case 'noticed':
      return !outcome.isRepeated && BREACHES.includes(outcome.what)
    case 'failed':
      return ['check', 'stop', 'signal', 'exec', 'drain', 'command'].includes(outcome.phase)
    default:
      return false
  }
}

const BREACHES: readonly string[] = [
  'alerted',
  'would',
  'signalled',
  'executed',
  'draining',
  'held',
  'postponed',
]
