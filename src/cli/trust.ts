// Which table of processes the command believes: where there is a /proc, one whose pids are processes here.
import { openSightings, type Sightings } from '../sampling/sightings.ts'
import type { SupervisorClient } from '../supervisor/client.ts'
import { createTableReader, type ReadTable } from '../supervisor/process-table.ts'
import { createRunsUnder, ownPids } from '../supervisor/self.ts'
import { createTrustedTable, type TrustPorts } from '../supervisor/trusted-table.ts'

type Trust = (sightings: Sightings) => Pick<TrustPorts, 'isLikely' | 'isSurely'>

/**
 * The listener's. If it runs under the supervisord that it asks, start times that do not fit are those of a clock that
 * was set. With --server-url it may ask another one.
 */
export function createListenerTable(client: SupervisorClient, hasServerUrl: boolean): ReadTable {
  const own = ownPids(process.pid, process.ppid)
  const runsUnder = createRunsUnder(process.env, own)
  return trustedTable(client, ({ isSupervisord }) => ({
    isLikely: pid => own.has(pid) || isSupervisord(pid),
    isSurely: hasServerUrl ? never : runsUnder,
  }))
}

/** By hand: what looks like supervisord is the one of this machine, unless --server-url names another. */
export const createTableByHand = (client: SupervisorClient, hasServerUrl: boolean): ReadTable =>
  trustedTable(client, ({ isSupervisord }) => ({
    isLikely: isSupervisord,
    isSurely: hasServerUrl ? never : isSupervisord,
  }))

const never = (): boolean => false

function trustedTable(client: SupervisorClient, trust: Trust): ReadTable {
  const readTable = createTableReader(client)
  const sightings = openSightings()
  if (!sightings) return readTable
  return createTrustedTable(readTable, {
    getPid: client.getPid,
    look: sightings.look,
    ...trust(sightings),
  })
}
