// Writes what memmon remembers from check to check, for those who look by hand: some moments after it has changed, once a
// second at most, and never while a tick waits for its answer. A disk that fails costs them that, and memmon nothing.
import { join } from 'node:path'
import { replaceFile } from '../base/atomic-file.ts'
import type { Remembered } from '../rules/past.ts'
import { checksHeader, checksLines, checksMark } from './checks-lines.ts'
import type { StateFolder } from './state-folder.ts'
import type { Wait } from './waits.ts'

export const CHECKS_FILE = 'checks.jsonl'
/** A restart that a check has begun has then got as far as it gets at once. */
const SETTLE_MS = 200
const BETWEEN_WRITES_MS = 1_000

export interface ChecksFilePorts {
  /** This run of memmon, as its lock has it. */
  readonly run: string
  readonly monitor: { readonly remembersNothing: boolean; readonly remembered: Remembered }
  readonly restarts: { readonly waits: readonly Wait[] }
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
}

type OwnFolder = Pick<StateFolder, 'path' | 'isIntact'>

export class ChecksFile {
  readonly #ports: ChecksFilePorts
  #folder: OwnFolder | undefined
  /** Of what is written; '' for nothing. */
  #mark = ''
  #isBusy = false
  #isDue = false

  constructor(ports: ChecksFilePorts) {
    this.#ports = ports
  }

  /** The folder is memmon's. */
  attach(folder: OwnFolder): void {
    this.#folder = folder
    this.look()
  }

  /** Something may have changed. Costs nothing where nothing is remembered, nor was. */
  look(): void {
    if (this.#folder === undefined || (this.#mark === '' && this.#isEmpty)) return
    this.#isDue = true
    if (!this.#isBusy) void this.#write(this.#folder)
  }

  get #isEmpty(): boolean {
    const { monitor, restarts } = this.#ports
    return monitor.remembersNothing && restarts.waits.length === 0
  }

  /** Never rejects. */
  async #write(folder: OwnFolder): Promise<void> {
    const { sleep } = this.#ports
    this.#isBusy = true
    while (this.#isDue) {
      await sleep(SETTLE_MS)
      this.#isDue = false
      await this.#update(folder)
      await sleep(BETWEEN_WRITES_MS)
    }
    this.#isBusy = false
  }

  async #update({ path, isIntact }: OwnFolder): Promise<void> {
    const { monitor, restarts, run, nowMs } = this.#ports
    const now = { ...monitor.remembered, waits: restarts.waits }
    const mark = checksMark(now)
    if (mark === this.#mark) return
    try {
      if (!(await isIntact())) return
      const { text, leftOut } = checksLines(now)
      await replaceFile(join(path, CHECKS_FILE), checksHeader(run, nowMs(), leftOut) + text)
      this.#mark = mark
    } catch {
      // The journal says it of this disk. What is there is of an earlier moment, as its time says.
    }
  }
}
