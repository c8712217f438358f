// Shows outsiders that the listener is alive: a small file whose modification time is that of the last tick. A quiet tick
// costs one utimensat(2) on an open descriptor, in one of Node's threads: a disk that does not answer delays no tick, and
// gets no second call meanwhile. memmon replaces the text when it changes.
import { futimes } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceAndOpen } from '../base/atomic-file.ts'
import { isStillAt } from '../base/own-file.ts'
import { type ListenerNote, listenerLine } from './listener-line.ts'
import type { StateFolder } from './state-folder.ts'

export const LISTENER_FILE = 'listener.json'
/** Somebody may have deleted the folder or the file. */
const LOOK_EVERY_MS = 300_000

export interface ListenerFilePorts {
  /** This run of memmon, as in its lock. */
  readonly run: string
  /** Why checks fail at present. */
  readonly failing: () => ListenerNote['failing']
  readonly nowMs: () => number
}

type OwnFolder = Pick<StateFolder, 'path' | 'isIntact'>

export class ListenerFile {
  readonly #ports: ListenerFilePorts
  readonly #startedAtMs: number
  #folder: OwnFolder | undefined
  #file: FileHandle | undefined
  #periodSeconds: number | undefined
  #tickAtMs = 0
  /** The contents of the file. */
  #written: Pick<ListenerNote, 'periodSeconds' | 'failing'> | undefined
  #lookedAtMs = 0
  #isBusy = false
  /** Something has come meanwhile. */
  #isDue = false
  #writing: Promise<void> | undefined

  constructor(ports: ListenerFilePorts) {
    this.#ports = ports
    this.#startedAtMs = ports.nowMs()
  }

  /** memmon has the folder. */
  attach(folder: OwnFolder): void {
    this.#folder = folder
    this.look()
  }

  /** A tick has come; if there are several kinds, the shortest period counts. */
  onTick(periodSeconds: number): void {
    this.#periodSeconds = Math.min(this.#periodSeconds ?? Number.POSITIVE_INFINITY, periodSeconds)
    this.#tickAtMs = this.#ports.nowMs()
    if (!this.#isFree()) return
    if (this.#isCurrent && Math.abs(this.#tickAtMs - this.#lookedAtMs) < LOOK_EVERY_MS) this.#touch()
    else this.#writing = this.#write()
  }

  /** Something may have changed. */
  look(): void {
    if (!this.#isCurrent && this.#isFree()) this.#writing = this.#write()
  }

  /** memmon ends: its folder is about to be another's. Never rejects. */
  async close(): Promise<void> {
    this.#folder = undefined
    await this.#writing
    const file = this.#file
    this.#file = undefined
    this.#written = undefined
    await file?.close().catch(() => {})
  }

  /** Of the last tick, in epoch milliseconds; undefined before the first. */
  get tickAtMs(): number | undefined {
    return this.#tickAtMs === 0 ? undefined : this.#tickAtMs
  }

  get periodSeconds(): number | undefined {
    return this.#periodSeconds
  }

  get #isCurrent(): boolean {
    const written = this.#written
    return (
      written !== undefined &&
      written.periodSeconds === this.#periodSeconds &&
      written.failing === this.#ports.failing()
    )
  }

  /** Reserves the disk; what comes while it is busy follows when it is free. */
  #isFree(): boolean {
    if (this.#isBusy) this.#isDue = true
    if (!this.#folder || this.#isBusy) return false
    this.#isBusy = true
    return true
  }

  readonly #free = (): void => {
    this.#isBusy = false
    if (this.#isDue) this.look()
    this.#isDue = false
  }

  #touch(): void {
    const seconds = this.#tickAtMs / 1000
    if (this.#file) futimes(this.#file.fd, seconds, seconds, this.#free)
    else this.#free()
  }

  /** Never rejects: if the disk fails, only outsiders notice. The next tick tries again. */
  async #write(): Promise<void> {
    this.#lookedAtMs = this.#ports.nowMs()
    const folder = this.#folder
    try {
      if (!folder || !(await folder.isIntact())) return
      const path = join(folder.path, LISTENER_FILE)
      const isThere = this.#file !== undefined && (await isStillAt(this.#file, path))
      if (!isThere || !this.#isCurrent) await this.#replace(path)
      if (this.#tickAtMs > 0) await this.#file?.utimes(this.#tickAtMs / 1000, this.#tickAtMs / 1000)
    } catch {
      // The journal reports this disk.
    } finally {
      this.#free()
    }
  }

  async #replace(path: string): Promise<void> {
    const { run, failing } = this.#ports
    const written = { periodSeconds: this.#periodSeconds, failing: failing() }
    await this.#file?.close().catch(() => {})
    this.#file = undefined
    this.#written = undefined
    this.#file = await replaceAndOpen(path, listenerLine({ run, startedAtMs: this.#startedAtMs, ...written }))
    this.#written = written
  }
}
