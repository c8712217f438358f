// `memmon agents` in columns. What a worker says of itself is data: a number is shown if it is one. Pure.
import { timestamp } from '../base/text.ts'
import { formatDuration, tableSize } from '../base/units.ts'
import { type Cells, type Column, plainLines, tableLines } from '../screen/table.ts'
import { type Room, shown } from '../screen/width.ts'
import type { ListedAgent } from './agents-json.ts'

const NONE =
  'No agent is connected. Start a worker with: node --require memmon/agent app.js, with directory= set to its folder'

const COLUMNS: readonly Column[] = [
  { key: 'process', head: 'PROCESS', align: 'left', comfort: 16 },
  { key: 'pid', head: 'PID', align: 'right' },
  { key: 'since', head: 'CONNECTED', align: 'right' },
  { key: 'heap', head: 'HEAP', align: 'right' },
  { key: 'external', head: 'EXTERNAL', align: 'right' },
  { key: 'rss', head: 'RSS', align: 'right' },
  { key: 'delay', head: 'DELAY', align: 'right' },
  { key: 'gc', head: 'GC', align: 'right' },
  { key: 'status', head: 'STATUS', align: 'left' },
]
const LEAST = { process: 10, status: 10 }
const PLANS = [
  { keys: COLUMNS.map(({ key }) => key), least: LEAST },
  { keys: ['process', 'pid', 'heap', 'external', 'delay', 'gc', 'status'], least: LEAST },
  { keys: ['process', 'pid', 'heap', 'delay', 'status'], least: LEAST },
]

/** A head and a line each; in a pipe, whose width is infinite, whole. */
export function agentLines(
  agents: readonly ListedAgent[],
  { nowMs, ...room }: Room & { readonly nowMs: number },
): string[] {
  if (agents.length === 0) return [NONE]
  const rows = agents.map(agent => cellsOf(agent, nowMs))
  return Number.isFinite(room.width)
    ? tableLines(COLUMNS, rows, PLANS, room)
    : plainLines(COLUMNS, rows, room.widthOf)
}

function cellsOf(agent: ListedAgent, nowMs: number): Cells {
  const { process, pid, name, status, connected_at_ms: since } = agent
  const { heap_used_bytes, external_bytes, rss_bytes, event_loop_delay_ms, gc_share } = status ?? {}
  return {
    process: shown([process ?? '?', ...(name === undefined ? [] : [`(${name})`])].join(' ')),
    pid: String(pid),
    since: formatDuration((nowMs - since) / 1000),
    heap: sizeOf(heap_used_bytes),
    external: sizeOf(external_bytes),
    rss: sizeOf(rss_bytes),
    delay: numberOf(event_loop_delay_ms?.p99, value => `${value.toFixed(value < 10 ? 1 : 0)}ms`),
    gc: numberOf(gc_share, value => `${(value * 100).toFixed(1)}%`),
    status: shown(statusText(agent)),
  }
}

function statusText({ status, heard_at_ms: heardAtMs }: ListedAgent): string {
  if (!status) return `not answering since ${timestamp(new Date(heardAtMs)).slice(0, 19)}`
  const hung = numberOf(status.hung?.since_ms, ms => `hangs for ${formatDuration(ms / 1000)}`)
  if (hung !== '') return hung
  const fields: unknown = status.fields
  return Object.entries(typeof fields === 'object' && fields !== null ? fields : {})
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}

const numberOf = (value: unknown, text: (value: number) => string): string =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? text(value) : ''

const sizeOf = (value: unknown): string => numberOf(value, tableSize)
