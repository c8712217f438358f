// Finds out which supervisord this is and where its journal is kept, which may take as long as supervisord does to
// answer: its server may start after its listeners.
import { readFileSync } from 'node:fs'
import { FaultCode, faultOf } from '../core/errors.ts'
import { retryDelayMs } from './endings.ts'
import { createJournalDisk } from './journal-disk.ts'
import type { JournalPlace } from './restarts.ts'
import { claimStateFolder, stateFolderName, stateRoot } from './state-folder.ts'

export interface PlacePorts {
  readonly getPid: () => Promise<number>
  /** Tells the runs of a pid apart; undefined if there is no such process to be seen. */
  readonly runOf: (pid: number) => string | undefined
  /** supervisord's address, as a name. */
  readonly serverUrl: string
  /** --state-dir. */
  readonly stateDir: string | undefined
  readonly environment: NodeJS.ProcessEnv
  readonly onSupervisord: (pid: number) => void
  /** The folder of this memmon, when it is there and ours. */
  readonly onFolder: (folder: string) => void
  readonly sleep: (ms: number) => Promise<void>
}

/** Throws an Error that says why there is no place for a journal. */
export async function findPlace(ports: PlacePorts): Promise<JournalPlace> {
  const supervisord = await supervisordRun(ports)
  const root = stateRoot(ports.stateDir, ports.environment, process.getuid?.() ?? 0)
  if (root === undefined) throw new Error('no state directory: set --state-dir')
  const name = stateFolderName(ports.serverUrl, ports.environment)
  const folder = await claimStateFolder(root, name, ports.runOf)
  ports.onFolder(folder)
  return { disk: createJournalDisk(folder), supervisord, boot: bootId() }
}

/** Asks until supervisord answers. */
async function supervisordRun({ getPid, runOf, onSupervisord, sleep }: PlacePorts): Promise<string> {
  for (let faults = 1; ; faults++) {
    try {
      const pid = await getPid()
      onSupervisord(pid)
      // Where its /proc cannot be read, the pid has to do.
      return runOf(pid) ?? String(pid)
    } catch (thrown) {
      const { kind, code } = faultOf(thrown)
      if (kind === 'fault' && code !== FaultCode.SHUTDOWN_STATE) return 'unknown' // it does not answer getPID
      await sleep(retryDelayMs(faults, Math.random()))
    }
  }
}

/** Which boot the monotonic clock counts from (random(4)); '' where that is not known. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}
