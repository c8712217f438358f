// A process right before its stop, for the listener: its evidence in the state folder, and what it says in words. What is
// imported here is loaded with the first restart.
import type { Redactor } from '../base/redact.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import type { Evidence, RestartRequest } from '../rules/outcome.ts'
import { ownKnowledge } from './own-knowledge.ts'
import { createEvidenceStore, type EvidenceStore } from './store.ts'
import { takeEvidence } from './take-evidence.ts'
import { wordsOf } from './words.ts'

export interface BeforeStopPorts {
  /** memmon's state folder, once it has one. */
  readonly stateFolder: () => string | undefined
  readonly historyOf: (namespec: string) => ProcessHistory | undefined
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
    const known = ownKnowledge(ports.historyOf(namespec), pid)
    const { facts, ...file } = await takeEvidence(
      request,
      { known, timeoutMs },
      { ...ports, store: storeNow },
    )
    return { ...file, sentences: wordsOf(facts).map(({ text }) => ports.redactor.redact(text)) }
  }
}
