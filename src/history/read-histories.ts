// The history of a memmon that runs or has ended, read by somebody else from its state folder. Reads alone.
import type { ProcessHistory } from './process-history.ts'

export interface FoundHistories {
  readonly histories: readonly ProcessHistory[]
  /** In words, one line each: what is missing, unreadable or left out. */
  readonly problems: readonly string[]
}

/** Never rejects for what is there. */
export async function readHistories(folderPath: string): Promise<FoundHistories> {
  return { histories: [], problems: [`${folderPath}: not yet`] }
}
