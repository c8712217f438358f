// Finds out which supervisord this is and where its journal is kept, which may take as long as supervisord does to
// answer: its server may start after its listeners.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { FaultCode, faultOf } from '../base/errors.ts'
import { FileFault } from '../base/file-fault.ts'
import { despiteLack, isLack } from '../base/lack.ts'
import { ownUser } from '../base/own-user.ts'
import { retryDelayMs } from './endings.ts'
import { createJournalDisk } from './journal-disk.ts'
import type { JournalPlace } from './restarts.ts'
import {
  claimStateFolder,
  findStateFolder,
  type StateFolder,
  stateFolderName,
  stateRoot,
} from './state-folder.ts'

export interface PlacePorts {
  readonly getPid: () => Promise<number>
  /** Tells the runs of a pid apart; undefined if there is no such process to be seen. */
  readonly runOf: (pid: number) => string | undefined
  /** supervisord's address, as a name. */
  readonly serverUrl: string
  /** --state-dir. */
  readonly stateDir: string | undefined
  readonly environment: NodeJS.ProcessEnv
  readonly isEnding: () => boolean
  readonly onSupervisord: (pid: number) => void
  /** The folder of this memmon, once it is there and ours. */
  readonly onFolder: (folder: StateFolder) => void
  readonly tell: (text: string) => void
  readonly sleep: (ms: number) => Promise<void>
  /** The monotonic clock, in milliseconds. */
  readonly tick: () => number
}

/** An old memmon has stopwaitsecs to end; one that is still there later is meant to stay. */
const WAIT_FOR_OTHERS_MS = 60_000

/** Throws an Error that says why there is no place for a journal. */
export async function findPlace(ports: PlacePorts): Promise<JournalPlace> {
  const supervisord = await supervisordRun(ports)
  const root = stateRoot(ports.stateDir, ports.environment, process.getuid?.() ?? 0)
  if (root === undefined)
    throw new Error(
      `HOME is not set, and state goes to .local/state/memmon below it: set --state-dir to a folder of user ${ownUser()}`,
    )
  const name = stateFolderName(ports.serverUrl, ports.environment)
  const claim = claimOnce(root, name, ports)
  try {
    await despiteLack(claim, ports.sleep)
  } catch (thrown) {
    refuseForeignHome(root, ports.environment)
    // What cannot be written may still hold what an earlier memmon has begun.
    if (!(thrown instanceof FileFault) || thrown.kind !== 'unwritable') throw thrown
    if ((await findStateFolder(root, name)) === undefined) throw thrown
  }
  const { tell, sleep } = ports
  const disk = createJournalDisk({ path: join(root, name), claim, tell, sleep })
  return { disk, supervisord, boot: bootId() }
}

/** Operators do not expect this, and the file system's own words do not explain it. */
function refuseForeignHome(root: string, { HOME }: NodeJS.ProcessEnv): void {
  if (!HOME || !root.startsWith(`${HOME}/`) || isOwn(HOME)) return
  throw new Error(
    `HOME is ${HOME}, which user ${ownUser()} does not own, as supervisord leaves HOME as it is for user=: set --state-dir to a folder of that user, or HOME in environment=`,
  )
}

function isOwn(path: string): boolean {
  try {
    return statSync(path).uid === process.getuid?.()
  } catch {
    return false
  }
}

/** Claims the folder when that is possible for the first time; from then on it is the same one. */
function claimOnce(root: string, name: string, ports: PlacePorts): () => Promise<StateFolder> {
  let claimed: StateFolder | undefined
  return async () => {
    if (claimed) return claimed
    const untilTick = ports.tick() + WAIT_FOR_OTHERS_MS
    const isEnding = () => ports.isEnding() || ports.tick() > untilTick
    claimed = await claimStateFolder(root, name, { ...ports, isEnding })
    if (!claimed) throw new FileFault('held', `${join(root, name)} is in use by another memmon`)
    ports.onFolder(claimed)
    return claimed
  }
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
      // Without a descriptor left, its children cannot be listed yet.
      const { kind, code } = isLack(thrown) ? { kind: 'lack', code: 0 } : faultOf(thrown)
      if (kind === 'fault' && code !== FaultCode.SHUTDOWN_STATE) return 'unknown' // it does not answer getPID
      await sleep(retryDelayMs(faults, Math.random()))
    }
  }
}

/** Which boot the monotonic clock counts from (random(4)); '' where that is not known. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}
