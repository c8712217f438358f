// The collections of a stretch of time, by their kind, and the spaces of the heap.
import { getHeapSpaceStatistics } from 'node:v8'
import { type Answer, CANCELLED, type Control } from './answer.ts'
import type { Line } from './conversation.ts'
import { countCollections } from './gc-tally.ts'

const USUAL_MS = 10_000
const LONGEST_MS = 600_000
const PROGRESS_EVERY_MS = 1_000

export async function dumpGc(line: Line, control: Control): Promise<Answer> {
  const { duration_ms: durationMs = USUAL_MS } = line
  if (typeof durationMs !== 'number' || !(durationMs >= 0 && durationMs <= LONGEST_MS))
    return { error: `duration_ms is 0 to ${LONGEST_MS}, not ${String(durationMs)}` }
  const end = countCollections()
  const startTick = performance.now()
  const leftMs = () => durationMs - (performance.now() - startTick)
  while (leftMs() > 0 && control.stop() === undefined) {
    control.progress('counting collections', leftMs())
    await control.sleep(Math.min(PROGRESS_EVERY_MS, leftMs()))
  }
  const { count, totalMs, longestMs, byKind } = end()
  if (control.stop() === 'cancel') return CANCELLED
  const tookMs = Math.max(1, performance.now() - startTick)
  const kinds = Object.entries(byKind).map(([kind, one]) => [kind, inWords(one)] as const)
  return {
    data: {
      duration_ms: Math.round(tookMs),
      share: totalMs / tookMs,
      ...inWords({ count, totalMs, longestMs }),
      by_kind: Object.fromEntries(kinds),
      spaces: spaces(),
    },
  }
}

const inWords = (one: { count: number; totalMs: number; longestMs: number }): object => ({
  count: one.count,
  total_ms: Math.round(one.totalMs * 100) / 100,
  longest_ms: Math.round(one.longestMs * 100) / 100,
})

const spaces = (): object[] =>
  getHeapSpaceStatistics().map(({ space_name: name, space_size: size, space_used_size: used }) => ({
    name,
    size_bytes: size,
    used_bytes: used,
  }))
