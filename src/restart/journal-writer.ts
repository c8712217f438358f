// Writes the journal: one write after the other, all of it again after a failure or when it has grown, and nobody waits
// for a disk that does not answer.
import { messageOf } from '../base/errors.ts'

/** The disk, as far as it is written. Both throw an Error when the disk does not do it. */
export interface WritableDisk {
  /** The whole journal, in place of the old one in one step; synced. */
  replace(text: string): Promise<void>
  /** Further lines; synced. Throws an Error if it is no longer the place that `replace` has written to. */
  append(text: string): Promise<void>
}

export interface WriterPorts {
  readonly disk: WritableDisk
  /** All that counts by now, with what was to be appended. */
  readonly whole: () => string
  readonly sleep: (ms: number) => Promise<void>
  /** Logged once when the disk fails, and once when it works again. */
  readonly tell: (text: string, isOver?: boolean) => void
}

/** Written anew, with what still counts, when it has grown past this. */
const MOST_BYTES = 256 * 1024
/** A disk that answers later, as one over a network may, holds up no restart. */
const PATIENCE_MS = 10_000
const SILENT = `the disk has not answered for ${PATIENCE_MS / 1000} s`

/** What it means that nothing can be noted. */
export const unprotectedText = (why: string): string =>
  `The journal cannot be written (${why}): restarts continue, but if memmon is killed between a stop and a start, ` +
  'nothing starts that program again'

/** Rejects if the disk does not answer. */
export function answered<T>(answer: Promise<T>, sleep: (ms: number) => Promise<void>): Promise<T> {
  const late = sleep(PATIENCE_MS).then(() => {
    throw new Error(SILENT)
  })
  return Promise.race([answer, late])
}

/** None of its promises rejects. */
export class JournalWriter {
  readonly #ports: WriterPorts
  /** False until all of it has been written: after an append that failed, too. */
  #isWhole = false
  #bytes = 0
  #failing = false
  /** The disk has not answered for a while: nobody waits for it. */
  #isSilent = false
  /** Writes that are not over. */
  #pending = 0
  /** All of it is to be written when the disk answers. */
  #isRewriteDue = false
  #last: Promise<void> = Promise.resolve()

  constructor(ports: WriterPorts) {
    this.#ports = ports
  }

  /** Resolves when all up to these lines is on disk, cannot be written, or the disk does not answer. */
  append(text: string): Promise<void> {
    if (text !== '') this.#enqueue(text)
    return this.#patiently(this.#last)
  }

  /** The same for all of it, for the first time or after a failure. */
  replace(): Promise<void> {
    this.#isWhole = false
    this.#enqueue('')
    return this.#patiently(this.#last)
  }

  /** Resolves when the disk has answered all. */
  flush(): Promise<void> {
    return this.#last
  }

  /** Behind a disk that does not answer one write waits at most, which is one of everything. */
  #enqueue(text: string): void {
    if (this.#isSilent && this.#isRewriteDue) return
    this.#pending++
    if (!this.#isSilent) {
      this.#last = this.#last.then(() => this.#write(text))
      return
    }
    this.#isRewriteDue = true
    this.#last = this.#last.then(() => {
      this.#isRewriteDue = false
      this.#isWhole = false
      return this.#write('')
    })
  }

  async #patiently(written: Promise<void>): Promise<void> {
    if (this.#isSilent) return
    const late = this.#ports.sleep(PATIENCE_MS).then(() => true)
    const isLate = await Promise.race([written.then(() => false), late])
    if (!isLate || this.#isSilent) return
    this.#isSilent = true
    this.#fail(SILENT)
    void this.#last.then(() => {
      this.#isSilent = false
    })
  }

  /** Logged once. */
  #fail(why: string): void {
    if (!this.#failing) this.#ports.tell(unprotectedText(why))
    this.#failing = true
  }

  async #write(text: string): Promise<void> {
    try {
      if (this.#isWhole && this.#bytes <= MOST_BYTES) await this.#appendOrReplace(text)
      else await this.#replace()
      this.#pending--
      this.#recover()
    } catch (thrown) {
      this.#pending--
      this.#isWhole = false
      this.#fail(messageOf(thrown))
    }
  }

  /** What is still to be written is not protected. */
  #recover(): void {
    if (!this.#failing || this.#pending > 0) return
    this.#ports.tell('The journal can be written again: restarts are protected', true)
    this.#failing = false
  }

  async #appendOrReplace(text: string): Promise<void> {
    try {
      await this.#ports.disk.append(text)
      this.#bytes += Buffer.byteLength(text)
    } catch {
      await this.#replace()
    }
  }

  async #replace(): Promise<void> {
    const text = this.#ports.whole()
    await this.#ports.disk.replace(text)
    this.#isWhole = true
    this.#bytes = Buffer.byteLength(text)
  }
}
