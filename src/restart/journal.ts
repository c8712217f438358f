// The journal: what memmon has begun and must finish, whatever becomes of memmon itself. Every line is synced before
// what it announces is done. It is read before anything is written: a full or read-only disk holds up no work.
import { messageOf } from '../base/errors.ts'
import type { Job } from './job.ts'
import {
  endedLine,
  headerLine,
  JOURNAL_VERSION,
  type JournalContents,
  jobLine,
  mutedLine,
  type PastRestart,
  parseJournal,
  restartedLine,
  unmutedLine,
} from './journal-lines.ts'
import { answered, JournalWriter, type WritableDisk } from './journal-writer.ts'
import type { Mute } from './mutes.ts'
import { mutesOnThisClock, onThisClock, recent, withLastReasons } from './past-restarts.ts'

/** Where it is kept; see journal-disk.ts. All of it throws an Error when the disk does not do it. */
export interface JournalDisk extends WritableDisk {
  /** '' if there is none yet. */
  read(): Promise<string>
  /** Sets a journal of another version aside, and says under which name. */
  setAside(version: number): Promise<string>
}

/** What one step changes. */
export interface JournalChanges {
  /** undefined: nothing is left to do for it. */
  readonly jobs: readonly (readonly [namespec: string, job: Job | undefined])[]
  readonly restart?: PastRestart | undefined
  readonly mute?: Mute
  /** The namespec of a process whose mute has ended. */
  readonly unmuted?: string
}

export interface JournalPorts {
  readonly disk: JournalDisk
  /** Tells one run of supervisord from another, and one boot. */
  readonly supervisord: string
  readonly boot: string
  readonly nowMs: () => number
  readonly tick: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Logged once when the disk fails, and once when it works again. */
  readonly tell: (text: string, isOver?: boolean) => void
}

/** What an earlier memmon has left. */
export interface Found {
  readonly jobs: readonly Job[]
  /** Another supervisord has decided since what runs. */
  readonly isNewer: boolean
  /** By this boot's clock, those to come left out. */
  readonly restarts: readonly PastRestart[]
  /** Those still in force, by this boot's clock. */
  readonly mutes: readonly Mute[]
  /** What the operator should know about the state of the journal. */
  readonly notices: readonly string[]
}

/** What the operator should know of a journal that was found, as the log has it. */
export const noticeText = (notice: string): string => `Journal: ${notice}`

/** None of what it notes rejects: a disk that fails is told, and the restart goes on unprotected. */
export class Journal {
  readonly #ports: JournalPorts
  readonly #writer: JournalWriter
  readonly #lines = new Map<string, string>()
  #restarts: readonly PastRestart[] = []
  readonly #mutes = new Map<string, Mute>()

  constructor(ports: JournalPorts) {
    this.#ports = ports
    this.#writer = new JournalWriter({ ...ports, whole: () => this.#whole() })
  }

  /** Reads what an earlier memmon has left; writes nothing. */
  async read(): Promise<Found> {
    const { disk, boot, nowMs, tick, sleep } = this.#ports
    const found = parseJournal(await answered(disk.read(), sleep))
    if (found.version !== undefined && found.version !== JOURNAL_VERSION) {
      const what = await answered(disk.setAside(found.version), sleep).then(
        name => `is set aside as ${name}`,
        thrown => `cannot be set aside (${messageOf(thrown)}): it is replaced`,
      )
      const notice = `the journal was written by another version of memmon and ${what}`
      return { jobs: [], isNewer: false, restarts: [], mutes: [], notices: [notice] }
    }
    const clocks = { boot, tick: tick(), nowMs: nowMs() }
    this.#restarts = recent(onThisClock(found, clocks), clocks.tick)
    const mutes = mutesOnThisClock(found, clocks)
    for (const mute of mutes) this.#mutes.set(mute.namespec, mute)
    const isNewer = found.supervisord !== this.#ports.supervisord
    const jobs = [...found.jobs.values()]
    for (const job of jobs) this.#keep(job.request.process.namespec, job)
    return { jobs, isNewer, restarts: this.#restarts, mutes, notices: noticesOf(found, isNewer) }
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
    const { mute, unmuted } = changes
    if (mute) {
      texts.push(mutedLine(mute))
      this.#mutes.set(mute.namespec, mute)
    }
    if (unmuted !== undefined && this.#mutes.delete(unmuted)) texts.push(unmutedLine(unmuted))
    return this.#writer.append(texts.join(''))
  }

  /** True if `job` is more than what was noted of it. */
  isNews(namespec: string, job: Job | undefined): boolean {
    return this.#lines.get(namespec) !== (job && jobLine(job))
  }

  /** Writes what was read, for the first time or after a failure. */
  write(): Promise<void> {
    return this.#writer.replace()
  }

  flush(): Promise<void> {
    return this.#writer.flush()
  }

  #keep(namespec: string, job: Job | undefined): string | undefined {
    const line = job && jobLine(job)
    if (line === undefined) this.#lines.delete(namespec)
    else this.#lines.set(namespec, line)
    return line
  }

  /** All that counts. */
  #whole(): string {
    const { supervisord, boot } = this.#ports
    return [
      headerLine(supervisord, boot),
      ...withLastReasons(this.#restarts).map(restartedLine),
      ...[...this.#mutes.values()].map(mutedLine),
      ...this.#lines.values(),
    ].join('')
  }
}

function noticesOf({ version, damagedLines, jobs }: JournalContents, isNewer: boolean): string[] {
  const notices: string[] = []
  if (version !== undefined && damagedLines > 0)
    notices.push(`${damagedLines} unreadable lines of the journal were skipped`)
  if (isNewer && jobs.size > 0)
    notices.push(
      `the journal is that of an earlier supervisord, and another has decided since what runs: ${[...jobs.keys()].join(', ')} left alone`,
    )
  return notices
}
