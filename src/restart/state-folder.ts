// Where memmon keeps its state: one folder a listener, mode 0700, that nobody else can change, and one memmon at a time.
import type { FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FileFault, fileFaultOf } from '../base/file-fault.ts'
import { fingerprint } from '../base/fingerprint.ts'
import { dropLock, hasLock, holderOf, type Owner, type RunOf, takeLock } from '../base/lock-file.ts'
import { isStillAt } from '../base/own-file.ts'
import { objection, openOwnFolder } from '../base/own-folder.ts'

/** Environment variables, by name. */
type Environment = Readonly<Record<string, string | undefined>>

/** The folder below which every memmon of this user has its own; undefined if there is no place for it. */
export function stateRoot(
  wanted: string | undefined,
  environment: Environment,
  uid: number,
): string | undefined {
  const { STATE_DIRECTORY, XDG_STATE_HOME, HOME } = environment
  // systemd gives several folders with colons between them (systemd.exec(5)).
  const given = wanted ?? STATE_DIRECTORY?.split(':')[0]
  if (given) return given
  if (XDG_STATE_HOME) return join(XDG_STATE_HOME, 'memmon')
  if (uid === 0) return '/var/lib/memmon'
  return HOME ? join(HOME, '.local', 'state', 'memmon') : undefined
}

/** A folder name for one listener: told apart by supervisord's address and by the name that supervisord gave it. */
export function stateFolderName(serverUrl: string, environment: Environment): string {
  const { SUPERVISOR_GROUP_NAME: group = '', SUPERVISOR_PROCESS_NAME: name = '' } = environment
  const hash = fingerprint(JSON.stringify([serverUrl, group, name]))
  return `${(name || 'memmon')
    .replace(/[^\w.-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, 64)}-${hash}`
}

export interface ClaimPorts {
  /** Tells the runs of a pid apart; undefined if there is no such process. */
  readonly runOf: RunOf
  readonly sleep: (ms: number) => Promise<void>
  /** True when memmon ends: it no longer waits. */
  readonly isEnding: () => boolean
  /** Logged once for each memmon that it has to wait for. */
  readonly tell: (text: string) => void
}

/** A folder that is locked until it is released or this process ends. */
export interface StateFolder {
  readonly path: string
  /** False once the folder or our lock in it was deleted or replaced: what is written there is lost. Never rejects. */
  isIntact(): Promise<boolean>
  /** Makes the folder anew and locks it, unless it is intact. Throws a FileFault. */
  remake(): Promise<void>
  /** Never rejects: a lock that cannot be removed is stale once this process has ended. */
  release(): Promise<void>
}

/** What was claimed is open all the time, so that its inode is not reused. */
interface Claim {
  readonly path: string
  readonly me: Owner
  readonly runOf: RunOf
  folder: FileHandle
}

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 2_000
/** The folder may be deleted while it is claimed; not over and over. */
const MOST_VANISHED = 5

/**
 * Makes the folder if it is missing, checks that nobody else can change it, and locks it. Waits for another memmon that
 * has it: supervisord may start the new one while the old one is still ending. Undefined if memmon ends first.
 * Throws a FileFault: 'unsafe', or 'unwritable', and then no other memmon has it and findStateFolder may find it.
 */
export async function claimStateFolder(
  root: string,
  name: string,
  ports: ClaimPorts,
): Promise<StateFolder | undefined> {
  const { runOf } = ports
  const path = join(resolve(root), name)
  const me = { pid: process.pid, run: runOf(process.pid) ?? '' }
  let awaited: number | undefined
  for (let tries = 1; !ports.isEnding(); tries++) {
    const taken = await take(path, me, runOf)
    if (typeof taken !== 'number') return stateFolder({ path, me, runOf, folder: taken })
    if (taken !== awaited) ports.tell(`Waiting for the memmon with pid ${taken} to release ${path}`)
    awaited = taken
    await ports.sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * tries))
  }
  return undefined
}

/**
 * The folder as an earlier memmon has left it, for reading where nothing can be written; undefined if there is none.
 * Writes nothing and locks nothing. Throws a FileFault.
 */
export async function findStateFolder(root: string, name: string): Promise<string | undefined> {
  const path = join(resolve(root), name)
  const folder = await openOwnFolder(path, false).catch((thrown: unknown) => {
    throw advised(fileFaultOf(thrown))
  })
  if (!folder) return undefined
  const stat = await folder.stat().finally(() => folder.close())
  // Others could have forged what is in it: claimStateFolder would have closed it to them, and could not.
  const against = objection(path, stat, stat.uid)
  if (against) throw advised(new FileFault('unsafe', against))
  return path
}

function stateFolder(claim: Claim): StateFolder {
  const { path, me, runOf } = claim
  let remaking: Promise<void> | undefined
  const isIntact = async () => {
    try {
      return (await isStillAt(claim.folder, path)) && (await hasLock(path, me))
    } catch {
      return false
    }
  }
  const remake = async () => {
    if (await isIntact()) return
    const taken = await take(path, me, runOf)
    if (typeof taken === 'number')
      throw new FileFault('held', `${path} is in use by the memmon with pid ${taken}`)
    await claim.folder.close().catch(() => {})
    claim.folder = taken
  }
  return {
    path,
    isIntact,
    // Several restarts may find it gone at the same time.
    remake: () => {
      remaking ??= remake().finally(() => {
        remaking = undefined
      })
      return remaking
    },
    release: async () => {
      await remaking?.catch(() => {})
      if (await isIntact()) await dropLock(path, me).catch(() => {})
      await claim.folder.close().catch(() => {})
    },
  }
}

/** The folder, open and locked, or the pid of the memmon that has it. */
async function take(path: string, me: Owner, runOf: RunOf): Promise<FileHandle | number> {
  let fault = new FileFault('unwritable', `${path} keeps vanishing: stop what deletes or replaces it`)
  for (let vanished = 0; vanished < MOST_VANISHED; vanished++) {
    try {
      const taken = await takeOnce(path, me, runOf)
      if (taken !== undefined) return taken
    } catch (thrown) {
      fault = fileFaultOf(thrown)
      if (fault.code !== 'ENOENT') break
    }
  }
  throw advised(fault)
}

/** Undefined if the folder was deleted or replaced meanwhile. */
async function takeOnce(path: string, me: Owner, runOf: RunOf): Promise<FileHandle | number | undefined> {
  const folder = await openOwnFolder(path, true)
  if (!folder) return undefined
  let kept = false
  try {
    // Looked at before anything is written: where nothing can be, it still has to be known whether it is free.
    const holder = await holderOf(path, me, runOf)
    if (holder !== undefined) return holder
    if (((await folder.stat()).mode & 0o077) !== 0) await folder.chmod(0o700)
    const taken = await takeLock(path, me, runOf)
    if (taken !== 'taken') return taken
    kept = (await isStillAt(folder, path)) && (await hasLock(path, me))
    return kept ? folder : undefined
  } finally {
    if (!kept) await folder.close()
  }
}

const advised = ({ kind, message, code }: FileFault): FileFault =>
  new FileFault(kind, `${message}, or set --state-dir`, code)
