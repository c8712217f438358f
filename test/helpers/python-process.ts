// Real processes to be looked at: a python3 script that says on stdout when it is ready.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { PYTHON } from './python.ts'

/** Processes of one test file, each looked at when it is ready: `endAll` belongs in its afterEach. */
export function pythonProcesses() {
  const started: PythonProcess[] = []
  return {
    async python(script: string): Promise<PythonProcess> {
      const one = new PythonProcess(script)
      started.push(one)
      await one.next()
      return one
    },
    endAll: async (): Promise<void> => void (await Promise.all(started.splice(0).map(one => one.end()))),
  }
}

/** A running script, the leader of its own process group: whatever it forks ends with it. */
export class PythonProcess {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(script: string) {
    this.#child = spawn(PYTHON, ['-u', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    this.pid = this.#child.pid ?? 0
    const output = this.#child.stdout
    if (!output) throw new Error('python3 has no stdout')
    this.#lines = createInterface({ input: output })[Symbol.asyncIterator]()
  }

  /** The next line it prints, as JSON. */
  async next<T>(): Promise<T> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('python3 ended')
    return JSON.parse(value) as T
  }

  /** A line on its stdin. */
  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    process.kill(-this.pid, 'SIGKILL')
    await exited
  }
}
