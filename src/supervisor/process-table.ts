// supervisord's processes as they are now, and which of them are event listeners.
import { faultOf } from '../base/errors.ts'
import type { ProcessInfo } from '../rules/process.ts'
import type { SupervisorClient } from './client.ts'

export interface ProcessTable {
  readonly processes: readonly ProcessInfo[]
  /** True for what looks like an event listener. */
  readonly isListener: (namespec: string) => boolean
  /** True for a pid that another process has been given since: what it was has gone. */
  readonly isAnother?: (pid: number) => boolean
}

/** Reads the table; throws a SupervisorFault. */
export type ReadTable = () => Promise<ProcessTable>

/** A reader that asks for the configuration only when a process appears that it has not seen. */
export function createTableReader(client: SupervisorClient): ReadTable {
  let known = new Set<string>()
  let listeners = new Set<string>()
  return async () => {
    const processes = await client.getAllProcessInfo()
    if (processes.some(({ namespec }) => !known.has(namespec))) {
      listeners = await listenersOf(client)
    }
    known = new Set(processes.map(({ namespec }) => namespec))
    return { processes, isListener: namespec => listeners.has(namespec) }
  }
}

/** Not every supervisord tells its configuration: then no listener is recognised. */
async function listenersOf(client: SupervisorClient): Promise<Set<string>> {
  try {
    return await client.getListenerNamespecs()
  } catch (thrown) {
    if (faultOf(thrown).kind === 'fault') return new Set()
    throw thrown
  }
}
