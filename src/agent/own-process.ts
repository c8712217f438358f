// Identifies this process to memmon: pids are reused, a pid together with its start is not.
import { readFileSync } from 'node:fs'

const START_FIELD = 22

/** Field 22 of /proc/self/stat, in clock ticks since boot (proc_pid_stat(5)); undefined without /proc. */
export function startTicks(): number | undefined {
  try {
    return startTicksIn(readFileSync('/proc/self/stat', 'latin1'))
  } catch {
    return undefined
  }
}

/** The name in parentheses, field 2, may hold blanks and parentheses. */
export function startTicksIn(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[START_FIELD - 3])
  return Number.isSafeInteger(ticks) ? ticks : undefined
}
