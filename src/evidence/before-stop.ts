// A process right before its stop, for the listener: its evidence in the state folder and what it says in words, and what
// diagnose_command prints. What is imported here is loaded with the first restart.
import type { Redactor } from '../base/redact.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import type { Metric } from '../rules/metric.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { type RunDiagnose, runForOutput } from './command-output.ts'
import type { Facts } from './facts.ts'
import { ownKnowledge } from './own-knowledge.ts'
import { wordsAbout } from './reason-words.ts'
import { createEvidenceStore, type EvidenceStore } from './store.ts'
import { takeEvidence } from './take-evidence.ts'

export interface BeforeStopPorts {
  /** memmon's state folder, once it has one. */
  readonly stateFolder: () => string | undefined
  readonly historyOf: (namespec: string) => ProcessHistory | undefined
  /** How many other processes of its group run. */
  readonly siblingCountOf: (process: ProcessInfo) => number
  /** An earlier look at the very same process, of what its rule counts. */
  readonly previousOf?: (process: ProcessInfo, metric: Metric) => Facts | undefined
  readonly redactor: Pick<Redactor, 'redact' | 'mask'>
  readonly tick: () => number
  readonly nowMs: () => number
  /** diagnose_command, until memmon ends. */
  readonly runDiagnose: RunDiagnose
  readonly ending: AbortSignal
}

export interface BeforeStopTerms {
  /** false: diagnose_command alone. */
  readonly evidence: boolean
  readonly timeoutMs: number
  readonly command: string | undefined
  readonly commandTimeoutMs: number
}

/** Never rejects; evidence and command each take no longer than their time. */
export type BeforeStop = (request: RestartRequest, terms: BeforeStopTerms) => Promise<Evidence>

export function createBeforeStop(ports: BeforeStopPorts): BeforeStop {
  let opened: EvidenceStore | undefined
  const storeNow = () => {
    const folder = ports.stateFolder()
    if (folder !== undefined) opened ??= createEvidenceStore(folder)
    return opened
  }
  const look = async (request: RestartRequest, timeoutMs: number) => {
    const { namespec, pid } = request.process
    const previous = ports.previousOf?.(request.process, request.breach.metric)
    const known = ownKnowledge(ports.historyOf(namespec), pid)
    const terms = { known, timeoutMs }
    const { facts, ...file } = await takeEvidence(request, terms, { ...ports, store: storeNow })
    const context = { previous, siblingCount: ports.siblingCountOf(request.process) }
    const sentences = wordsAbout(request.breach, facts, context).map(ports.redactor.redact)
    return { takenAt: facts.takenAt, evidence: { ...file, sentences } }
  }
  return async (request, { evidence: isWanted, timeoutMs, command, commandTimeoutMs }) => {
    const nothing = { takenAt: ports.nowMs(), evidence: { sentences: [] } }
    const { takenAt, evidence } = isWanted ? await look(request, timeoutMs) : nothing
    if (command === undefined) return evidence
    const asked = { request, evidence, takenAt, timeoutMs: commandTimeoutMs }
    return { ...evidence, command: await runForOutput(command, asked, { ...ports, store: storeNow() }) }
  }
}
