// A lock that a directory's users share, as a file named `lock` that names its holder. Node has no flock(2), so a lock
// outlives a killed holder, and taking over such a stale lock is where the races are:
//
// 1. A lock is never seen half-written: it is written under another name, and link(2) puts it in place, whole, and only
//    where nothing is.
// 2. Two contenders see the same stale lock; the slower one must not remove the fresh lock of the faster one. Nor may it
//    rename it away to look at it: until it is put back, a third one finds no lock and takes one. So nothing is ever
//    removed to make room. Whoever finds a stale lock of inode N links its own as `lock.after-N`, which only one can
//    do; that one looks whether `lock` is still N, which it holds open so that N cannot be reused, and renames its own
//    over it, which leaves no moment without a lock. `lock` cannot change in between: everybody else who finds N stale
//    finds `lock.after-N`, too, and a stale lock never comes back. If `lock` is no longer N, it withdraws, and tries anew.
// 3. The one who has linked `lock.after-N` is killed before it renames: `lock.after-N` of inode M is then a stale lock
//    itself, and the next one links `lock.after-M`, and so on. It renames that over `lock`.
// 4. What kills leave behind is removed by whoever gets the lock, and only if the process it names has gone: nobody
//    removes a living contender's file but itself.
//
// It all rests on `runOf`: a process that is said to be gone must be gone for good. Nothing here holds between machines
// or containers that do not see each other's processes.
import { constants } from 'node:fs'
import { type FileHandle, link, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, FileFault } from './file-fault.ts'
import { isStillAt, openOwnFile } from './own-file.ts'

/** A process; `run` tells the runs of its pid apart. */
export interface Owner {
  readonly pid: number
  readonly run: string
}

/** The run of a pid by now; undefined if there is no such process. */
export type RunOf = (pid: number) => string | undefined

const LOCK = 'lock'
const MOST_BYTES = 256
const MOST_TRIES = 1_000
/** Each link of the chain is a contender that was killed within a millisecond. */
const MOST_STALE = 100
const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants

/** The pid of the living process other than `me` that has the lock of this directory; undefined if none has. */
export const holderOf = async (folder: string, me: Owner, runOf: RunOf): Promise<number | undefined> =>
  livingPid(await ownerAt(join(folder, LOCK)), me, runOf)

/** The living process that has the lock of this directory of user `uid`; undefined if none has. Takes nothing. */
export async function lockedBy(folder: string, uid: number, runOf: RunOf): Promise<Owner | undefined> {
  const owner = await ownerAt(join(folder, LOCK), uid)
  return owner && runOf(owner.pid) === owner.run ? owner : undefined
}

/** Takes the lock; returns the pid of the living process that has it, or is about to have it, instead. */
export async function takeLock(folder: string, me: Owner, runOf: RunOf): Promise<'taken' | number> {
  const mine = join(folder, await writeMine(folder, me))
  try {
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      const taken = await tryToTake(folder, mine, me, runOf)
      if (taken === 'taken') await removeLeftovers(folder, me, runOf).catch(() => {})
      if (taken !== 'changed') return taken
    }
  } finally {
    await rm(mine, { force: true }).catch(() => {})
  }
  throw new FileFault('unwritable', `${join(folder, LOCK)} keeps changing: stop what changes it`)
}

/** True if the lock of this directory is ours. */
export async function hasLock(folder: string, me: Owner): Promise<boolean> {
  const owner = await ownerAt(join(folder, LOCK))
  return owner?.pid === me.pid && owner.run === me.run
}

/** Removes the lock if it is ours: nobody replaces it as long as we live. */
export async function dropLock(folder: string, me: Owner): Promise<void> {
  if (await hasLock(folder, me)) await rm(join(folder, LOCK), { force: true })
}

async function tryToTake(
  folder: string,
  mine: string,
  me: Owner,
  runOf: RunOf,
): Promise<'taken' | 'changed' | number> {
  const stale: FileHandle[] = []
  try {
    let place = join(folder, LOCK)
    while (!(await isLinked(mine, place))) {
      const found = await openOwnFile(place)
      if (!found) return 'changed'
      stale.push(found)
      const pid = livingPid(await ownerIn(found), me, runOf)
      if (pid !== undefined) return pid
      if (stale.length > MOST_STALE)
        throw new FileFault('unwritable', `${folder} is full of stale locks: remove ${folder}/${LOCK}*`)
      place = join(folder, `${LOCK}.after-${(await found.stat({ bigint: true })).ino}`)
    }
    return stale[0] ? await replace(stale[0], place, join(folder, LOCK)) : 'taken'
  } finally {
    for (const file of stale) await file.close()
  }
}

/** Puts what we have linked at `place` over the stale lock, if that is still the one that was judged. */
async function replace(judged: FileHandle, place: string, lock: string): Promise<'taken' | 'changed'> {
  try {
    if (await isStillAt(judged, lock)) {
      await rename(place, lock)
      return 'taken'
    }
  } catch (thrown) {
    await rm(place, { force: true }).catch(() => {})
    throw thrown
  }
  await rm(place, { force: true })
  return 'changed'
}

async function isLinked(mine: string, place: string): Promise<boolean> {
  try {
    await link(mine, place)
    return true
  } catch (thrown) {
    const code = errnoOf(thrown) ?? ''
    if (code === 'EEXIST') return false
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code))
      throw new FileFault(
        'unwritable',
        `the file system of ${place} has no hard links: use one that has`,
        code,
      )
    throw thrown
  }
}

let written = 0

/** Our lock under a name of our own. One of that name is a leftover: of a process that had our pid, and has gone. */
async function writeMine(folder: string, me: Owner): Promise<string> {
  const name = `${LOCK}.${me.pid}-${++written}.new`
  const path = join(folder, name)
  await rm(path, { force: true })
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    await file.writeFile(`${me.pid} ${me.run}\n`)
  } catch (thrown) {
    await rm(path, { force: true }).catch(() => {})
    throw thrown
  } finally {
    await file.close()
  }
  return name
}

/** Removes what killed contenders have left. */
async function removeLeftovers(folder: string, me: Owner, runOf: RunOf): Promise<void> {
  for (const name of await readdir(folder)) {
    const [written, pid] = /^lock\.(?:(\d+)-\d+\.new|after-\d+)$/.exec(name) ?? []
    if (written === undefined) continue
    const path = join(folder, name)
    // Still empty, it names the process that is writing it by its name alone.
    const owner = (await ownerAt(path)) ?? { pid: Number(pid), run: runOf(Number(pid)) ?? '' }
    if (livingPid(owner, me, runOf) === undefined) await rm(path, { force: true })
  }
}

async function ownerAt(path: string, uid?: number): Promise<Owner | undefined> {
  const file = await openOwnFile(path, uid)
  try {
    return file && (await ownerIn(file))
  } finally {
    await file?.close()
  }
}

/** Undefined for what no memmon has written, or an older one not to its end. */
async function ownerIn(file: FileHandle): Promise<Owner | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
  const [, pid, run = ''] = /^(\d{1,10}) (.*)\n$/.exec(buffer.toString('utf8', 0, bytesRead)) ?? []
  return pid === undefined ? undefined : { pid: Number(pid), run }
}

/** A lock with our own pid is ours from before, or of another run of this pid: stale in both cases. */
function livingPid(owner: Owner | undefined, me: Owner, runOf: RunOf): number | undefined {
  return owner && owner.pid !== me.pid && runOf(owner.pid) === owner.run ? owner.pid : undefined
}
