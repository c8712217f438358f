// Counts threads by what they are and do. Pure.
import type { ThreadFacts } from './facts.ts'
import { Counter } from './known.ts'

/** '' for what could not be read. */
export interface Thread {
  readonly name: string
  readonly state: string
  readonly wchan: string
  readonly syscall: string
}

/** States in which a thread is in no function of the kernel that it could wait in. */
const NOT_WAITING = ['running', 'zombie', 'dead']

export class ThreadTally {
  /** Those that were added. */
  count = 0
  #waiting = 0
  #withWchan = 0
  readonly #byState = new Counter()
  readonly #byName = new Counter()
  readonly #byWchan = new Counter()
  readonly #bySyscall = new Counter()
  readonly #alike = new Counter()

  add({ name, state, wchan, syscall }: Thread): void {
    this.count++
    if (!NOT_WAITING.includes(state)) this.#waiting++
    if (wchan !== '' && wchan !== '0') this.#withWchan++
    this.#byState.add(state)
    this.#byName.add(name)
    if (wchan !== '') this.#byWchan.add(wchan)
    if (syscall !== '') this.#bySyscall.add(syscall)
    this.#alike.add(JSON.stringify([name, state, wchan, syscall]))
  }

  /** The kernel writes 0 for whoever may not know, and for a thread that runs or has ended: threads that wait have a function. */
  get hidesWchan(): boolean {
    return this.#waiting > 0 && this.#withWchan === 0
  }

  facts(count: number): ThreadFacts {
    return {
      count,
      lookedAtCount: this.count,
      byState: this.#byState.most,
      byName: this.#byName.most,
      byWchan: this.hidesWchan ? [] : this.#byWchan.most,
      bySyscall: this.#bySyscall.most,
      alike: this.#alike.most.map(({ what, count: alike }) => {
        const [name = '', state = '', wchan = '', syscall = ''] = JSON.parse(what) as string[]
        return { name, state, wchan: this.hidesWchan ? '' : wchan, syscall, count: alike }
      }),
    }
  }
}
