// `memmon diagnose --json`, as documented in docs/check.md. Pure.
import { factsDocument } from '../evidence/document.ts'
import { stateName } from '../rules/process.ts'
import type { Diagnosis } from '../screen/diagnosis.ts'
import type { Target } from './diagnose-target.ts'

/** Raised when a field changes its meaning; fields may be added without. */
const VERSION = 1

/** All that diagnose shows. The facts are as in the evidence that is kept of a restart. */
export const diagnosisDocument = ({ sentences, unread, facts }: Diagnosis, { process, pid }: Target) => ({
  version: VERSION,
  process: process.namespec,
  state: stateName(process.state),
  process_pid: process.pid,
  pid,
  sentences,
  not_read: unread,
  facts: factsDocument(facts),
})
