// Messages until every channel has taken them: tried at once, then again with growing waits, over restarts of memmon.
// Bounded: 1,000 messages, 7 days.
import { messageOf } from '../core/errors.ts'
import type { Log } from '../observe/log.ts'
import type { Channel, Delivery, Outgoing } from './channel.ts'
import { OutboxDisk } from './outbox-disk.ts'
import type { Entry, Waiting } from './outbox-files.ts'

export interface OutboxPorts {
  readonly channels: () => readonly Channel[]
  readonly log: Log
  readonly nowMs: () => number
  /** The clock that nobody sets, in milliseconds: a change of the date neither hurries nor holds up a try. */
  readonly tick: () => number
  /** 0 up to 1, for jitter. */
  readonly random: () => number
}

const MOST_MESSAGES = 1_000
const KEPT_MS = 7 * 86_400_000
const FIRST_WAIT_MS = 30_000
const LAST_WAIT_MS = 3_600_000
const LAST_TRY_MS = 200

export class Outbox {
  readonly #ports: OutboxPorts
  readonly #disk: OutboxDisk
  #attached: Promise<void> | undefined
  #entries: Entry[] = []
  #running: Promise<void> | undefined
  #again = false
  #timer: NodeJS.Timeout | undefined
  #dropped = 0
  #closed = false

  constructor(ports: OutboxPorts) {
    this.#ports = ports
    this.#disk = new OutboxDisk(ports.log)
  }

  get size(): number {
    return this.#entries.length
  }

  /** From now on kept below this folder, with what an earlier memmon has left there. Never rejects. */
  attach(stateFolder: string): Promise<void> {
    this.#attached = this.#attach(stateFolder)
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

  /** Resolves when everything is on disk, no try is running and none is due now. */
  async whenIdle(): Promise<void> {
    await this.#whenKept()
    await new Promise(setImmediate)
    while (this.#running) await this.#running
  }

  /**
   * Begins no more tries. Resolves when what waits is on disk, for the next memmon, and no try is running: one that
   * goes on would send a message that the next memmon sends as well.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#whenKept()
    if (!this.#disk.isOpen && this.size > 0)
      this.#ports.log(
        'WARN',
        `${this.size} messages that wait are lost: there is no state folder to keep them`,
      )
    // One that is nearly through is not cut off.
    await Promise.race([this.#running, sleep(LAST_TRY_MS)])
    for (const channel of this.#ports.channels()) channel.abandon?.()
    await this.#running
  }

  async #attach(stateFolder: string): Promise<void> {
    const entries = await this.#disk.open(stateFolder)
    // Another boot has another clock: no wait is longer than the longest.
    const latestTick = this.#ports.tick() + LAST_WAIT_MS
    for (const { waiting } of entries)
      for (const one of waiting) one.dueTick = Math.min(one.dueTick, latestTick)
    const own = this.#entries
    this.#entries = [...entries, ...own]
    for (const entry of own) await this.#write(entry)
    this.#shorten()
    this.#deliver()
  }

  async #whenKept(): Promise<void> {
    await this.#attached
    await this.#disk.whenQuiet()
  }

  #deliver(): void {
    if (this.#closed) return
    if (this.#running) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#running = this.#deliverDue()
      .catch((thrown: unknown) =>
        this.#ports.log('ERRO', `The outbox failed, which is a defect of memmon: ${messageOf(thrown)}`),
      )
      .finally(() => {
        this.#running = undefined
        const again = this.#again
        this.#again = false
        if (again) this.#deliver()
        else this.#wake()
      })
  }

  /** Each channel by itself: one that hangs holds up no other. */
  async #deliverDue(): Promise<void> {
    const channels = this.#ports.channels()
    this.#forgetOthers(new Set(channels.map(({ key }) => key)))
    await Promise.all(channels.map(channel => this.#deliverBy(channel)))
  }

  async #deliverBy(channel: Channel): Promise<void> {
    for (const entry of [...this.#entries]) {
      const waiting = entry.waiting.find(one => one.channel === channel.key)
      if (!waiting || this.#closed) continue
      if (waiting.dueTick > this.#ports.tick()) continue
      const delivery = await channel
        .deliver(entry.message)
        .catch((thrown: unknown): Delivery => ({ ok: false, why: messageOf(thrown), permanent: false }))
      await this.#settle(entry, waiting, channel, delivery)
      // Where one has to wait, those behind it wait, too: else each of them would be a try in vain.
      if (!delivery.ok && !delivery.permanent) return
    }
  }

  async #settle(entry: Entry, waiting: Waiting, channel: Channel, delivery: Delivery): Promise<void> {
    const what = channel.whatText(entry.message.subject)
    const { log } = this.#ports
    if (delivery.ok) log('INFO', `Sent ${what}${sentBy(channel, delivery.said)}`)
    else if (delivery.permanent)
      log('ERRO', `Failed to send ${what} by ${channel.by}: ${delivery.why}. It is given up`)
    else {
      waiting.failures++
      const waitMs = this.#waitMs(waiting.failures)
      waiting.dueTick = this.#ports.tick() + waitMs
      log(
        'ERRO',
        `Failed to send ${what} by ${channel.by}: ${delivery.why}. It is tried again in ${Math.round(waitMs / 1000)} s`,
      )
    }
    if (delivery.ok || delivery.permanent) entry.waiting.splice(entry.waiting.indexOf(waiting), 1)
    if (entry.waiting.length > 0) await this.#write(entry)
    else await this.#remove(entry)
  }

  #waitMs(failures: number): number {
    const full = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1))
    return full * (0.75 + this.#ports.random() / 4)
  }

  /** Channels that are no longer set will never take what waits for them. */
  #forgetOthers(keys: ReadonlySet<string>): void {
    for (const entry of [...this.#entries]) {
      const others = entry.waiting.filter(({ channel }) => !keys.has(channel))
      for (const other of others) entry.waiting.splice(entry.waiting.indexOf(other), 1)
      if (others.length === 0) continue
      this.#ports.log(
        'WARN',
        `"${entry.message.subject}" is not sent by ${others.map(({ channel }) => channel.split(' ')[0]).join(', ')}, which is no longer set`,
      )
      if (entry.waiting.length === 0) void this.#remove(entry)
    }
  }

  /** Drops what is too old or too much, and says how many. */
  #shorten(): void {
    const now = this.#ports.nowMs()
    const kept = this.#entries
      .filter(({ message }) => now - message.createdAt < KEPT_MS)
      .slice(-MOST_MESSAGES)
    const gone = this.#entries.filter(entry => !kept.includes(entry))
    if (gone.length === 0) return
    this.#entries = kept
    this.#dropped += gone.length
    for (const entry of gone) void this.#remove(entry)
    // The first, then each hundredth: a flood of messages is not to be one of lines.
    if (
      this.#dropped === gone.length ||
      Math.floor(this.#dropped / 100) > Math.floor((this.#dropped - gone.length) / 100)
    ) {
      this.#ports.log(
        'ERRO',
        `Dropped the oldest messages that wait, ${this.#dropped} so far: ${MOST_MESSAGES} are kept, for 7 days`,
      )
    }
  }

  #wake(): void {
    const dueTick = Math.min(...this.#entries.flatMap(({ waiting }) => waiting.map(one => one.dueTick)))
    if (this.#closed || !Number.isFinite(dueTick)) return
    this.#timer = setTimeout(
      () => {
        this.#shorten()
        this.#deliver()
      },
      Math.max(100, dueTick - this.#ports.tick()),
    )
  }

  async #write(entry: Entry): Promise<void> {
    if (this.#entries.includes(entry)) await this.#disk.write(entry)
  }

  async #remove(entry: Entry): Promise<void> {
    this.#entries = this.#entries.filter(other => other !== entry)
    await this.#disk.remove(entry)
  }
}

/** A mail command says nothing; a server's answer is worth a line's end. */
const sentBy = (channel: Channel, said: string): string => (said === '' ? '' : ` by ${channel.by}: ${said}`)

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
