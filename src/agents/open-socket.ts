// A socket in the file system that only memmon can have made: bound in a folder of its own, given its mode there, and then
// moved into place in one step, over the dead socket of an earlier memmon.
import { lstatSync, unlinkSync } from 'node:fs'
import { chmod, chown, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { errnoOf, FileFault, fileFaultOf, unless } from '../base/file-fault.ts'
import { objection, openOwnFolder } from '../base/own-folder.ts'
import { bornPath, unfitText } from './socket-path.ts'

export interface SocketTerms {
  readonly path: string
  readonly mode: number
  /** undefined: memmon's own. */
  readonly gid: number | undefined
  readonly folder: FolderTerms
  readonly mostConnections: number
  readonly onConnection: (socket: Socket) => void
  /** One connection too many: it is already closed. */
  readonly onDropped: () => void
}

/** Whether a folder that is missing is made, and whether other users may then pass through it. */
export type FolderTerms = 'given' | 'private' | 'public'

export interface OpenSocket {
  /** False if the file was removed or replaced: no agent finds this socket any more. */
  isInPlace(): boolean
  /** Removes the file if it is ours, and listens no more; what is connected stays. */
  close(): void
}

/** Throws a FileFault; 'held' if another process listens there. */
export async function openSocket(terms: SocketTerms): Promise<OpenSocket> {
  const { path } = terms
  const unfit = unfitText(path)
  if (unfit !== undefined) throw new FileFault('unsafe', unfit)
  const uid = process.geteuid?.() ?? 0
  try {
    await checkFolder(dirname(path), terms.folder, uid)
    await checkPlace(path, uid)
    return await bound(terms, bornPath(path, process.pid, uid), uid)
  } catch (thrown) {
    throw fileFaultOf(thrown)
  }
}

async function checkFolder(path: string, terms: FolderTerms, uid: number): Promise<void> {
  const folder = await openOwnFolder(path, terms !== 'given')
  if (!folder) throw new FileFault('unwritable', `${path} does not exist: make it, for user ${uid}`)
  try {
    const against = objection(path, await folder.stat(), uid)
    if (against !== undefined) throw new FileFault('unsafe', against)
    if (terms === 'public') await folder.chmod(0o755)
  } finally {
    await folder.close()
  }
}

/** Whatever is already there must be a dead socket of ours. */
async function checkPlace(path: string, uid: number): Promise<void> {
  const found = await lstat(path).catch(unless('ENOENT'))
  if (!found) return
  if (!found.isSocket()) throw new FileFault('unsafe', `${path} is not a socket: remove it`)
  if (found.uid !== uid) throw new FileFault('unsafe', `${path} belongs to user ${found.uid}: remove it`)
  if (await isServed(path)) throw new FileFault('held', `another process serves ${path}`)
}

function isServed(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const probe = connect(path)
    const end = (isIt: boolean) => {
      probe.destroy()
      resolve(isIt)
    }
    probe.once('connect', () => end(true))
    probe.once('error', thrown => end(!['ECONNREFUSED', 'ENOENT'].includes(errnoOf(thrown) ?? '')))
  })
}

async function bound(terms: SocketTerms, born: string, uid: number): Promise<OpenSocket> {
  const { path, mode, gid } = terms
  await mkdir(dirname(born), { mode: 0o700 }).catch(unless('EEXIST'))
  const cradle = await openOwnFolder(dirname(born), false)
  await cradle?.chmod(0o700).finally(() => cradle.close())
  await rm(born, { force: true })
  const server = await listening(terms, born)
  try {
    if (gid !== undefined) await chown(born, uid, gid)
    await chmod(born, mode)
    const { dev, ino } = await lstat(born, { bigint: true })
    await rename(born, path)
    return openAs(server, path, { dev, ino })
  } catch (thrown) {
    server.close()
    throw thrown
  } finally {
    await rmdir(dirname(born)).catch(() => {}) // another memmon may be about to use it
  }
}

function listening({ mostConnections, onConnection, onDropped }: SocketTerms, path: string): Promise<Server> {
  const server = createServer(onConnection)
  server.maxConnections = mostConnections
  server.on('drop', onDropped)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      // What fails later is a connection that did not come about, as without a descriptor left.
      server.on('error', () => {})
      resolve(server)
    })
  })
}

function openAs(
  server: Server,
  path: string,
  own: { readonly dev: bigint; readonly ino: bigint },
): OpenSocket {
  const isInPlace = () => {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return found !== undefined && found.dev === own.dev && found.ino === own.ino
  }
  return {
    isInPlace: () => quietly(isInPlace) ?? false,
    close: () => {
      quietly(() => isInPlace() && unlinkSync(path))
      server.close()
    },
  }
}

/** undefined if it throws: the folder has gone or is closed to us. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
