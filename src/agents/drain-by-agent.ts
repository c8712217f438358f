// The agent of a process over its soft limit asks it to finish; it may still be reconnecting to a new memmon.
import type { Ask } from './asks.ts'
import type { Answer } from './protocol.ts'
import type { AskTerms } from './worker.ts'

const AGAIN_AFTER_MS = 500

interface DrainPorts {
  /** undefined without a socket for agents. */
  readonly ask: (pid: number, ask: Ask, terms: AskTerms) => Promise<Answer | undefined>
  readonly sleep: (ms: number) => Promise<void>
  readonly tick: () => number
}

/** 'unheard': no agent was connected. */
type Drained = { readonly kind: 'taken' } | { readonly kind: 'unheard' | 'failed'; readonly why: string }

/** Never rejects, and takes no longer than that. */
export async function drainByAgent(pid: number, withinMs: number, ports: DrainPorts): Promise<Drained> {
  const untilTick = ports.tick() + withinMs
  let wasSent = false
  for (;;) {
    const timeoutMs = Math.max(1, untilTick - ports.tick())
    const answer = await ports.ask(pid, { do: 'drain' }, { timeoutMs })
    if (!answer) return { kind: 'unheard', why: NO_SOCKET }
    if (answer.kind === 'finished') return { kind: 'taken' }
    if (!answer.lack) return { kind: 'failed', why: answer.error }
    wasSent ||= answer.lack === 'gone'
    if (ports.tick() + AGAIN_AFTER_MS >= untilTick)
      return { kind: wasSent ? 'failed' : 'unheard', why: answer.error }
    await ports.sleep(AGAIN_AFTER_MS)
  }
}

const NO_SOCKET = 'memmon has no agent socket: set agent_socket = auto'
