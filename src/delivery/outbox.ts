// Messages until every channel has taken them: tried at once, then again with growing waits, over restarts of memmon.
// Bounded: 1,000 messages, 7 days.
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { defect, trouble } from '../base/log-facts.ts'
import { type Channel, type Delivery, failedTry, type Outgoing } from './channel.ts'
import { droppedText, keptOf } from './outbox-bounds.ts'
import { OutboxDisk } from './outbox-disk.ts'
import type { Entry, Waiting } from './outbox-files.ts'
import { type NextTry, triedLine, unsetText } from './outbox-lines.ts'
import {
  dueTickOf,
  hurry,
  LAST_WAIT_MS,
  nextFor,
  type Pause,
  pauseAfter,
  pausesOf,
  waitsFor,
} from './waits.ts'

export interface OutboxPorts {
  /** The same objects until the settings change. */
  readonly channels: () => readonly Channel[]
  readonly log: Log
  readonly nowMs: () => number
  /** The monotonic clock, in milliseconds: a change of the date neither hurries nor holds up a try. */
  readonly tick: () => number
  /** 0 up to 1, for jitter. */
  readonly random: () => number
  /** The channel with this key failed to send. */
  readonly onFailure?: (channelKey: string) => void
}

const LAST_TRY_MS = 200

export class Outbox {
  readonly #ports: OutboxPorts
  readonly #disk: OutboxDisk
  #attached: Promise<void> | undefined
  #entries: Entry[] = []
  /** By the key of a channel, like the next one. */
  readonly #running = new Map<string, Promise<void>>()
  #pauses = new Map<string, Pause>()
  #timer: NodeJS.Timeout | undefined
  #dropped = 0
  #closing: Promise<void> | undefined

  constructor(ports: OutboxPorts) {
    this.#ports = ports
    this.#disk = new OutboxDisk(ports.log)
  }

  get size(): number {
    return this.#entries.length
  }

  /** Kept below this folder, with what an earlier memmon has left there, as soon as it can be used. Never rejects. */
  attach(stateFolder: string): Promise<void> {
    this.#attached = this.#disk.open(stateFolder, entries => this.#join(entries))
    return this.#attached
  }

  /** Takes a message for all channels and tries it at once. */
  add(message: Outgoing): void {
    const dueTick = this.#ports.tick()
    const waiting = this.#ports.channels().map(({ key }): Waiting => ({ channel: key, failures: 0, dueTick }))
    if (waiting.length === 0) return
    const entry = { message, waiting }
    this.#entries.push(entry)
    this.#shorten()
    void this.#write(entry).then(() => this.#deliver())
  }

  /** The channels have other settings: tries at once what waits for them. */
  retry(): void {
    for (const channel of this.#ports.channels()) this.#hurry(channel)
    this.#deliver()
  }

  /** Resolves when everything is on disk, no try is running and none is due now. */
  async whenIdle(): Promise<void> {
    await this.#whenKept()
    await new Promise(setImmediate)
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  /**
   * Begins no more tries. Resolves when what waits is on disk, for the next memmon, and no try is running: one that
   * goes on would send a message that the next memmon sends as well. What is added later is written as well: the next
   * call waits for that.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#end()
    await this.#closing
    await this.#whenKept()
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#disk.end()
    await this.#whenKept()
    await this.#disk.onEnd(this.size)
    // One that is nearly through is not cut off.
    const running = Promise.all(this.#running.values())
    await Promise.race([running, sleep(LAST_TRY_MS)])
    for (const channel of this.#ports.channels()) channel.abandon?.()
    await running
  }

  async #join(entries: readonly Entry[]): Promise<void> {
    const tick = this.#ports.tick()
    hurry(
      entries.flatMap(({ waiting }) => waiting),
      tick,
    )
    this.#pauses = new Map([...pausesOf(entries, tick), ...this.#pauses])
    const own = this.#entries
    this.#entries = [...entries, ...own]
    for (const entry of own) await this.#write(entry)
    this.#deliver()
  }

  async #whenKept(): Promise<void> {
    await this.#attached
    await this.#disk.whenQuiet()
  }

  /** Each channel by itself: one that hangs holds up no other. */
  #deliver(): void {
    if (this.#closing) return
    this.#shorten()
    this.#forgetOthers(new Set(this.#ports.channels().map(({ key }) => key)))
    for (const channel of this.#ports.channels()) {
      if (this.#running.has(channel.key) || !this.#isDue(channel)) continue
      const run = this.#deliverBy(channel)
        .catch((thrown: unknown) => this.#onDefect(channel, thrown))
        .finally(() => {
          this.#running.delete(channel.key)
          // It failed by settings of before.
          if (!this.#isSet(channel)) this.#hurry(channel)
          this.#deliver()
        })
      this.#running.set(channel.key, run)
    }
    this.#wake()
  }

  #isSet(channel: Channel): boolean {
    return this.#ports.channels().includes(channel)
  }

  /** What waits for it is due now; how often that has failed still counts. */
  #hurry({ key }: Channel): void {
    const tick = this.#ports.tick()
    hurry(
      waitsFor(key, this.#entries).map(({ waiting }) => waiting),
      tick,
    )
    const pause = this.#pauses.get(key)
    if (pause) this.#pauses.set(key, { ...pause, untilTick: tick })
  }

  #isDue({ key }: Channel): boolean {
    return dueTickOf(key, this.#entries, this.#pauses.get(key)) <= this.#ports.tick()
  }

  async #deliverBy(channel: Channel): Promise<void> {
    while (!this.#closing && this.#isSet(channel) && this.#isDue(channel)) {
      const next = nextFor(channel.key, this.#entries, this.#ports.tick())
      if (!next) return
      const delivery = await channel
        .deliver(next.entry.message)
        .catch((thrown: unknown) => failedTry(messageOf(thrown)))
      await this.#settle(next.entry, next.waiting, channel, delivery)
    }
  }

  async #settle(entry: Entry, waiting: Waiting, channel: Channel, delivery: Delivery): Promise<void> {
    const { log, onFailure } = this.#ports
    if (!delivery.ok) onFailure?.(channel.key)
    const isAgain = !delivery.ok && !delivery.permanent
    const next = isAgain ? this.#pause(channel, waiting) : undefined
    const { level, text, facts } = triedLine(entry.message, channel, delivery, next)
    log(level, text, facts)
    if (isAgain) return this.#write(entry)
    this.#pauses.delete(channel.key)
    entry.waiting.splice(entry.waiting.indexOf(waiting), 1)
    if (entry.waiting.length > 0) await this.#write(entry)
    else await this.#remove(entry)
  }

  /** Leaves the channel alone, longer each time; says for how long, and what else waits. */
  #pause({ key }: Channel, waiting: Waiting): NextTry {
    const [now, random] = [this.#ports.tick(), this.#ports.random()]
    const pause = pauseAfter(waiting, this.#pauses.get(key), now, random)
    this.#pauses.set(key, pause)
    const inMs = dueTickOf(key, this.#entries, pause) - now
    return { inMs, othersWaiting: waitsFor(key, this.#entries).length - 1 }
  }

  #onDefect({ key }: Channel, thrown: unknown): void {
    this.#pauses.set(key, { failures: 1, untilTick: this.#ports.tick() + LAST_WAIT_MS })
    this.#ports.log(
      'ERRO',
      `Internal error in the outbox, please report it: ${messageOf(thrown)}`,
      defect(false),
    )
  }

  /** Channels that are no longer set will never take what waits for them. */
  #forgetOthers(keys: ReadonlySet<string>): void {
    for (const entry of [...this.#entries]) {
      const others = entry.waiting.filter(({ channel }) => !keys.has(channel))
      for (const other of others) entry.waiting.splice(entry.waiting.indexOf(other), 1)
      if (others.length === 0) continue
      this.#ports.log('WARN', unsetText(entry.message, others), trouble('outbox'))
      if (entry.waiting.length === 0) void this.#remove(entry)
    }
  }

  /** Drops what is too old or too much, and says how many. */
  #shorten(): void {
    const kept = keptOf(this.#entries, this.#ports.nowMs())
    const gone = this.#entries.filter(entry => !kept.includes(entry))
    if (gone.length === 0) return
    this.#entries = kept
    const before = this.#dropped
    this.#dropped += gone.length
    for (const entry of gone) void this.#remove(entry)
    const text = droppedText(before, this.#dropped)
    if (text !== undefined) this.#ports.log('ERRO', text, trouble('outbox'))
  }

  #wake(): void {
    clearTimeout(this.#timer)
    const idle = this.#ports.channels().filter(({ key }) => !this.#running.has(key))
    const dueTick = Math.min(...idle.map(({ key }) => dueTickOf(key, this.#entries, this.#pauses.get(key))))
    if (this.#closing || !Number.isFinite(dueTick)) return
    this.#timer = setTimeout(() => this.#deliver(), Math.max(100, dueTick - this.#ports.tick()))
  }

  async #write(entry: Entry): Promise<void> {
    if (this.#entries.includes(entry)) await this.#disk.write(entry)
  }

  async #remove(entry: Entry): Promise<void> {
    this.#entries = this.#entries.filter(other => other !== entry)
    await this.#disk.remove(entry)
  }
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
