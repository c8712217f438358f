// supervisord's processes, unless their pids mean other processes here: then none, and why.
import { FaultCode, faultOf, SupervisorFault } from '../base/errors.ts'
import {
  foreignText,
  judgePids,
  type PidVerdict,
  type Sight,
  type SupervisordSight,
} from '../rules/pid-namespace.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { ProcessTable, ReadTable } from './process-table.ts'

export interface TrustPorts {
  /** Throws a SupervisorFault. */
  readonly getPid: () => Promise<number>
  /** A look at any number of pids here; undefined for one that is not visible. */
  readonly look: () => (pid: number) => Sight | undefined
  /** True if /proc belongs to memmon's own pid namespace. */
  readonly isOwnProc: () => boolean
  /** True if the process of this pid looks like supervisord. */
  readonly isLikely: (pid: number) => boolean
  /** True if memmon surely talks to the process of this pid. */
  readonly isSurely: (pid: number, processes: readonly ProcessInfo[]) => boolean
}

/** The same reader, which throws a SupervisorFault of kind 'pids' where the pids cannot be believed. */
export function createTrustedTable(readTable: ReadTable, ports: TrustPorts): ReadTable {
  /** What supervisord said of itself; it may be another one by now. */
  let supervisord: { readonly pid: number | undefined } | undefined
  /** Said once, in the words of the first time. */
  let refusal = ''
  return async () => {
    const table = await readTable()
    const isFresh = supervisord === undefined
    supervisord ??= { pid: await pidOf(ports) }
    let verdict = judge(table, supervisord.pid, ports)
    if (verdict.kind === 'foreign' && !isFresh) {
      supervisord = { pid: await pidOf(ports) }
      verdict = judge(table, supervisord.pid, ports)
    }
    if (verdict.kind === 'foreign') {
      refusal ||= foreignText(verdict, ports.isOwnProc())
      throw new SupervisorFault('pids', refusal)
    }
    refusal = ''
    const { others } = verdict
    return { ...table, isAnother: pid => others.has(pid) }
  }
}

function judge({ processes }: ProcessTable, pid: number | undefined, ports: TrustPorts): PidVerdict {
  const sight = ports.look()
  const sighted = processes
    .filter(one => one.pid > 0)
    .map(process => ({ process, sight: sight(process.pid) }))
  const supervisord: SupervisordSight = {
    pid,
    isSurely: parent => ports.isSurely(parent, processes),
    isLikely: ports.isLikely,
  }
  return judgePids(sighted, supervisord)
}

/** Not every supervisord tells its pid. */
async function pidOf({ getPid }: TrustPorts): Promise<number | undefined> {
  try {
    return await getPid()
  } catch (thrown) {
    const { kind, code } = faultOf(thrown)
    if (kind === 'reply' || (kind === 'fault' && code !== FaultCode.SHUTDOWN_STATE)) return undefined
    throw thrown
  }
}
