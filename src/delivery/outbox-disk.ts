// The outbox's folder, once there is one, and what is on its way there. A disk that fails costs no message: those that
// wait are in memory as well.
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { trouble, troubleOver } from '../base/log-facts.ts'
import { type Entry, readEntries, removeEntry, writeEntry } from './outbox-files.ts'

/** Takes over what an earlier memmon has left. */
type Take = (entries: readonly Entry[]) => Promise<void>

/** A folder that cannot be used is tried again after this long, doubling. */
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 300_000

export class OutboxDisk {
  readonly #log: Log
  readonly #pending = new Set<Promise<void>>()
  #folder: string | undefined
  #fails = false
  /** What is still to be opened. */
  #unopened: { readonly folder: string; readonly take: Take } | undefined
  #trying: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isEnding = false

  constructor(log: Log) {
    this.#log = log
  }

  /**
   * Uses this folder from now on, and hands over what an earlier memmon has left below it. One that cannot be used, as
   * without a descriptor left, is tried again. Resolves when the first try is over; never rejects.
   */
  async open(stateFolder: string, take: Take): Promise<void> {
    this.#unopened = { folder: join(stateFolder, 'outbox'), take }
    await this.#tryToOpen()
    this.#openLater(FIRST_WAIT_MS)
  }

  /** The last try to open the folder, if that has failed so far. */
  async end(): Promise<void> {
    this.#isEnding = true
    clearTimeout(this.#timer)
    await this.#trying
    await this.#tryToOpen()
  }

  #openLater(waitMs: number): void {
    if (!this.#unopened || this.#isEnding) return
    const next = () =>
      void this.#tryToOpen().then(() => this.#openLater(Math.min(LONGEST_WAIT_MS, waitMs * 2)))
    this.#timer = setTimeout(next, waitMs)
  }

  #tryToOpen(): Promise<void> {
    this.#trying = this.#openOnce()
    return this.#trying
  }

  async #openOnce(): Promise<void> {
    if (!this.#unopened) return
    const { folder, take } = this.#unopened
    const entries = await this.#read(folder)
    if (!entries) return
    this.#unopened = undefined
    this.#folder = folder
    this.#onWritten()
    await take(entries)
  }

  /** What waits in the folder; undefined if it cannot be used now. */
  async #read(folder: string): Promise<Entry[] | undefined> {
    try {
      const { entries, unreadable, left } = await readEntries(folder)
      if (entries.length > 0) this.#log('INFO', `${entries.length} undelivered messages from an earlier run`)
      if (unreadable > 0)
        this.#log(
          'WARN',
          `${unreadable} unreadable messages in the outbox ${folder} were skipped`,
          trouble('outbox'),
        )
      if (left > 0)
        this.#log(
          'WARN',
          `${left} messages in ${folder} cannot be read now and are left for the next memmon`,
          trouble('outbox'),
        )
      return entries
    } catch (thrown) {
      this.#onFailure(
        `The outbox in ${folder} cannot be used (${messageOf(thrown)}): undelivered messages are lost if memmon ends`,
      )
      return undefined
    }
  }

  /** Resolves when it is on disk, synced. Never rejects. */
  write(entry: Entry): Promise<void> {
    return this.#guard(folder => writeEntry(folder, entry))
  }

  /** Never rejects. */
  remove(entry: Entry): Promise<void> {
    return this.#guard(folder => removeEntry(folder, entry))
  }

  /** Resolves when nothing is being written or removed. */
  async whenQuiet(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  /** memmon ends with so many messages that wait. */
  onEnd(waiting: number): void {
    if (this.#folder === undefined && waiting > 0)
      this.#log(
        'WARN',
        `Lost ${waiting} undelivered messages: no state folder to keep them in`,
        trouble('outbox'),
      )
  }

  #guard(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = this.#folder
    if (folder === undefined) return Promise.resolve()
    const done: Promise<void> = work(folder)
      .then(
        () => this.#onWritten(),
        (thrown: unknown) =>
          this.#onFailure(
            `The outbox cannot be written (${messageOf(thrown)}): undelivered messages are lost if memmon ends`,
          ),
      )
      .finally(() => this.#pending.delete(done))
    this.#pending.add(done)
    return done
  }

  #onWritten(): void {
    if (this.#fails) this.#log('INFO', 'The outbox can be written again', troubleOver('outbox'))
    this.#fails = false
  }

  /** Logged once. */
  #onFailure(text: string): void {
    if (!this.#fails) this.#log('WARN', text, trouble('outbox'))
    this.#fails = true
  }
}
