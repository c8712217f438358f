// The journal: what memmon has begun and must finish, whatever becomes of memmon itself. Every line is synced before
// what it announces is done. It is read before anything is written: a full or read-only disk holds up no work.
import { messageOf } from '../core/errors.ts'
import type { Job } from './job.ts'
import {
  endedLine,
  headerLine,
  JOURNAL_VERSION,
  type JournalContents,
  jobLine,
  type PastRestart,
  parseJournal,
  restartedLine,
} from './journal-lines.ts'

/** Where it is kept; see journal-disk.ts. All of it throws an Error when the disk does not do it. */
export interface JournalDisk {
  /** '' if there is none yet. */
  read(): Promise<string>
  /** Sets a journal of another version aside, and says under which name. */
  setAside(version: number): Promise<string>
  /** The whole journal, in place of the old one in one step; synced. */
  replace(text: string): Promise<void>
  /** Further lines; synced. Throws an Error if it is no longer the place that `replace` has written to. */
  append(text: string): Promise<void>
}

/** What one step changes. */
export interface JournalChanges {
  /** undefined: nothing is left to do for it. */
  readonly jobs: readonly (readonly [namespec: string, job: Job | undefined])[]
  readonly restart?: PastRestart | undefined
}

export interface JournalPorts {
  readonly disk: JournalDisk
  /** Tells one run of supervisord from another, and one boot. */
  readonly supervisord: string
  readonly boot: string
  readonly nowMs: () => number
  readonly tick: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Told once when the disk fails, and once when it works again. */
  readonly tell: (text: string) => void
}

/** What an earlier memmon has left. */
export interface Found {
  readonly jobs: readonly Job[]
  /** Another supervisord has decided since what runs. */
  readonly isNewer: boolean
  /** By this boot's clock, those to come left out. */
  readonly restarts: readonly PastRestart[]
  /** What the operator should know about the state of the journal. */
  readonly notices: readonly string[]
}

/** Written anew, with what still counts, when it has grown past this. */
const MOST_BYTES = 256 * 1024
/** No window of --max-restarts is longer. */
const KEEP_RESTARTS_MS = 86_400_000
const MOST_RESTARTS_KEPT = 2_000
/** A disk that answers later, as one over a network may, holds up no restart. */
const PATIENCE_MS = 10_000
const SILENT = `the disk has not answered for ${PATIENCE_MS / 1000} s`

/** What it means that nothing can be noted. */
export const unprotectedText = (why: string): string =>
  `The journal cannot be written (${why}): restarts go on, but if memmon is killed between a stop and a start, ` +
  'nothing starts that program again'

/** What the operator should know of a journal that was found, as the log has it. */
export const noticeText = (notice: string): string => `Journal: ${notice}`

/** None of what it notes rejects: a disk that fails is told, and the restart goes on unprotected. */
export class Journal {
  readonly #ports: JournalPorts
  readonly #lines = new Map<string, string>()
  #restarts: PastRestart[] = []
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

  constructor(ports: JournalPorts) {
    this.#ports = ports
  }

  /** Reads what an earlier memmon has left; writes nothing. */
  async read(): Promise<Found> {
    const { disk } = this.#ports
    const found = parseJournal(await this.#answered(disk.read()))
    if (found.version !== undefined && found.version !== JOURNAL_VERSION) {
      const what = await this.#answered(disk.setAside(found.version)).then(
        name => `is set aside as ${name}`,
        thrown => `cannot be set aside (${messageOf(thrown)}): it is replaced`,
      )
      const notice = `the journal was written by another version of memmon and ${what}`
      return { jobs: [], isNewer: false, restarts: [], notices: [notice] }
    }
    this.#restarts = recent(this.#onThisClock(found), this.#ports.tick())
    const isNewer = found.supervisord !== this.#ports.supervisord
    const jobs = [...found.jobs.values()]
    for (const job of jobs) this.#keep(job.request.process.namespec, job)
    return { jobs, isNewer, restarts: this.#restarts, notices: noticesOf(found, isNewer) }
  }

  /** Resolves when the changes are on disk, cannot be written, or the disk does not answer. */
  note(changes: JournalChanges): Promise<void> {
    const texts: string[] = []
    for (const [namespec, job] of changes.jobs) {
      const before = this.#lines.get(namespec)
      const now = this.#keep(namespec, job)
      if (now !== before) texts.push(now ?? endedLine(namespec))
    }
    if (changes.restart) {
      texts.push(restartedLine(changes.restart))
      this.#restarts = recent([...this.#restarts, changes.restart], this.#ports.tick())
    }
    if (texts.length > 0) this.#enqueue(texts.join(''))
    return this.#patiently(this.#last)
  }

  /** True if `job` is more than what was noted of it. */
  isNews(namespec: string, job: Job | undefined): boolean {
    return this.#lines.get(namespec) !== (job && jobLine(job))
  }

  /** Writes what was read, for the first time or after a failure. */
  write(): Promise<void> {
    this.#isWhole = false
    this.#enqueue('')
    return this.#patiently(this.#last)
  }

  flush(): Promise<void> {
    return this.#last
  }

  #keep(namespec: string, job: Job | undefined): string | undefined {
    const line = job && jobLine(job)
    if (line === undefined) this.#lines.delete(namespec)
    else this.#lines.set(namespec, line)
    return line
  }

  /** Behind a disk that does not answer one write waits at most, which is one of everything. */
  #enqueue(text: string): void {
    if (this.#isSilent && this.#isRewriteDue) return
    this.#pending++
    if (!this.#isSilent) {
      this.#last = this.#last.then(() => this.#append(text))
      return
    }
    this.#isRewriteDue = true
    this.#last = this.#last.then(() => {
      this.#isRewriteDue = false
      this.#isWhole = false
      return this.#append('')
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

  #answered<T>(answer: Promise<T>): Promise<T> {
    const late = this.#ports.sleep(PATIENCE_MS).then(() => {
      throw new Error(SILENT)
    })
    return Promise.race([answer, late])
  }

  /** Told once. */
  #fail(why: string): void {
    if (!this.#failing) this.#ports.tell(unprotectedText(why))
    this.#failing = true
  }

  async #append(text: string): Promise<void> {
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
    this.#ports.tell('The journal is written again: restarts are protected')
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

  /** All that counts: it holds what was to be appended, too. */
  async #replace(): Promise<void> {
    const { disk, supervisord, boot } = this.#ports
    const text = [
      headerLine(supervisord, boot),
      ...this.#restarts.map(restartedLine),
      ...this.#lines.values(),
    ].join('')
    await disk.replace(text)
    this.#isWhole = true
    this.#bytes = Buffer.byteLength(text)
  }

  /** Another boot has another clock: there the date has to do. A restart in the future was no restart. */
  #onThisClock({ boot, restarts }: JournalContents): PastRestart[] {
    const [tick, now] = [this.#ports.tick(), this.#ports.nowMs()]
    const isSame = boot !== '' && boot === this.#ports.boot
    return restarts
      .map(one => (isSame ? one : { ...one, tick: tick - (now - one.at) }))
      .filter(one => one.tick <= tick)
      .sort((a, b) => a.tick - b.tick)
  }
}

function noticesOf({ version, damagedLines, jobs }: JournalContents, isNewer: boolean): string[] {
  const notices: string[] = []
  if (version !== undefined && damagedLines > 0)
    notices.push(`${damagedLines} unreadable lines of the journal are left out`)
  if (isNewer && jobs.size > 0)
    notices.push(
      `the journal is that of an earlier supervisord, and another has decided since what runs: ${[...jobs.keys()].join(', ')} left alone`,
    )
  return notices
}

const recent = (restarts: readonly PastRestart[], tick: number): PastRestart[] =>
  restarts.filter(one => tick - one.tick < KEEP_RESTARTS_MS).slice(-MOST_RESTARTS_KEPT)
