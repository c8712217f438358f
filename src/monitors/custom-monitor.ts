// One monitor of the operator's own: memmon starts its process with the first question, asks again only when it has
// answered, kills it when it does not answer in time, and tries again after growing waits.
import { type Stats, statSync } from 'node:fs'
import { basename } from 'node:path'
import { errnoOf } from '../base/file-fault.ts'
import { looseText } from '../base/loose-file.ts'
import { formatDuration } from '../base/units.ts'
import type { MonitorAnswer, MonitorSpec } from '../rules/monitor.ts'
import type { Context, Need, Sample } from '../rules/monitor-types.ts'
import { type FailurePorts, Failures } from './failures.ts'
import type { Reply } from './messages.ts'
import { type MonitorProcess, startMonitorProcess } from './monitor-process.ts'
import { checkVerdicts } from './verdicts.ts'

/** It remembers so many sentences about rejected verdicts, so as to log each once. */
const MOST_SAID = 100

export interface CustomMonitorPorts extends FailurePorts {
  readonly hostPath: string
  readonly timeoutMs: () => number
  readonly nowMs: () => number
  readonly host: string
  /** The user that memmon runs as. */
  readonly uid: number
}

interface Question {
  readonly samples: readonly Sample[]
  readonly onAnswer: (answer: MonitorAnswer) => void
}

export class CustomMonitor {
  /** Another one with the same file, if settings change. */
  spec: MonitorSpec
  readonly #ports: CustomMonitorPorts
  #process: MonitorProcess | undefined
  #ready: { readonly name: string; readonly needs: readonly Need[] } | undefined
  #asked: Question | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #failures: Failures
  /** Of the file, when its process was last started. */
  #mark = ''
  readonly #said = new Set<string>()

  constructor(spec: MonitorSpec, ports: CustomMonitorPorts) {
    this.spec = spec
    this.#ports = ports
    this.#failures = new Failures(spec.path, ports)
  }

  /** Asks about the samples of a check, unless it is still busy, or waits for its next try. */
  ask(samplesFor: (needs: readonly Need[]) => readonly Sample[], onAnswer: Question['onAnswer']): void {
    this.#endIfChanged()
    if (!this.#process) this.#start()
    if (!this.#ready || this.#asked) return
    const { host, nowMs, timeoutMs } = this.#ports
    const samples = samplesFor(this.#ready.needs)
    const context: Context = { at: nowMs(), host, timeoutMs: timeoutMs() }
    this.#asked = { samples, onAnswer }
    this.#setTimer('it did not answer')
    this.#process?.ask({ samples, context })
  }

  /** Ends its process. */
  end(): void {
    clearTimeout(this.#timer)
    this.#process?.end()
    this.#process = undefined
    this.#ready = undefined
    this.#asked = undefined
  }

  get #name(): string {
    return this.#ready?.name ?? basename(this.spec.path)
  }

  get #label(): string {
    return `Monitor ${this.#name}`
  }

  #start(): void {
    const { hostPath, log, uid } = this.#ports
    if (!this.#failures.isRetryDue) return
    const { path } = this.spec
    this.#mark = markOf(path)
    const why = objectionTo(path, uid)
    if (why !== undefined) {
      this.#fail(why)
      return
    }
    this.#setTimer('it was not loaded')
    this.#process = startMonitorProcess({
      path,
      hostPath,
      onReply: reply => this.#onReply(reply),
      onPrinted: line => log('INFO', `${this.#label} says: ${line}`),
      onEnd: why => this.#fail(why),
    })
  }

  /** A changed file is another monitor, and gets its first try at once. */
  #endIfChanged(): void {
    if (this.#mark === '' || markOf(this.spec.path) === this.#mark) return
    this.#ports.log('INFO', `${this.#label}: ${this.spec.path} has changed and is loaded again`)
    this.end()
    this.#failures.forget()
    this.#said.clear()
  }

  #onReply(reply: Reply): void {
    clearTimeout(this.#timer)
    if (reply.kind === 'failed') this.#fail(reply.why)
    else if (reply.kind === 'ready' ? this.#ready : !this.#asked) this.#fail('it answered without a question')
    else if (reply.kind === 'ready') this.#onReady(reply)
    else this.#onAnswer(reply.verdicts)
  }

  #onReady({ name, needs }: Extract<Reply, { kind: 'ready' }>): void {
    this.#ready = { name, needs }
    if (this.#failures.areAny) return
    const what = needs.length > 0 ? `, which needs ${needs.join(', ')}` : ''
    this.#ports.log('INFO', `${this.#label} is loaded from ${this.spec.path}${what}`)
  }

  #onAnswer(values: readonly unknown[]): void {
    const { samples, onAnswer } = this.#asked as Question
    this.#asked = undefined
    this.#failures.over(this.#name)
    const { verdicts, faults } = checkVerdicts(values, samples)
    for (const fault of faults) this.#refuse(fault)
    onAnswer({ spec: this.spec, name: this.#ready?.name ?? '', samples, verdicts })
  }

  /** Logs each once. */
  #refuse(fault: string): void {
    if (this.#said.has(fault) || this.#said.size >= MOST_SAID) return
    this.#said.add(fault)
    const facts = () => ({ event: 'verdict_rejected', monitor: this.spec.path, why: fault })
    this.#ports.log('WARN', `${this.#label}: rejected a verdict: ${fault}`, facts)
  }

  #setTimer(what: string): void {
    const timeoutMs = this.#ports.timeoutMs()
    const why = `${what} within ${formatDuration(timeoutMs / 1000)} and was ended`
    this.#timer = setTimeout(() => this.#fail(why), timeoutMs).unref()
  }

  /** Ends its process, whatever that is busy with; the next try starts another. */
  #fail(why: string): void {
    const name = this.#name
    this.end()
    this.#failures.add(name, why)
  }
}

/** '' only before the first look. */
function markOf(path: string): string {
  const stat = statOf(path)
  return stat instanceof Error ? 'none' : `${stat.mtimeMs} ${stat.size} ${stat.ino} ${stat.mode} ${stat.uid}`
}

/** Why memmon does not load its file: as root it runs nothing that others may write. */
function objectionTo(path: string, uid: number): string | undefined {
  const stat = statOf(path)
  if (stat instanceof Error) return `${path} cannot be read (${errnoOf(stat)})`
  const loose = uid === 0 ? looseText(path, stat, uid) : undefined
  return loose === undefined ? undefined : `${loose}; memmon runs as root and does not load it`
}

function statOf(path: string): Stats | Error {
  try {
    return statSync(path)
  } catch (thrown) {
    return thrown as Error
  }
}
