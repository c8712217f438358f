// The history in the state folder: read when the folder is memmon's, written every five minutes and at the end, a few
// processes at a time and never while a check runs. A disk that fails costs the file, and memmon nothing else.
import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { replaceFile } from '../base/atomic-file.ts'
import { messageOf } from '../base/errors.ts'
import { despiteLack } from '../base/lack.ts'
import type { Log } from '../base/log.ts'
import { trouble, troubleOver } from '../base/log-facts.ts'
import type { Histories, Moment } from './histories.ts'
import { HISTORY_VERSION, historyHeader } from './history-lines.ts'
import { leftOutText, unreadText, unwrittenText, writtenAgainText } from './history-texts.ts'
import { trackedLine } from './kept-tracked.ts'
import { HISTORY_FILE, readHistory } from './read-history.ts'

const BETWEEN_WRITES_SECONDS = 300
/** A leak that began or ended is told once: what is known of that should not be lost with memmon. */
const NEWS_WAIT_SECONDS = 60
/** Lines made without a pause: a millisecond. */
const SLICE = 16
const BUSY_POLL_MS = 50
/** Of the ten seconds that supervisord gives a program to stop (stopwaitsecs). */
const MOST_END_MS = 4_000

/** A folder that is memmon's alone: see restart/state-folder.ts. */
export interface OwnFolder {
  readonly path: string
  isIntact(): Promise<boolean>
  remake(): Promise<void>
}

export interface HistoryFilePorts {
  /** This run of memmon, as its lock has it. */
  readonly run: string
  readonly histories: Histories
  readonly now: () => Moment
  /** A check runs. */
  readonly isBusy: () => boolean
  readonly sleep: (ms: number) => Promise<void>
  readonly log: Log
}

export class HistoryFile {
  readonly #ports: HistoryFilePorts
  #folder: OwnFolder | undefined
  #lastSeconds = 0
  /** What is done with the file now. */
  #doing: Promise<void> | undefined
  #isFailing = false
  #isEnding = false

  constructor(ports: HistoryFilePorts) {
    this.#ports = ports
  }

  /** The folder is memmon's: takes over what is there. Never rejects. */
  attach(folder: OwnFolder): Promise<void> {
    return this.#do(async () => {
      await this.#takeOver(join(folder.path, HISTORY_FILE))
      this.#lastSeconds = this.#ports.now().atSeconds
      this.#folder = folder
    })
  }

  /** A check is over: writes what it has changed, if it is time to. */
  look(): void {
    const { histories, now } = this.#ports
    const folder = this.#folder
    if (!folder || this.#doing || !this.#isDirty) return
    const waited = now().atSeconds - this.#lastSeconds
    if (waited >= (histories.hasNews ? NEWS_WAIT_SECONDS : BETWEEN_WRITES_SECONDS))
      void this.#do(() => this.#write(folder))
  }

  /** memmon ends: writes what there is, unless the disk takes too long. Never rejects. */
  async save(): Promise<void> {
    this.#isEnding = true
    const saving = this.#saveAll()
    await Promise.race([saving, this.#ports.sleep(MOST_END_MS)])
  }

  async #saveAll(): Promise<void> {
    while (this.#doing) await this.#doing
    const folder = this.#folder
    if (folder && this.#isDirty) await this.#do(() => this.#write(folder))
  }

  get #isDirty(): boolean {
    return this.#ports.histories.hasChanged || this.#isFailing
  }

  #do(work: () => Promise<void>): Promise<void> {
    const doing = work().finally(() => {
      this.#doing = undefined
    })
    this.#doing = doing
    return doing
  }

  async #takeOver(path: string): Promise<void> {
    const { log, sleep, histories, now } = this.#ports
    try {
      const read = () => readHistory(path, undefined, () => this.#calm())
      const found = await despiteLack(read, sleep)
      if (!found) return
      histories.restore(found.tracked, now())
      const aside = `${path}.version-${found.version}`
      if (found.version !== undefined && found.version !== HISTORY_VERSION) await rename(path, aside)
      const text = leftOutText(found, path, basename(aside))
      if (text) log('WARN', text, trouble('history'))
    } catch (thrown) {
      log('WARN', unreadText(messageOf(thrown)), trouble('history'))
    }
  }

  async #write(folder: OwnFolder): Promise<void> {
    const { log, now } = this.#ports
    const path = join(folder.path, HISTORY_FILE)
    this.#lastSeconds = now().atSeconds
    try {
      if (!(await folder.isIntact())) {
        await folder.remake()
        log(
          'WARN',
          `The state folder ${folder.path} was deleted or replaced: memmon has recreated it`,
          trouble('history'),
        )
      }
      await replaceFile(path, this.#text())
      if (this.#isFailing) log('INFO', writtenAgainText(path), troubleOver('history'))
      this.#isFailing = false
    } catch (thrown) {
      if (!this.#isFailing) log('WARN', unwrittenText(messageOf(thrown)), trouble('history'))
      this.#isFailing = true
    }
  }

  async *#text(): AsyncGenerator<string> {
    const { run, histories, now } = this.#ports
    const all = histories.toWrite()
    yield historyHeader(run, now().atMs, all.length)
    for (let at = 0; at < all.length; at += SLICE) {
      await this.#calm()
      const slice = all.slice(at, at + SLICE)
      yield slice.map(([namespec, tracked]) => trackedLine(namespec, tracked)).join('')
    }
  }

  /** No check runs. */
  async #calm(): Promise<void> {
    while (this.#ports.isBusy() && !this.#isEnding) await this.#ports.sleep(BUSY_POLL_MS)
  }
}
