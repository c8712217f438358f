// supervisord's processes in supervisord's own words (supervisor/states.py, getProcessInfo of its XML-RPC API).

/** supervisord's process states by their codes (supervisor/states.py, ProcessStates). */
export const ProcessState = {
  STOPPED: 0,
  STARTING: 10,
  RUNNING: 20,
  BACKOFF: 30,
  STOPPING: 40,
  EXITED: 100,
  FATAL: 200,
  UNKNOWN: 1000,
} as const

/** What tells one run of a program from the next: a pid alone is used again. */
export interface ProcessKey {
  readonly pid: number
  /** When supervisord started it, in epoch seconds; 0 if it never did. */
  readonly startSeconds: number
}

/** One child of supervisord as getProcessInfo tells it. */
export interface ProcessInfo extends ProcessKey {
  readonly group: string
  readonly name: string
  /** Always the long form, `group:name`. */
  readonly namespec: string
  /** A code of ProcessState. */
  readonly state: number
  readonly nowSeconds: number
  /** Why supervisord could not start it, or ''. */
  readonly spawnError: string
}

/** The long form that supervisord takes wherever it takes a name. */
export const namespecOf = (group: string, name: string): string => `${group}:${name}`

/** True if both are one and the same run of a program. */
export const sameRun = (a: ProcessKey, b: ProcessKey): boolean =>
  a.pid === b.pid && a.startSeconds === b.startSeconds

/** How long a process has run, in seconds, by supervisord's own clock; never negative. */
export const uptimeSecondsOf = (info: ProcessInfo): number => Math.max(0, info.nowSeconds - info.startSeconds)

/** The same run of it, so long after it was seen. */
export const aged = (info: ProcessInfo, sinceMs: number): ProcessInfo => ({
  ...info,
  nowSeconds: info.nowSeconds + Math.round(sinceMs / 1000),
})

/** Its uptime where something waits for it. What seems to start in the future has run since before the date was set back. */
export const ageSecondsOf = ({ nowSeconds, startSeconds }: ProcessInfo): number =>
  nowSeconds < startSeconds ? Number.POSITIVE_INFINITY : nowSeconds - startSeconds

const NAMES = new Map<number, string>(Object.entries(ProcessState).map(([name, code]) => [code, name]))

/** The word supervisorctl shows for a state code. */
export const stateName = (state: number): string => NAMES.get(state) ?? `state ${state}`

/**
 * False if the name holds what stands for a character that XML forbids (see supervisor/xmlrpc.ts): no call can
 * carry it, supervisord answers HTTP 400.
 */
export const canBeNamed = (info: ProcessInfo): boolean => !info.namespec.includes('\ufffd')
