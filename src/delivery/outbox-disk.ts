// The outbox's folder, once there is one, and what is on its way there. A disk that fails costs no message: those that
// wait are in memory as well, and are written again when the disk works again, and at the end.
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { trouble, troubleOver } from '../base/log-facts.ts'
import { MOST_MESSAGES } from './outbox-bounds.ts'
import { type Entry, hasEntry, readEntries, removeEntry, writeEntry } from './outbox-files.ts'

/** Takes over what an earlier memmon has left. */
type Take = (entries: readonly Entry[]) => Promise<void>

type Work = typeof writeEntry | typeof removeEntry

/** A folder that cannot be used is tried again after this long, doubling. */
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 300_000

export class OutboxDisk {
  readonly #log: Log
  /** The last of each entry that is under way. */
  readonly #pending = new Map<Entry, Promise<void>>()
  /** What has failed and is still to be done; the disk fails while there is any. */
  readonly #undone = new Map<Entry, Work>()
  #redoing: Promise<void> | undefined
  #folder: string | undefined
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
    await this.#tryToOpen(true)
    this.#openLater(FIRST_WAIT_MS)
  }

  /** The last try at what has failed so far: to open the folder, to write and to remove. */
  async end(): Promise<void> {
    this.#isEnding = true
    clearTimeout(this.#timer)
    await this.#trying
    await this.#tryToOpen(false)
    await this.whenQuiet()
    await this.#redo()
  }

  #openLater(waitMs: number): void {
    if (!this.#unopened || this.#isEnding) return
    const next = () =>
      void this.#tryToOpen(false).then(() => this.#openLater(Math.min(LONGEST_WAIT_MS, waitMs * 2)))
    this.#timer = setTimeout(next, waitMs)
  }

  #tryToOpen(isFirst: boolean): Promise<void> {
    this.#trying = this.#openOnce(isFirst)
    return this.#trying
  }

  async #openOnce(isFirst: boolean): Promise<void> {
    if (!this.#unopened) return
    const { folder, take } = this.#unopened
    const entries = await this.#read(folder, isFirst)
    if (!entries) return
    this.#unopened = undefined
    this.#folder = folder
    if (!isFirst) this.#sayAgain()
    await take(entries)
  }

  /** What waits in the folder; undefined if it cannot be used now: logged once. */
  async #read(folder: string, isFirst: boolean): Promise<Entry[] | undefined> {
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
      if (isFirst)
        this.#log(
          'WARN',
          `The outbox in ${folder} cannot be used (${messageOf(thrown)}): undelivered messages are lost if memmon ends`,
          trouble('outbox'),
        )
      return undefined
    }
  }

  /** Resolves when it is on disk, synced, or the disk has failed. Never rejects. */
  async write(entry: Entry): Promise<void> {
    if (await this.#do(entry, writeEntry)) void this.#redo()
  }

  /** Never rejects. */
  async remove(entry: Entry): Promise<void> {
    if (await this.#do(entry, removeEntry)) void this.#redo()
  }

  /** Resolves when nothing is being written or removed. */
  async whenQuiet(): Promise<void> {
    while (this.#pending.size > 0 || this.#redoing)
      await Promise.all([...this.#pending.values(), this.#redoing])
  }

  /** memmon ends with so many messages that wait: says how many of them are lost. */
  async onEnd(waiting: number): Promise<void> {
    const lost = this.#folder === undefined ? waiting : await this.#countUnwritten(this.#folder)
    const text =
      this.#folder === undefined
        ? `Lost ${lost} undelivered messages: no state folder to keep them in`
        : `Lost ${lost} undelivered messages: the outbox cannot be written`
    if (lost > 0) this.#log('WARN', text, trouble('outbox'))
  }

  async #countUnwritten(folder: string): Promise<number> {
    const unwritten = [...this.#undone].filter(([, work]) => work === writeEntry)
    const areThere = await Promise.all(unwritten.map(([entry]) => hasEntry(folder, entry)))
    return areThere.filter(isThere => !isThere).length
  }

  /** False if the disk failed, or the folder is not open yet. */
  async #do(entry: Entry, work: Work): Promise<boolean> {
    const folder = this.#folder
    if (folder === undefined) return false
    let fault: unknown
    const done = work(folder, entry).catch((thrown: unknown) => {
      fault = thrown
    })
    this.#pending.set(entry, done)
    await done
    // What came meanwhile decides about this entry.
    if (this.#pending.get(entry) !== done) return fault === undefined
    this.#pending.delete(entry)
    if (fault === undefined) this.#onDone(entry)
    else this.#onFailure(entry, work, messageOf(fault))
    return fault === undefined
  }

  /** What has failed, one after the other: descriptors may be short. */
  #redo(): Promise<void> {
    this.#redoing ??= this.#redoAll().finally(() => {
      this.#redoing = undefined
    })
    return this.#redoing
  }

  async #redoAll(): Promise<void> {
    for (const [entry, work] of [...this.#undone])
      if (this.#undone.get(entry) === work && !this.#pending.has(entry)) await this.#do(entry, work)
  }

  #onDone(entry: Entry): void {
    if (this.#undone.delete(entry) && this.#undone.size === 0) this.#sayAgain()
  }

  #onFailure(entry: Entry, work: Work, why: string): void {
    if (this.#undone.size === 0)
      this.#log(
        'WARN',
        `The outbox cannot be written (${why}): undelivered messages are lost if memmon ends`,
        trouble('outbox'),
      )
    this.#undone.set(entry, work)
    const removals = [...this.#undone].flatMap(([one, of]) => (of === removeEntry ? [one] : []))
    for (const oldest of removals.slice(0, -MOST_MESSAGES)) this.#undone.delete(oldest)
  }

  #sayAgain(): void {
    this.#log('INFO', 'The outbox can be written again', troubleOver('outbox'))
  }
}
