// What one look comes to, from a few words about each process: by the listener's own rules and verdicts.

import { type Assessment, assess } from '../../src/check/assess.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import type { Sampler, Unmeasured } from '../../src/proc/sampler.ts'
import type { BudgetState } from '../../src/rules/budgets.ts'
import type { Hold, KnownLeak, Past, Pending } from '../../src/rules/past.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import type { Window } from '../../src/rules/windows.ts'
import { MB, processNamed, settingsFrom } from './values.ts'

export interface Sample {
  /** `group:name`, or `name`. */
  readonly name: string
  /** Of RSS; not there if it is not RUNNING, or cannot be read. */
  readonly megabytes?: number
  readonly state?: keyof typeof ProcessState
  readonly uptimeSeconds?: number
  readonly threads?: number
  readonly why?: Exclude<Unmeasured, 'gone'>
  readonly isListener?: true
  /** What a running memmon has begun with it. */
  readonly pending?: Pending
  readonly leak?: KnownLeak
  /** What it has counted by each of its rules, so long ago. */
  readonly window?: Partial<Window> & { readonly overForSeconds?: number }
  /** What would hold its restart back. */
  readonly hold?: Hold
}

const TICK = 1_000_000_000

export const FREE_MB = 400

/** Where there are 1000 MB; half of each process is private. */
export async function assessmentOf(
  argv: readonly string[],
  samples: readonly Sample[],
  budgets: ReadonlyMap<string, BudgetState> = new Map(),
): Promise<Assessment> {
  const processes = samples.map(processOf)
  const samplesByPid = new Map(samples.map((sample, at) => [processes[at]?.pid ?? 0, sample]))
  const bytesOf = (pid: number) => {
    const megabytes = samplesByPid.get(pid)?.megabytes
    return megabytes === undefined ? undefined : Math.round(megabytes * MB)
  }
  const sampler: Sampler = {
    source: 'a test',
    measure: async pids =>
      new Map(pids.flatMap(pid => (bytesOf(pid) === undefined ? [] : [[pid, bytesOf(pid) ?? 0]]))),
    whyUnmeasured: pid => samplesByPid.get(pid)?.why ?? 'gone',
    figures: (pids, figure) =>
      pids.map(pid =>
        figure === 'threads' ? (samplesByPid.get(pid)?.threads ?? 1) : (bytesOf(pid) ?? 'gone'),
      ),
    shares: pids => pids.map(pid => ({ privateBytes: (bytesOf(pid) ?? 0) / 2, sharedBytes: 0 })),
    swapUsedBytes: () => 0,
  }
  const listeners = new Set(samples.flatMap((one, at) => (one.isListener ? processes[at]?.namespec : [])))
  const table = { processes, isListener: (namespec: string) => listeners.has(namespec) }
  const ports = { sampler, availableBytes: () => FREE_MB * MB, log: () => {}, nowMs: () => 0 }
  const isKnown = budgets.size > 0 || samples.some(one => one.pending ?? one.leak ?? one.window ?? one.hold)
  const heldBack = processes.filter((_, at) => samples[at]?.hold).map(({ namespec }) => namespec)
  const past = isKnown ? pastOf(budgets, ({ pid }) => samplesByPid.get(pid), heldBack) : undefined
  return await assess(table, resolveSettings(settingsFrom(...argv), 1000 * MB), ports, { past })
}

const pastOf = (
  budgets: ReadonlyMap<string, BudgetState>,
  sampleOf: (process: ProcessInfo) => Sample | undefined,
  heldBack: readonly string[],
): Past => ({
  tick: TICK,
  budgets,
  windowOf(process) {
    const window = sampleOf(process)?.window
    if (!window) return undefined
    const { overForSeconds, ...more } = window
    const overSince = overForSeconds === undefined ? undefined : TICK - overForSeconds * 1000
    return { run: process, values: [], overSince, warned: false, told: false, ...more }
  },
  pendingOf: process => sampleOf(process)?.pending,
  leakOf: process => sampleOf(process)?.leak,
  holdOf: ({ process }) => sampleOf(process)?.hold,
  mayRestart: namespec => !heldBack.includes(namespec),
})

function processOf(
  { name, state = 'RUNNING', uptimeSeconds = 3723, why, megabytes }: Sample,
  at: number,
): ProcessInfo {
  const isThere = state === 'RUNNING' || state === 'STOPPING' || why !== undefined || megabytes !== undefined
  return processNamed(name, {
    pid: isThere ? 1001 + at : 0,
    state: ProcessState[state],
    startSeconds: 1_000_000,
    nowSeconds: 1_000_000 + uptimeSeconds,
  })
}
