// A journal's disk in the test's hands: what it holds, what fails, what it does not answer.
import type { JournalDisk } from '../../src/restart/journal.ts'

export class FakeDisk implements JournalDisk {
  text = ''
  /** What was done, in order; never two at a time. */
  readonly did: string[] = []
  readonly failing = new Set<'read' | 'replace' | 'append' | 'setAside'>()
  /** What holds up everything. */
  gate: Promise<void> = Promise.resolve()
  #isBusy = false

  async read(): Promise<string> {
    await this.#do('read')
    return this.text
  }

  async setAside(version: number): Promise<string> {
    await this.#do('setAside')
    this.text = ''
    return `aside.${version}`
  }

  async replace(text: string): Promise<void> {
    await this.#do('replace')
    this.text = text
  }

  async append(text: string): Promise<void> {
    await this.#do('append')
    this.text += text
  }

  async #do(what: 'read' | 'replace' | 'append' | 'setAside'): Promise<void> {
    if (this.#isBusy) throw new Error('two at a time')
    this.#isBusy = true
    this.did.push(what)
    await this.gate
    await new Promise(resolve => setImmediate(resolve))
    this.#isBusy = false
    if (this.failing.has(what)) throw new Error(`${what}: ENOSPC`)
  }
}
