// The outbox's folder, once there is one, and what is on its way there. A disk that fails costs no message: those that
// wait are in memory as well.
import { join } from 'node:path'
import { messageOf } from '../core/errors.ts'
import type { Log } from '../observe/log.ts'
import { type Entry, readEntries, removeEntry, writeEntry } from './outbox-files.ts'

export class OutboxDisk {
  readonly #log: Log
  readonly #pending = new Set<Promise<void>>()
  #folder: string | undefined
  #fails = false

  constructor(log: Log) {
    this.#log = log
  }

  /** What an earlier memmon has left below this folder, which is used from now on; nothing if it cannot be. */
  async open(stateFolder: string): Promise<Entry[]> {
    const folder = join(stateFolder, 'outbox')
    try {
      const { entries, unreadable, left } = await readEntries(folder)
      if (entries.length > 0)
        this.#log('INFO', `${entries.length} messages of an earlier memmon are still to be sent`)
      if (unreadable > 0)
        this.#log('WARN', `${unreadable} unreadable messages of the outbox in ${folder} are left out`)
      if (left > 0)
        this.#log('WARN', `${left} messages in ${folder} cannot be read now and are left to the next memmon`)
      this.#folder = folder
      return entries
    } catch (thrown) {
      this.#log(
        'WARN',
        `The outbox in ${folder} cannot be used (${messageOf(thrown)}): messages that wait are lost if memmon ends`,
      )
      return []
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
      this.#log('WARN', `${waiting} messages that wait are lost: there is no state folder to keep them`)
  }

  #guard(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = this.#folder
    if (folder === undefined) return Promise.resolve()
    const done: Promise<void> = work(folder)
      .then(
        () => this.#onWritten(),
        (thrown: unknown) => this.#onFailure(thrown),
      )
      .finally(() => this.#pending.delete(done))
    this.#pending.add(done)
    return done
  }

  #onWritten(): void {
    if (this.#fails) this.#log('INFO', 'The outbox is written again')
    this.#fails = false
  }

  /** Told once. */
  #onFailure(thrown: unknown): void {
    if (!this.#fails) {
      this.#log(
        'WARN',
        `The outbox cannot be written (${messageOf(thrown)}): messages that wait are lost if memmon ends`,
      )
    }
    this.#fails = true
  }
}
