// The memory sample before a restart: asked of the worker's agent, for as long as the process stays under its hard limit.
import type { Ask } from './asks.ts'
import type { Answer } from './protocol.ts'
import type { AskTerms } from './worker.ts'

const LOOK_EVERY_MS = 1_000

export interface SampleTerms {
  readonly pid: number
  readonly seconds: number
  /** From the question to the answer. */
  readonly timeoutSeconds: number
  /** True once it exceeds its hard limit: the sample then ends early. */
  readonly isOverHardLimit: () => Promise<boolean>
}

interface SamplePorts {
  /** undefined without a socket for agents. */
  readonly ask: (pid: number, ask: Ask, terms: AskTerms) => Promise<Answer | undefined>
  readonly sleep: (ms: number) => Promise<void>
}

const NO_SOCKET: Answer = { kind: 'failed', error: 'memmon has no agent socket: set agent_socket = auto' }

/** Never rejects, and takes no longer than `timeoutSeconds`. */
export async function sampleBeforeStop(
  { pid, seconds, timeoutSeconds, isOverHardLimit }: SampleTerms,
  { ask, sleep }: SamplePorts,
): Promise<Answer> {
  const finish = new AbortController()
  let isAnswered = false
  const watch = async () => {
    while (!isAnswered && !finish.signal.aborted) {
      await sleep(LOOK_EVERY_MS)
      if (!isAnswered && (await isTrue(isOverHardLimit))) finish.abort()
    }
  }
  void watch()
  const terms = { timeoutMs: timeoutSeconds * 1000, finish: finish.signal }
  const answer = await ask(pid, { do: 'sample', duration_ms: seconds * 1000 }, terms)
  isAnswered = true
  return answer ?? NO_SOCKET
}

/** What cannot be measured is looked at again. */
async function isTrue(look: () => Promise<boolean>): Promise<boolean> {
  try {
    return await look()
  } catch {
    return false
  }
}
