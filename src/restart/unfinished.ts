// What the end of memmon is about: the restarts that it waits for, and what it leaves to the next memmon.
import { isAway, type Job } from './job.ts'
import type { Runner } from './runner.ts'

/** The namespecs of those that the next memmon would find in the journal. */
export interface UnfinishedNames {
  readonly restarts: readonly string[]
  readonly drains: readonly string[]
}

export class Unfinished {
  readonly #runner: Pick<Runner, 'entries' | 'isEnding'>
  #idleCallbacks: (() => void)[] = []

  constructor(runner: Pick<Runner, 'entries' | 'isEnding'>) {
    this.#runner = runner
  }

  /** The processes that are being restarted, and those that are drained. */
  get names(): UnfinishedNames {
    const entries = [...this.#runner.entries]
    const namesOf = (isOne: (job: Job) => boolean) =>
      entries.filter(([, { job }]) => isOne(job)).map(([namespec]) => namespec)
    return { restarts: namesOf(isAway), drains: namesOf(job => !isAway(job) && job.drained !== undefined) }
  }

  /** Resolves when no process is being restarted. */
  whenIdle(): Promise<void> {
    return new Promise(resolve => {
      this.#idleCallbacks.push(resolve)
      this.look()
    })
  }

  /** A job has changed or ended, or memmon is to end. */
  look(): void {
    if (this.#idleCallbacks.length === 0 || this.#isBusy()) return
    for (const callback of this.#idleCallbacks.splice(0)) callback()
  }

  /** Nobody waits for what is left to the next supervisord, nor, once memmon ends, for those that have no turn yet. */
  #isBusy(): boolean {
    const { entries, isEnding } = this.#runner
    return [...entries.values()].some(
      ({ job, isAdjourned }) => (isAway(job) && !isAdjourned) || (!isEnding && job.state === 'waiting'),
    )
  }
}
