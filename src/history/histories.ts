// What memmon keeps of all processes, by name: the listener's door to this room.
import type { ProcessInfo } from '../rules/process.ts'
import { sameRun } from '../rules/process.ts'
import { bucketSecondsFor } from '../trend/series.ts'
import { historyOf } from './history-of.ts'
import { withLives } from './past-lives.ts'
import type { LifeEnd, ProcessHistory } from './process-history.ts'
import { createTracked, endLife, noteEnd, sample, type Tracked, type TrackedSample } from './tracked.ts'

/** Of processes that supervisord no longer knows, or all in the file. */
export const MOST_PROCESSES = 2_000
/** So many times longer than before may a bucket be. */
const MOST_LONGER = 4
const UNKNOWN_FOR_MS = 30 * 24 * 3_600_000

/** One moment by both clocks. */
export interface Moment {
  readonly atMs: number
  readonly atSeconds: number
}

export class Histories {
  readonly #intervalSeconds: () => number
  readonly #all = new Map<string, Tracked>()
  #hasChanged = false
  #hasNews = false

  /** `intervalSeconds` is the time between two samples; NaN or 0 as long as it is not known. */
  constructor(intervalSeconds: () => number) {
    this.#intervalSeconds = intervalSeconds
  }

  /** Takes a sample in; what is known of the process from now on. */
  sample(namespec: string, one: TrackedSample): Tracked {
    let tracked = this.#all.get(namespec)
    if (!tracked) {
      tracked = createTracked(this.#intervalSeconds())
      this.#all.set(namespec, tracked)
    }
    this.#hasChanged = true
    const wasLeak = tracked.series.verdict.kind === 'leak'
    const verdict = sample(tracked, one)
    if ((verdict.kind === 'leak') !== wasLeak) this.#hasNews = true
    return tracked
  }

  /** As kept, for read-only use. */
  trackedOf(namespec: string): Tracked | undefined {
    return this.#all.get(namespec)
  }

  historyOf(namespec: string): ProcessHistory | undefined {
    const tracked = this.#all.get(namespec)
    return tracked && historyOf(namespec, tracked)
  }

  all(): ProcessHistory[] {
    return [...this.#all].flatMap(([namespec, tracked]) => historyOf(namespec, tracked) ?? [])
  }

  /** Why the life of this pid is about to be over, or was, if supervisord has started another one already. */
  noteEnd(namespec: string, pid: number, end: LifeEnd): void {
    const tracked = this.#all.get(namespec)
    if (!tracked) return
    noteEnd(tracked, pid, end)
    this.#hasChanged = true
  }

  /** What supervisord knows by now: lives that are over end, and what it no longer knows is forgotten in time. */
  keepOnly(processes: readonly ProcessInfo[], nowMs: number): void {
    const known = new Set<string>()
    for (const info of processes) {
      known.add(info.namespec)
      const tracked = this.#all.get(info.namespec)
      if (!tracked?.runs || sameRun(tracked, info)) continue
      endLife(tracked)
      this.#hasChanged = true
    }
    this.#forget(known, nowMs)
  }

  #forget(known: ReadonlySet<string>, nowMs: number): void {
    const unknown = [...this.#all].filter(([namespec]) => !known.has(namespec))
    for (const [, tracked] of unknown) endLife(tracked)
    const room = Math.max(0, MOST_PROCESSES - known.size)
    unknown.sort(([, a], [, b]) => b.untilMs - a.untilMs)
    for (const [at, [namespec, { untilMs }]] of unknown.entries())
      if (at >= room || nowMs - untilMs > UNKNOWN_FOR_MS) this.#all.delete(namespec)
  }

  /** Goes on with what an earlier memmon has left; what was sampled meanwhile is of the same run, or of the next. */
  restore(left: Iterable<readonly [namespec: string, Tracked]>, now: Moment): void {
    for (const [namespec, one] of left) {
      const tracked = this.#canGoOn(one) ? one : this.#begunAnew(one)
      const meanwhile = this.#all.get(namespec)
      if (meanwhile === undefined || (tracked.runs && sameRun(tracked, meanwhile))) {
        const goneSeconds = Math.max(0, now.atMs - tracked.untilMs) / 1000
        tracked.series.atSeconds = Math.floor(now.atSeconds - goneSeconds)
        tracked.told = meanwhile?.told ?? tracked.told
        this.#all.set(namespec, tracked)
      } else {
        endLife(tracked)
        meanwhile.told ??= tracked.told
        meanwhile.past = withLives(tracked.past, meanwhile.past)
      }
    }
  }

  /** The time between two samples has become known: what cannot go on with it begins anew. */
  onInterval(): void {
    for (const [namespec, tracked] of this.#all)
      if (!this.#canGoOn(tracked)) this.#all.set(namespec, this.#begunAnew(tracked))
  }

  /** A series whose buckets are much shorter than a tick would take each tick for a suspended machine. */
  #canGoOn({ series }: Tracked): boolean {
    return bucketSecondsFor(this.#intervalSeconds()) <= MOST_LONGER * series.bucketSeconds
  }

  #begunAnew(tracked: Tracked): Tracked {
    endLife(tracked)
    const { past, untilMs, told } = tracked
    return { ...createTracked(this.#intervalSeconds()), past, untilMs, told }
  }

  /** What is to be written, if need be those alone that were seen last; from now on nothing has changed. */
  toWrite(): readonly (readonly [namespec: string, Tracked])[] {
    this.#hasChanged = false
    this.#hasNews = false
    const all = [...this.#all]
    if (all.length <= MOST_PROCESSES) return all
    return all.sort(([, a], [, b]) => b.untilMs - a.untilMs).slice(0, MOST_PROCESSES)
  }

  /** Since it was asked what is to be written. */
  get hasChanged(): boolean {
    return this.#hasChanged
  }

  /** A leak began or ended since then. */
  get hasNews(): boolean {
    return this.#hasNews
  }
}
