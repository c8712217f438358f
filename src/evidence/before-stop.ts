// A process right before its stop, for the listener: its evidence in the state folder, and what it says in words. What is
// imported here is loaded with the first restart.
import type { Redactor } from '../base/redact.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import type { Metric } from '../rules/metric.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { Facts } from './facts.ts'
import { ownKnowledge } from './own-knowledge.ts'
import { wordsAbout } from './reason-words.ts'
import { createEvidenceStore, type EvidenceStore } from './store.ts'
import { takeEvidence } from './take-evidence.ts'

export interface BeforeStopPorts {
  /** memmon's state folder, once it has one. */
  readonly stateFolder: () => string | undefined
  readonly historyOf: (namespec: string) => ProcessHistory | undefined
  /** An earlier look at the very same process, of what its rule counts. */
  readonly previousOf?: (process: ProcessInfo, metric: Metric) => Facts | undefined
  readonly redactor: Pick<Redactor, 'redact'>
  readonly tick: () => number
  readonly nowMs: () => number
}

/** Never rejects, and resolves within `timeoutMs`. */
export type BeforeStop = (request: RestartRequest, timeoutMs: number) => Promise<Evidence>

export function createBeforeStop(ports: BeforeStopPorts): BeforeStop {
  let store: EvidenceStore | undefined
  const storeNow = () => {
    const folder = ports.stateFolder()
    if (folder !== undefined) store ??= createEvidenceStore(folder)
    return store
  }
  return async (request, timeoutMs) => {
    const { namespec, pid } = request.process
    const previous = ports.previousOf?.(request.process, request.breach.metric)
    const known = ownKnowledge(ports.historyOf(namespec), pid)
    const { facts, ...file } = await takeEvidence(
      request,
      { known, timeoutMs },
      { ...ports, store: storeNow },
    )
    return { ...file, sentences: wordsAbout(request.breach, facts, { previous }).map(ports.redactor.redact) }
  }
}
