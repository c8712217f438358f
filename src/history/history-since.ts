// The later part of a history. Pure.
import type { Life, ProcessHistory } from './process-history.ts'

/** Without the lives and the points that were over by then; all figures of a life stay those of the whole. */
export const historySince = (history: ProcessHistory, sinceMs: number): ProcessHistory => ({
  ...history,
  lives: history.lives.filter(({ untilMs }) => untilMs > sinceMs).map(life => lifeSince(life, sinceMs)),
})

const lifeSince = (life: Life, sinceMs: number): Life => ({
  ...life,
  points: life.points.filter(({ untilMs }) => untilMs > sinceMs),
})

/** When the first of its points begins; undefined if there is none. */
export const beganMs = ({ lives }: ProcessHistory): number | undefined =>
  lives.find(({ points }) => points.length > 0)?.points[0]?.fromMs
