// Programs that an operator has muted: until then memmon neither acts on them nor reports anything about them. Bounded in
// number and time; the journal keeps them over a restart of memmon. Ticks are milliseconds of the monotonic clock.
import type { Log } from '../base/log.ts'
import { formatDuration } from '../base/units.ts'
import { mutedText, muteFacts, unmutedText, untilText } from '../messages/by-hand-text.ts'
import type { RestartRequest } from '../rules/outcome.ts'
import type { Terms } from './job-events.ts'

/** Longer than any deploy: to leave a program alone for good is what --ignore is for. */
export const LONGEST_MUTE_SECONDS = 86_400
export const MOST_MUTES = 200

export interface Mute {
  readonly namespec: string
  /** In epoch milliseconds, for people; `untilTick` decides. */
  readonly untilMs: number
  readonly untilTick: number
}

export interface MutesPorts {
  /** Resolves when it is in the journal, if memmon has one. */
  readonly note: (change: { readonly mute?: Mute; readonly unmuted?: string }) => Promise<void>
  /** A person has muted a program, or unmuted it. */
  readonly onChange: () => void
  readonly log: Log
  readonly nowMs: () => number
  readonly tick: () => number
}

export class Mutes {
  readonly #ports: MutesPorts
  readonly #byName = new Map<string, Mute>()

  constructor(ports: MutesPorts) {
    this.#ports = ports
  }

  get all(): readonly Mute[] {
    return [...this.#byName.values()]
  }

  isMuted(namespec: string): boolean {
    return this.#byName.has(namespec)
  }

  /** Continues with those of an earlier memmon. */
  open(mutes: readonly Mute[]): void {
    for (const mute of mutes) this.#add(mute)
  }

  /** A check begins: forgets mutes that are over. */
  check(): void {
    if (this.#byName.size === 0) return
    const now = this.#ports.tick()
    for (const { namespec, untilTick } of this.all) if (untilTick <= now) void this.#remove(namespec)
  }

  /** Leaves a process alone. The mute, once it is in the journal, or the reason why not, in one clause. */
  async mute(namespec: string, seconds: number): Promise<Mute | string> {
    const { nowMs, tick, note, onChange } = this.#ports
    if (seconds > LONGEST_MUTE_SECONDS) return `${formatDuration(seconds)} is too long: 1d at most`
    if (this.#byName.size >= MOST_MUTES && !this.isMuted(namespec))
      return `${MOST_MUTES} programs are muted already: end one of these first`
    const mute = { namespec, untilMs: nowMs() + seconds * 1000, untilTick: tick() + seconds * 1000 }
    this.#add(mute)
    onChange()
    await note({ mute })
    return mute
  }

  /** False if it was not muted. */
  async unmute(namespec: string): Promise<boolean> {
    if (!this.isMuted(namespec)) return false
    const noted = this.#remove(namespec)
    this.#ports.onChange()
    await noted
    return true
  }

  /** While the process is muted, memmon does nothing of its own accord. */
  unlessMuted(request: RestartRequest, terms: Terms): Terms {
    const mute = this.#byName.get(request.process.namespec)
    if (!mute || request.breach.isByHand) return terms
    return {
      kind: 'spared',
      why: `it is muted until ${untilText(mute)}`,
      ...(terms.plan && { plan: terms.plan }),
    }
  }

  #add(mute: Mute): void {
    this.#byName.set(mute.namespec, mute)
    this.#ports.log('INFO', mutedText(mute), () => ({ event: 'muted', ...muteFacts(mute) }))
  }

  #remove(namespec: string): Promise<void> {
    this.#byName.delete(namespec)
    this.#ports.log('INFO', unmutedText(namespec), () => ({ event: 'unmuted', namespec }))
    return this.#ports.note({ unmuted: namespec })
  }
}
