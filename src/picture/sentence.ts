// A process's history in one sentence, for whoever has to decide. Pure.
import type { ProcessHistory } from '../history/process-history.ts'

/** Not yet. */
export type { ProcessHistory }
