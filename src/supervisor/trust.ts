// Which table of processes the command believes: where there is a /proc, one whose pids are processes here.
import type { SupervisorClient } from './client.ts'
import { createTableReader, type ReadTable } from './process-table.ts'
import { createRunsUnder, ownPids } from './self.ts'
import { createTrustedTable, type TrustPorts } from './trusted-table.ts'

/** What /proc shows of processes: proc/sightings.ts. */
interface Sightings {
  readonly look: TrustPorts['look']
  readonly isSupervisord: (pid: number) => boolean
  readonly isOwnProc: TrustPorts['isOwnProc']
}

type Trust = (sightings: Sightings) => Pick<TrustPorts, 'isLikely' | 'isSurely'>

/**
 * The listener's. If it runs under the supervisord that it asks, start times that do not fit are those of a clock that
 * was set. With --server-url it may ask another one.
 */
export function createListenerTable(
  client: SupervisorClient,
  sightings: Sightings | undefined,
  hasServerUrl: boolean,
): ReadTable {
  const own = ownPids(process.pid, process.ppid)
  const runsUnder = createRunsUnder(process.env, own)
  return trustedTable(client, sightings, ({ isSupervisord }) => ({
    isLikely: pid => own.has(pid) || isSupervisord(pid),
    isSurely: hasServerUrl ? never : runsUnder,
  }))
}

/** By hand: what looks like supervisord is the one of this machine, unless --server-url names another. */
export const createTableByHand = (
  client: SupervisorClient,
  sightings: Sightings | undefined,
  hasServerUrl: boolean,
): ReadTable =>
  trustedTable(client, sightings, ({ isSupervisord }) => ({
    isLikely: isSupervisord,
    isSurely: hasServerUrl ? never : isSupervisord,
  }))

const never = (): boolean => false

function trustedTable(client: SupervisorClient, sightings: Sightings | undefined, trust: Trust): ReadTable {
  const readTable = createTableReader(client)
  if (!sightings) return readTable
  return createTrustedTable(readTable, {
    getPid: client.getPid,
    look: sightings.look,
    isOwnProc: sightings.isOwnProc,
    ...trust(sightings),
  })
}
