// Code that a listener may never need: loaded when the settings ask for it, and while npm is replacing memmon again at each
// check, until that works.
import { firstLineOf } from './errors.ts'
import type { Log } from './log.ts'
import { type Part, trouble, troubleOver } from './log-facts.ts'

export interface OnDemandPorts<Code, Made> {
  readonly part: Part
  readonly isWanted: () => boolean
  readonly load: () => Promise<Code>
  /** What the code is for; throws an Error if it cannot be made at this time. */
  readonly make: (code: Code) => Made
  /** Said once. */
  readonly failureText: (why: string) => string
  readonly againText: string
  readonly log: Log
}

export class OnDemand<Code, Made> {
  readonly #ports: OnDemandPorts<Code, Made>
  #made: Made | undefined
  #isLoading = false
  #isFailing = false
  #isClosed = false

  constructor(ports: OnDemandPorts<Code, Made>) {
    this.#ports = ports
  }

  /** undefined if it is not wanted, or not there yet. */
  get now(): Made | undefined {
    return this.#made
  }

  /** Loads it if it is wanted and missing. */
  look(): void {
    if (this.#made === undefined && !this.#isLoading && !this.#isClosed && this.#ports.isWanted())
      void this.#load()
  }

  /** From now on nothing is made. */
  close(): void {
    this.#isClosed = true
  }

  /** Never rejects. */
  async #load(): Promise<void> {
    const { part, load, make, isWanted, failureText, againText, log } = this.#ports
    this.#isLoading = true
    try {
      const code = await load()
      if (this.#isClosed || !isWanted()) return
      this.#made = make(code)
      if (this.#isFailing) log('INFO', againText, troubleOver(part))
      this.#isFailing = false
    } catch (thrown) {
      if (!this.#isFailing) log('WARN', failureText(firstLineOf(thrown)), trouble(part))
      this.#isFailing = true
    } finally {
      this.#isLoading = false
    }
  }
}
