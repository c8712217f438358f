// Processes that claim the same state folder, for tests of who gets it: contender.ts, bundled and forked. The folder
// and they are gone after each test.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Answer, Order } from './contender.ts'

let script = ''
let scripts = ''
let folder = ''
let contenders: Contender[] = []

/** Where the test of now works: its own folder, the state root in it, the state folder `memmon-1` and its lock. */
export const folderOfTest = () => folder
export const root = () => join(folder, 'state')
export const path = () => join(root(), 'memmon-1')
export const lock = () => join(path(), 'lock')
/** A socket name of no file: the kernel forgets it with its process (unix(7), abstract). */
const witness = () => `\0${folder}`

/** To be called once by a file of tests. */
export function prepareContenders(): void {
  beforeAll(async () => {
    scripts = mkdtempSync(join(tmpdir(), 'memmon-contender-'))
    script = join(scripts, 'contender.mjs')
    const entry = join(import.meta.dirname, 'contender.ts')
    await build({ entryPoints: [entry], outfile: script, bundle: true, platform: 'node', format: 'esm' })
  })
  afterAll(() => rmSync(scripts, { recursive: true, force: true }))
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memmon-state-folder-'))
  })
  afterEach(async () => {
    await Promise.all(contenders.map(contender => contender.kill()))
    contenders = []
    rmSync(folder, { recursive: true, force: true })
  })
}

/** Another process that claims this folder. */
export class Contender {
  readonly #answers: Answer[] = []
  readonly #child: ChildProcess
  #arrived = () => {}

  /** `before` is what the shell does first, such as setting limits. */
  constructor(before = ':') {
    this.#child = spawn('sh', ['-c', `${before}; exec "$0" "$1"`, process.execPath, script], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child.on('message', (given: Answer) => {
      this.#answers.push(given)
      this.#arrived()
    })
    contenders.push(this)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  order(order: Order): void {
    this.#child.send(order)
  }

  /** Resolves with itself when it has the folder; rejects if it does not get it, or not alone. */
  async claim(): Promise<Contender> {
    this.order({ do: 'claim', root: root(), witness: witness() })
    const { kind, text } = await this.answer('waiting')
    if (kind !== 'claimed') throw new Error(`pid ${this.pid}: ${kind} ${text}`)
    return this
  }

  async release(): Promise<void> {
    this.order({ do: 'release' })
    expect((await this.answer()).kind).toBe('released')
  }

  /** The next answer that is not of the kinds to be passed over. */
  async answer(...passed: readonly Answer['kind'][]): Promise<Answer> {
    for (;;) {
      const given = this.#answers.shift()
      if (given && !passed.includes(given.kind)) return given
      if (!given) await new Promise<void>(resolve => (this.#arrived = resolve))
    }
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}
