// Real Python processes whose facts are read, for tests: each ends with endAll.
import { monotonicMs } from '../../src/base/clock.ts'
import type { Facts } from '../../src/evidence/facts.ts'
import { readFacts } from '../../src/evidence/read-facts.ts'
import { PythonProcess } from '../helpers/python-process.ts'

let running: PythonProcess[] = []

export async function endAll(): Promise<void> {
  await Promise.all(running.map(one => one.end()))
  running = []
}

/** Time enough for a machine that has other things to do. */
const LONG_MS = 60_000

/** Of a script, when it is ready: its pid, and what it says it has made of what was to be made. */
export async function started(script: string): Promise<{ readonly pid: number; readonly made: number }> {
  const python = new PythonProcess(`made = 1\n${script}\nprint(made); import sys; sys.stdin.read()`)
  running.push(python)
  return { made: await python.next<number>(), pid: python.pid }
}

export const factsIn = (pid: number, timeoutMs = LONG_MS): Promise<Facts> =>
  readFacts(pid, { timeoutMs, tick: monotonicMs, nowMs: Date.now })

export const factsOf = async (script: string): Promise<Facts> => factsIn((await started(script)).pid)

/** A container may show no control group. */
export const besideCgroup = ({ cgroup: _, ...missing }: Facts['missing']) => missing
