// A look that asks nobody: the processes of the last full check, if they are all there, with their sizes from /proc.
// What a quiet tick does is here and must leave nothing behind: no string, no object for a process.
import { aged, type ProcessInfo, ProcessState, uptimeSecondsOf } from '../rules/process.ts'
import type { RssOf } from './values.ts'
import type { Watched } from './watched.ts'

/** What a check needs to see that nothing has happened, without asking anybody. */
export interface QuietLook {
  /** True if supervisord's children are the very processes of the last `watch`. */
  isUnchanged(): boolean
  /** Takes the pids to look at from now on; false if they are not all children of supervisord. */
  watch(pids: readonly number[]): boolean
  /** RSS in bytes by the place of the pid, below 0 for one that has gone; the array is used again. */
  sizes(cumulative: boolean): ArrayLike<number>
  /** Closes what it holds open of these processes, until they are looked at again. */
  release(): void
}

export interface QuickPorts {
  /** What the rules count: processes alone, or with their descendants. */
  readonly plain: boolean
  readonly trees: boolean
  readonly swapUsedBytes: () => number
  /** With descendants where some rule counts those, and without where one does that. Not told of what `quiet` holds. */
  readonly onMeasured: (process: ProcessInfo, rssBytes: number, plainBytes: number) => void
}

/** By place, the sizes at which a process was last seen to be far from every limit; NaN where it was not, or not yet. */
export interface QuietSizes {
  readonly plain: Float64Array
  readonly trees: Float64Array
}

/** For so many processes, of which each is looked at anew. */
export const noQuietSizes = (count: number): QuietSizes => ({
  plain: new Float64Array(count).fill(Number.NaN),
  trees: new Float64Array(count).fill(Number.NaN),
})

export type QuickSight =
  /** Somebody has gone, or one that did not run is over a limit: supervisord has to be asked. */
  | { readonly kind: 'ask' }
  /** All there, and nobody near a limit; or somebody is. */
  | {
      readonly kind: 'quiet' | 'near'
      /** The processes as they are so long after the last full check, with their sizes. */
      readonly aged: (sinceMs: number) => { readonly watched: Watched[]; readonly rssOf: RssOf }
    }

const ASK: QuickSight = { kind: 'ask' }

/** What a process that uses what it used before was far from, it is far from now: only a size that changed is looked at. */
export function quickLook(
  watched: readonly Watched[],
  look: QuietLook,
  quiet: QuietSizes,
  ports: QuickPorts,
): QuickSight {
  const plain = ports.plain ? look.sizes(false) : undefined
  const trees = ports.trees ? look.sizes(true) : undefined
  let swapUsedBytes: number | undefined
  let kind: 'quiet' | 'near' = 'quiet'
  for (let at = 0; at < watched.length; at++) {
    const plainBytes = plain ? (plain[at] as number) : 0
    const treeBytes = trees ? (trees[at] as number) : 0
    if (plainBytes === quiet.plain[at] && treeBytes === quiet.trees[at]) continue
    const one = watched[at] as Watched
    if (plainBytes < 0 || treeBytes < 0) return ASK
    ports.onMeasured(one.process, trees ? treeBytes : plainBytes, plain ? plainBytes : treeBytes)
    if (one.countsSwap) swapUsedBytes ??= ports.swapUsedBytes()
    const more = one.countsSwap ? (swapUsedBytes ?? 0) : 0
    const isQuiet = plainBytes + more <= one.quietBytes && treeBytes + more <= one.quietTreeBytes
    // Swap changes by itself.
    quiet.plain[at] = isQuiet && !one.countsSwap ? plainBytes : Number.NaN
    quiet.trees[at] = treeBytes
    if (isQuiet) continue
    if (one.process.state === ProcessState.RUNNING) kind = 'near'
    else if (one.quietBytes >= 0 && one.quietTreeBytes >= 0) return ASK
    // Else each check would ask, for as long as it is STARTING: askAgainAfterMs has to do.
  }
  return {
    kind,
    aged: sinceMs => {
      const places = new Map<Watched, number>()
      const aged = watched.map((one, at) => {
        const copy = older(one, sinceMs)
        places.set(copy, at)
        return copy
      })
      return {
        watched: aged,
        rssOf: (one, cumulative) => (cumulative ? trees : plain)?.[places.get(one) ?? -1],
      }
    },
  }
}

/** Of the time that a process has been STARTING: asked again so often, but ever more rarely. */
const ASK_AGAIN_SHARE = 0.25

/**
 * After which time supervisord has to be asked though its children are the same: whether what was STARTING is RUNNING
 * does not show in /proc. Infinity if nothing was.
 */
export const askAgainAfterMs = (processes: readonly ProcessInfo[]): number =>
  processes.reduce(
    (soonestMs, process) =>
      process.state === ProcessState.STARTING
        ? Math.min(soonestMs, uptimeSecondsOf(process) * 1000 * ASK_AGAIN_SHARE)
        : soonestMs,
    Number.POSITIVE_INFINITY,
  )

const older = (one: Watched, sinceMs: number): Watched => ({
  ...one,
  process: aged(one.process, sinceMs),
})
