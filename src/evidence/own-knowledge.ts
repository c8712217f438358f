// What memmon itself knows of a process that is about to be stopped, from its history. Pure.
import type { LifeEnd, ProcessHistory } from '../history/process-history.ts'
import type { OwnKnowledge } from './document.ts'
import { plural } from './word-rule.ts'

/** The last minutes in full, and hours before them in fewer. */
const MOST_SAMPLES = 100

export function ownKnowledge(history: ProcessHistory | undefined, pid: number): OwnKnowledge {
  const lives = history?.lives ?? []
  const points = lives.find(life => life.pid === pid && life.end === undefined)?.points ?? []
  const restarts = lives.flatMap(({ untilMs: atMs, end }) => (end ? [{ atMs, outcome: endText(end) }] : []))
  return {
    samples: points.slice(-MOST_SAMPLES).map(({ untilMs: atMs, highBytes: bytes }) => ({ atMs, bytes })),
    ...(history && { growth: history.verdict }),
    restarts,
  }
}

function endText(end: LifeEnd): string {
  if (end.by === 'memmon') return `restarted by memmon${failedText(end)}: ${end.rule}`
  return end.by === 'other' ? 'ended, not by memmon' : 'ended while no memmon ran'
}

const failedText = ({ failedStarts = 0 }: { readonly failedStarts?: number }): string =>
  failedStarts > 0 ? ` after ${plural(failedStarts, 'failed start')}` : ''
