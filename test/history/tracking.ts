// A process whose sizes memmon has taken for a while, from code.
import type { Histories } from '../../src/history/histories.ts'
import { historyHeader } from '../../src/history/history-lines.ts'
import { trackedLine } from '../../src/history/kept-tracked.ts'
import { createTracked, sample, type Tracked, type TrackedSample } from '../../src/history/tracked.ts'
import type { Verdict } from '../../src/trend/verdict.ts'

export const MB = 1_048_576
export const EPOCH_MS = 1_760_000_000_000
/** The monotonic clock, at that moment. */
export const BOOT_SECONDS = 5_000

export const anySample = (more: Partial<TrackedSample> = {}): TrackedSample => ({
  atSeconds: BOOT_SECONDS,
  atMs: EPOCH_MS,
  bytes: 100 * MB,
  run: { pid: 100, startSeconds: 1_700_000_100 },
  metric: 'rss',
  cumulative: false,
  ...more,
})

/** One sample, so many seconds after the first; by both clocks. */
export const at = (seconds: number, sizeMB: number, more: Partial<TrackedSample> = {}): TrackedSample =>
  anySample({
    atSeconds: BOOT_SECONDS + seconds,
    atMs: EPOCH_MS + seconds * 1000,
    bytes: Math.round(sizeMB * MB),
    ...more,
  })

export interface Ticks {
  readonly everySeconds?: number
  readonly fromSeconds?: number
  readonly hours: number
}

/** A sample at each tick, of `sizeMB` at that hour. */
export function track(
  into: Tracked | { readonly histories: Histories; readonly namespec: string },
  { everySeconds = 60, fromSeconds = 0, hours }: Ticks,
  sizeMB: (hour: number) => number,
  more: Partial<TrackedSample> = {},
): Verdict {
  const take =
    'histories' in into
      ? (one: TrackedSample) => into.histories.sample(into.namespec, one).series.verdict
      : (one: TrackedSample) => sample(into, one)
  let verdict: Verdict = { kind: 'steady' }
  for (let seconds = 0; seconds < hours * 3600; seconds += everySeconds) {
    const after = fromSeconds + seconds
    verdict = take(at(after, sizeMB(after / 3600), more))
  }
  return verdict
}

export function tracked(
  ticks: Ticks,
  sizeMB: (hour: number) => number,
  more: Partial<TrackedSample> = {},
): Tracked {
  const made = createTracked(ticks.everySeconds ?? 60)
  track(made, ticks, sizeMB, more)
  return made
}

export const run = (pid: number) => ({ run: { pid, startSeconds: 1_700_000_000 + pid } })

/** A process with so many lives behind it, and one that runs. */
export function withPast(lives: number): Tracked {
  const made = createTracked(60)
  for (let life = 0; life <= lives; life++)
    track(made, { fromSeconds: life * 7200, hours: 1.5 }, hour => 100 + ((hour * 60) % 40), run(100 + life))
  return made
}

/** The text of a file that holds these. */
export const fileOf = (all: Readonly<Record<string, Tracked>>, atMs = EPOCH_MS): string =>
  historyHeader('run', atMs, Object.keys(all).length) +
  Object.entries(all)
    .map(([namespec, one]) => trackedLine(namespec, one))
    .join('')
