// Before the stop of a process: reads its facts and writes them, both within evidence_timeout.
import { faultText } from '../base/file-fault.ts'
import { type Redactor, redactDocument } from '../base/redact.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import { evidenceDocument, type OwnKnowledge } from './document.ts'
import type { Facts } from './facts.ts'
import { Unread } from './known.ts'
import { race } from './pace.ts'
import { type FactsOptions, readFacts } from './read-facts.ts'
import type { EvidenceStore } from './store.ts'

export interface EvidenceContext {
  readonly known: OwnKnowledge
  /** evidence_timeout: the restart waits no longer than this. */
  readonly timeoutMs: number
}

export interface EvidencePorts {
  /** undefined without a state folder: the message still needs the facts. */
  readonly store: () => EvidenceStore | undefined
  readonly redactor: Pick<Redactor, 'redact'>
  readonly tick: () => number
  readonly nowMs: () => number
  /** Those of this machine if absent. */
  readonly files?: FactsOptions['files']
}

export interface Taken {
  readonly facts: Facts
  readonly path?: string
  /** Why there is no file, as one clause. */
  readonly problem?: string
}

/** The part of the time reserved for the file. */
const RESERVED_MS = 250

/** Never rejects, and resolves in time, whatever the kernel and the disk do. */
export async function takeEvidence(
  request: RestartRequest,
  { known, timeoutMs }: EvidenceContext,
  ports: EvidencePorts,
): Promise<Taken> {
  const { tick, nowMs, files } = ports
  const startTick = tick()
  const { pid, group, name } = request.process
  const readMs = timeoutMs - Math.min(RESERVED_MS, timeoutMs / 2)
  const facts = await readFacts(pid, { timeoutMs: readMs, tick, nowMs, ...(files ? { files } : {}) })
  const store = ports.store()
  if (!store) return { facts }
  const document = redactDocument(evidenceDocument(request, known, facts), ports.redactor)
  const writing = store.write({ group, name, pid, takenAt: facts.takenAt }, document)
  try {
    return { facts, path: await race(writing, startTick + timeoutMs - tick()) }
  } catch (thrown) {
    const isLate = thrown instanceof Unread
    return { facts, problem: isLate ? lateText(timeoutMs) : faultText(thrown) }
  }
}

const lateText = (timeoutMs: number): string =>
  `the disk did not take it within ${Math.round(timeoutMs)} ms; if it is slow and not broken, set evidence_timeout higher`
