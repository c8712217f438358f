// A line of memmon's own history file as a recorded series. Pure.
import type { RecordedSample } from '../trend/replay.ts'
import { historyOf } from './history-of.ts'
import { trackedOf } from './kept-tracked.ts'
import type { Life, Point } from './process-history.ts'
import type { BadLine, Recording } from './recording.ts'

/** Samples are no further apart than this many of the shortest buckets: the detector takes more for a gap. */
const MOST_BUCKETS_APART = 30

/** A process, its lives behind one another; `t` in epoch seconds. */
export function parseHistoryLine(line: string): Recording | BadLine {
  const kept = trackedOf(line)
  const history = kept && historyOf(kept.namespec, kept.tracked)
  if (!kept) return { kind: 'bad', why: "not a process of memmon's history" }
  const { bucketSeconds } = kept.tracked.series
  return {
    kind: 'recording',
    id: kept.namespec,
    isEpoch: true,
    intervalSeconds: bucketSeconds,
    limitBytes: history?.limitBytes,
    samples: (history?.lives ?? []).flatMap(life => samplesOf(life, MOST_BUCKETS_APART * bucketSeconds)),
  }
}

const samplesOf = ({ points, pid }: Life, mostSeconds: number): RecordedSample[] =>
  points.flatMap(point => [...samplesIn(point, pid, mostSeconds)])

/** The highest and then the lowest of the point, again and again in its time. */
function* samplesIn(point: Point, pid: number, mostSeconds: number): Generator<RecordedSample> {
  const from = point.fromMs / 1000
  const seconds = point.untilMs / 1000 - from
  const parts = Math.max(1, Math.ceil(seconds / mostSeconds))
  for (let part = 0; part < parts; part++) {
    const t = from + (part * seconds) / parts
    yield { t, bytes: point.highBytes, pid }
    yield { t: t + Math.min(1, seconds / parts / 2), bytes: point.lowBytes, pid }
  }
}
