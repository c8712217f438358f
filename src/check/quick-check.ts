// Checks that need not ask supervisord: for as long as its children are those of the last full check, nobody is STARTING
// for too long, and nobody has to be told the lines of --verbose.

import { areCounted, type Ruleset } from '../rules/ruleset.ts'
import { TIME } from '../trend/parameters.ts'
import type { Found } from './full-look.ts'
import type { MonitorPorts } from './ports.ts'
import { noQuietSizes, type QuickPorts, type QuietSizes, quickLook } from './quick-look.ts'
import type { RssOf } from './values.ts'
import type { Watched } from './watched.ts'

export interface QuickSight {
  /** 'near': one of them is near a limit. */
  readonly kind: 'quiet' | 'near'
  /** All that the last full check watched, as old as they are now, with their sizes. */
  readonly aged: () => { readonly watched: readonly Watched[]; readonly rssOf: RssOf }
}

/** What the last full check found. */
interface Known extends Found {
  /** Those without a pid, which `watched` then holds no more. */
  readonly down: readonly Watched[]
  /** Of those in `watched`. */
  quiet: QuietSizes
  /** When all sizes were last taken, the same or not. */
  takenMs: number
}

/** A history takes longer times without a sample for missing ones. */
const TAKEN_EACH_MS = TIME.bucketSeconds * 1000

type QuickCheckPorts = Pick<MonitorPorts, 'sampler' | 'quietLook' | 'monotonicMs'> &
  Pick<QuickPorts, 'onMeasured'>

export class QuickCheck {
  readonly #ports: QuickCheckPorts
  /** undefined: supervisord has to be asked. */
  #known: Known | undefined

  constructor(ports: QuickCheckPorts) {
    this.#ports = ports
  }

  /** The next look asks supervisord; until then no descriptor is kept of processes that nobody may want any more. */
  forget(): void {
    this.#known = undefined
    this.#ports.quietLook()?.release()
  }

  /** From now on a look that finds the same children need not ask. */
  prepare(found: Found): void {
    const watched = found.watched.filter(({ process }) => process.pid > 0)
    if (watched.length === 0) return
    const down = found.watched.filter(({ process }) => process.pid === 0)
    if (this.#ports.quietLook()?.watch(watched.map(({ process }) => process.pid)))
      this.#known = {
        ...{ ...found, watched, down },
        ...{ quiet: noQuietSizes(watched.length), takenMs: found.atMs },
      }
  }

  /** undefined if supervisord has to be asked. */
  see(settings: Ruleset): QuickSight | undefined {
    const look = this.#ports.quietLook()
    if (!look) return undefined
    // Read first, always: the next check compares with this reading.
    const unchanged = look.isUnchanged()
    const known = this.#known
    if (!unchanged || !known || settings.verbose) return undefined
    const nowMs = this.#ports.monotonicMs()
    if (nowMs > known.untilMs) return undefined
    if (nowMs - known.takenMs >= TAKEN_EACH_MS) takeAll(known, nowMs)
    const seen = quickLook(known.watched, look, known.quiet, {
      plain: areCounted(settings, false),
      trees: areCounted(settings, true),
      swapUsedBytes: this.#ports.sampler.swapUsedBytes,
      onMeasured: this.#ports.onMeasured,
    })
    if (seen.kind === 'ask') return undefined
    return { kind: seen.kind, aged: () => withDown(known, seen.aged(this.#ports.monotonicMs() - known.atMs)) }
  }
}

function takeAll(known: Known, nowMs: number): void {
  known.quiet.plain.fill(Number.NaN)
  known.takenMs = nowMs
}

const withDown = ({ down }: Known, { watched, rssOf }: ReturnType<QuickSight['aged']>) => ({
  watched: [...watched, ...down],
  rssOf,
})
