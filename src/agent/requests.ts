// Requests of memmon's: what is cheap is answered at once; samples and dumps one at a time, by code loaded for the first.
import { type Answer, type Request, requestOf, type Task } from './answer.ts'
import type { Line } from './conversation.ts'
import { controlled, type Running, runTask } from './running.ts'

export interface RequestPorts {
  readonly say: (line: Line) => void
  /** Answered while a task runs, too. */
  readonly quick: Readonly<Record<string, () => Answer | Promise<Answer>>>
  readonly loadTasks: () => Promise<Readonly<Record<string, Task>>>
}

export interface Requests {
  readonly take: (line: Line) => void
  /** The connection has ended: cancels its requests. */
  readonly cancelAll: () => void
}

export function createRequests({ say, quick, loadTasks }: RequestPorts): Requests {
  let running: Running | undefined
  /** Counts the connections: what one has asked is not answered to the next. */
  let era = 0
  const saying =
    (own = era) =>
    (answer: Line): void => {
      if (own === era) say(answer)
    }
  const start = ({ id, what, line }: Request): void => {
    const sayOn = saying()
    const begun = controlled(id, sayOn)
    running = begun.running
    const task = async (): Promise<Answer> => {
      try {
        const found = (await loadTasks())[what]
        return found ? await found(line, begun.control) : { error: `this agent cannot do "${what}"` }
      } finally {
        running = undefined
      }
    }
    runTask(id, task, sayOn)
  }
  const cancel = ({ id, line }: Request): void => {
    const isRunning = running !== undefined && running.id === line.of
    if (isRunning) running?.end(line.finish === true ? 'finish' : 'cancel')
    say(isRunning ? { id, finished: true, data: {} } : failed(id, `request ${line.of} is not running`))
  }
  const take = (line: Line): void => {
    const request = requestOf(line)
    if (!request) return
    const answer = Object.hasOwn(quick, request.what) ? quick[request.what] : undefined
    if (request.what === 'cancel') cancel(request)
    else if (answer) runTask(request.id, async () => answer(), saying())
    else if (running) say(failed(request.id, BUSY))
    else start(request)
  }
  const cancelAll = (): void => {
    era++
    running?.end('cancel')
  }
  return { take, cancelAll }
}

const BUSY = 'busy: this process is taking a sample or a dump; try again later'
const failed = (id: number, error: string): Line => ({ id, failed: true, error })
