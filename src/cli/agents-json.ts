// What memmon says of the agents that are connected, with the names that supervisord has for their processes. Pure.
import type { ProcessTable } from '../supervisor/process-table.ts'

/** As a worker says them of itself: any of them may be missing. */
export interface AgentStatus {
  readonly heap_used_bytes?: number
  readonly heap_limit_bytes?: number
  readonly external_bytes?: number
  readonly rss_bytes?: number
  readonly event_loop_delay_ms?: { readonly p99?: number }
  readonly gc_share?: number
  /** Its main thread hangs; a watchdog of its own has answered. */
  readonly hung?: { readonly since_ms?: number }
  readonly fields?: Readonly<Record<string, string | number>>
}

export interface ListedAgent {
  /** supervisord's name of the process, or of the one above it; null if it is not in the table by now. */
  readonly process: string | null
  readonly pid: number
  readonly program_pid: number
  readonly name?: string
  readonly language: string
  readonly runtime: string
  readonly can: readonly string[]
  readonly connected_at_ms: number
  readonly heard_at_ms: number
  /** null if it did not answer. */
  readonly status: AgentStatus | null
}

/** `data` is memmon's own, but for what the workers have said. */
export function agentsDocument(data: unknown, { processes }: Pick<ProcessTable, 'processes'>): ListedAgent[] {
  const { agents } = data as { readonly agents: readonly Omit<ListedAgent, 'process'>[] }
  const names = new Map(processes.map(({ pid, namespec }) => [pid, namespec]))
  return agents.map(agent => ({ process: names.get(agent.program_pid) ?? null, ...agent }))
}
