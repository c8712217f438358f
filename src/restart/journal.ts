// The journal on disk: what memmon has begun and must finish, whatever becomes of memmon itself. Every line is
// synced before what it announces is done.
import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../core/errors.ts'
import type { RestartRequest } from '../core/outcome.ts'
import {
  closedLine,
  entryLine,
  headerLine,
  JOURNAL_VERSION,
  type JournalContents,
  type JournalEntry,
  type PastRestart,
  parseJournal,
  restartedLine,
  type Step,
  stepLine,
} from './journal-lines.ts'

/** What a restart notes; none of it rejects: a disk that fails is told, and the restart goes on unprotected. */
export interface Journal {
  /** Before a process is told to finish. */
  drain(request: RestartRequest): Promise<void>
  begin(request: RestartRequest): Promise<void>
  /** Closes what was no more than told to finish; a restart that has begun stays. */
  endDrain(namespec: string, result: string): Promise<void>
  step(namespec: string, step: Step): Promise<void>
  close(namespec: string, result: string): Promise<void>
  /** Resolves when all that was noted is on disk. */
  flush(): Promise<void>
}

export interface OpenedJournal {
  readonly journal: Journal
  /** What an earlier memmon has begun and not finished, of this very supervisord. */
  readonly unfinished: readonly JournalEntry[]
  readonly restarts: readonly PastRestart[]
  /** What the operator should know about the state of the journal. */
  readonly notices: readonly string[]
}

export interface JournalPorts {
  readonly nowMs: () => number
  /** Told once, when the disk fails, and once when it works again. */
  readonly tell: (text: string) => void
}

const FILE = 'restarts.jsonl'
/** Written anew, with what still counts, when it has grown past this. */
const MOST_BYTES = 256 * 1024
/** Past restarts are kept for a day: no window of --max-restarts is longer. */
const KEEP_RESTARTS_MS = 86_400_000
const MOST_RESTARTS_KEPT = 2_000
const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC, O_NOFOLLOW, O_RDONLY } = constants

/** A journal that keeps nothing: without a writable place memmon works unprotected. */
export const noJournal: Journal = {
  drain: async () => {},
  endDrain: async () => {},
  begin: async () => {},
  step: async () => {},
  close: async () => {},
  flush: async () => {},
}

/**
 * Opens the journal in a folder of this memmon alone. `supervisord` tells one run of supervisord from another.
 * Throws an Error if the folder cannot be read or written.
 */
export async function openJournal(
  folder: string,
  supervisord: string,
  ports: JournalPorts,
): Promise<OpenedJournal> {
  const found = await read(join(folder, FILE))
  const notices: string[] = []
  if (found.version !== undefined && found.version !== JOURNAL_VERSION) {
    await rename(join(folder, FILE), join(folder, `${FILE}.version-${found.version}`))
    notices.push(
      `the journal was written by another version of memmon and is set aside as ${FILE}.version-${found.version}`,
    )
  }
  const ours = found.version === JOURNAL_VERSION
  const same = ours && found.supervisord === supervisord
  if (ours && found.damagedLines > 0)
    notices.push(`${found.damagedLines} unreadable lines of the journal are left out`)
  if (ours && !same && found.open.size > 0) {
    notices.push(
      `the journal is that of an earlier supervisord, which has decided since: ${[...found.open.keys()].join(', ')} left alone`,
    )
  }
  const unfinished = same ? [...found.open.values()] : []
  const restarts = ours ? recent(found.restarts, ports.nowMs()) : []
  const journal = new FileJournal(folder, supervisord, unfinished, restarts, ports)
  await journal.rewrite()
  return { journal, unfinished, restarts, notices }
}

class FileJournal implements Journal {
  readonly #folder: string
  readonly #supervisord: string
  readonly #ports: JournalPorts
  readonly #open = new Map<string, JournalEntry>()
  #restarts: PastRestart[]
  #file: FileHandle | undefined
  #bytes = 0
  #failing = false
  #last: Promise<void> = Promise.resolve()

  constructor(
    folder: string,
    supervisord: string,
    unfinished: readonly JournalEntry[],
    restarts: readonly PastRestart[],
    ports: JournalPorts,
  ) {
    this.#folder = folder
    this.#supervisord = supervisord
    this.#ports = ports
    this.#restarts = [...restarts]
    for (const entry of unfinished) this.#open.set(entry.request.process.namespec, entry)
  }

  drain(request: RestartRequest): Promise<void> {
    return this.#enter(request, 'drain')
  }

  async endDrain(namespec: string, result: string): Promise<void> {
    if (this.#open.get(namespec)?.step === 'drain') await this.close(namespec, result)
  }

  begin(request: RestartRequest): Promise<void> {
    return this.#enter(request, 'stop')
  }

  #enter(request: RestartRequest, step: Step): Promise<void> {
    const entry = { request, step, at: this.#ports.nowMs() }
    this.#open.set(request.process.namespec, entry)
    return this.#note(entryLine(entry))
  }

  step(namespec: string, step: Step): Promise<void> {
    const entry = this.#open.get(namespec)
    if (entry) this.#open.set(namespec, { ...entry, step })
    return this.#note(stepLine(namespec, step, this.#ports.nowMs()))
  }

  close(namespec: string, result: string): Promise<void> {
    const at = this.#ports.nowMs()
    if (!this.#open.delete(namespec)) return this.flush()
    if (result === 'restarted') this.#restarts = recent([...this.#restarts, { namespec, at }], at)
    return this.#note(closedLine(namespec, result, at))
  }

  flush(): Promise<void> {
    return this.#last
  }

  /** Writes all that counts into a new file, which takes the place of the old one in one step. */
  async rewrite(): Promise<void> {
    const text = [
      headerLine(this.#supervisord),
      ...this.#restarts.map(restartedLine),
      ...[...this.#open.values()].map(entryLine),
    ].join('')
    const path = join(this.#folder, FILE)
    await this.#file?.close()
    this.#file = undefined
    const file = await open(`${path}.new`, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0o600)
    try {
      await file.appendFile(text)
      await file.sync()
      await rename(`${path}.new`, path)
      await syncFolder(this.#folder)
    } catch (thrown) {
      await file.close()
      throw thrown
    }
    this.#file = file
    this.#bytes = Buffer.byteLength(text)
  }

  #note(text: string): Promise<void> {
    this.#last = this.#last.then(() => this.#append(text))
    return this.#last
  }

  async #append(text: string): Promise<void> {
    try {
      // After a failure, or when it has grown, the whole state is written: it holds what `text` says.
      if (!this.#file || this.#bytes > MOST_BYTES) await this.rewrite()
      else {
        await this.#file.appendFile(text)
        await this.#file.datasync()
        this.#bytes += Buffer.byteLength(text)
      }
      if (this.#failing) this.#ports.tell('The journal is written again: restarts are protected')
      this.#failing = false
    } catch (thrown) {
      await this.#file?.close().catch(() => {})
      this.#file = undefined
      if (!this.#failing) this.#ports.tell(unprotectedText(messageOf(thrown)))
      this.#failing = true
    }
  }
}

/** What it means that nothing can be noted. */
export const unprotectedText = (why: string): string =>
  `The journal cannot be written (${why}): restarts go on, but if memmon is killed between a stop and a start, ` +
  'nothing starts that program again'

async function read(path: string): Promise<JournalContents> {
  try {
    return parseJournal(await readFile(path, { encoding: 'utf8', flag: O_RDONLY | O_NOFOLLOW }))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return parseJournal('')
    throw thrown
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const recent = (restarts: readonly PastRestart[], now: number): PastRestart[] =>
  restarts.filter(({ at }) => now - at < KEEP_RESTARTS_MS).slice(-MOST_RESTARTS_KEPT)
