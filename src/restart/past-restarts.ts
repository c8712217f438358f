// The restarts that the journal still has to know of: those that --max-restarts may count. Pure.
import type { JournalContents, PastRestart } from './journal-lines.ts'
import { LONGEST_MUTE_SECONDS, MOST_MUTES, type Mute } from './mutes.ts'

/** No window of --max-restarts is longer. */
const KEEP_RESTARTS_MS = 86_400_000
const MOST_RESTARTS_KEPT = 2_000
/** With all of them the journal would more than double. */
const MOST_REASONS = 20

/** The clocks of this memmon. */
export interface Clocks {
  readonly boot: string
  readonly tick: number
  readonly nowMs: number
}

/** Another boot has another clock: there the date has to do. A restart in the future was no restart. */
export function onThisClock(
  { boot, restarts }: Pick<JournalContents, 'boot' | 'restarts'>,
  now: Clocks,
): PastRestart[] {
  const isSame = boot !== '' && boot === now.boot
  return restarts
    .map(one => (isSame ? one : { ...one, tick: now.tick - (now.nowMs - one.at) }))
    .filter(one => one.tick <= now.tick)
    .sort((a, b) => a.tick - b.tick)
}

/** Those of the last day, the latest ones if there are too many. */
export const recent = (restarts: readonly PastRestart[], tick: number): PastRestart[] =>
  restarts.filter(one => tick - one.tick < KEEP_RESTARTS_MS).slice(-MOST_RESTARTS_KEPT)

/** Only the last ones keep their reasons: only people want to know. */
export const withLastReasons = (restarts: readonly PastRestart[]): PastRestart[] =>
  restarts.map((one, at) => {
    const { reason: _, ...rest } = one
    return at < restarts.length - MOST_REASONS ? rest : one
  })

/** The mutes still in force; by the date after a reboot, and never for longer than a mute may last. */
export function mutesOnThisClock(
  { boot, mutes }: Pick<JournalContents, 'boot' | 'mutes'>,
  now: Clocks,
): Mute[] {
  const isSame = boot !== '' && boot === now.boot
  return [...mutes.values()]
    .map(one => {
      const leftMs = isSame ? one.untilTick - now.tick : one.untilMs - now.nowMs
      const ms = Math.min(leftMs, LONGEST_MUTE_SECONDS * 1000)
      return { ...one, untilTick: now.tick + ms, untilMs: now.nowMs + ms }
    })
    .filter(({ untilTick }) => untilTick > now.tick)
    .slice(-MOST_MUTES)
}
