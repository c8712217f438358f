// The workers whose agents are connected, by pid.
import type { Worker } from './worker.ts'

export class Registry {
  readonly #byPid = new Map<number, Worker>()

  get count(): number {
    return this.#byPid.size
  }

  get all(): readonly Worker[] {
    return [...this.#byPid.values()].sort((a, b) => a.hello.pid - b.hello.pid)
  }

  /** The newest connection of a process counts: its last one may be about to be closed. */
  add(worker: Worker): void {
    const { pid } = worker.hello
    const older = this.#byPid.get(pid)
    this.#byPid.set(pid, worker)
    older?.close()
  }

  remove(worker: Worker): void {
    const { pid } = worker.hello
    if (this.#byPid.get(pid) === worker) this.#byPid.delete(pid)
  }

  /** The agent of a process, or the only one among the descendants of supervisord's child; else why it found none. */
  of(pid: number): Worker | string {
    const own = this.#byPid.get(pid)
    if (own) return own
    const below = this.all.filter(({ programPid }) => programPid === pid)
    const [only] = below
    if (!only) return noneText(pid)
    if (below.length === 1) return only
    const pids = below.map(({ hello }) => hello.pid)
    return `pid ${pid} has no agent itself, but ${pids.length} of its descendants have one; give the pid of one: ${pids.slice(0, MOST_NAMED).join(', ')}`
  }
}

const MOST_NAMED = 10

const noneText = (pid: number): string =>
  `no agent in pid ${pid}: start it with "node --require memmon/agent" in its folder, or see docs/agent.md; if it has one, "memmon agents" shows who is connected`
