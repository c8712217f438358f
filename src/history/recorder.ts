// From what a check measures to the histories: one object for all samples, since each tick has one of each process.
import type { ProcessInfo, ProcessKey } from '../rules/process.ts'
import type { Histories } from './histories.ts'
import type { Tracked, TrackedSample } from './tracked.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

const NOBODY: ProcessKey = { pid: 0, startSeconds: 0 }

/** Takes in what a process uses, in RSS; `limitBytes` is Infinity where there is none, `atSeconds` monotonic. */
export function createRecorder(histories: Histories, nowMs: () => number) {
  const one: Mutable<TrackedSample> = {
    atSeconds: Number.NaN,
    atMs: 0,
    bytes: 0,
    limitBytes: undefined,
    run: NOBODY,
    metric: 'rss',
    cumulative: false,
  }
  return (
    process: ProcessInfo,
    sizeBytes: number,
    limitBytes: number,
    cumulative: boolean,
    atSeconds: number,
  ): Tracked => {
    if (atSeconds !== one.atSeconds) one.atMs = nowMs()
    one.atSeconds = atSeconds
    one.bytes = sizeBytes
    one.limitBytes = limitBytes === Number.POSITIVE_INFINITY ? undefined : limitBytes
    one.run = process
    one.cumulative = cumulative
    return histories.sample(process.namespec, one)
  }
}
