// Directories that nobody else can change or replace: the way to them is checked as sshd checks the one to
// authorized_keys (sshd(8), StrictModes).
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { shellWord } from './command-line.ts'
import { errnoOf, FileFault, unless } from './file-fault.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, S_IFMT, S_IFDIR, S_IFLNK } = constants
const S_ISVTX = 0o1000
/** As many as Linux follows (path_resolution(7)). */
const MOST_LINKS = 40

/**
 * Opens a directory of ours. What is missing of the path is made, mode 0700, if `make` says so; else undefined.
 * Throws a FileFault ('unsafe') if it is a link, belongs to another user, or if others may change the way to it.
 */
export async function openOwnFolder(path: string, make: boolean): Promise<FileHandle | undefined> {
  if (!(await checkWay(dirname(path), make)) || !(await statOrMake(path, make))) return undefined
  const folder = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((thrown: unknown) => {
    // ENOTDIR for a link, too (open(2)); ELOOP on other systems.
    if (!['ENOTDIR', 'ELOOP'].includes(errnoOf(thrown) ?? '')) throw thrown
    throw new FileFault('unsafe', `${path} is not a directory: remove it`)
  })
  const { uid } = await folder.stat()
  const own = process.geteuid?.() ?? uid
  if (uid === own) return folder
  await folder.close()
  throw new FileFault('unsafe', `${path} belongs to user ${uid}: run "chown ${own} ${path}"`)
}

/**
 * What stands against a component of the way to a directory of user `own`; undefined if nothing does. Others may write
 * in a sticky one: there they cannot replace what is not theirs. Links are followed if root or we have made them.
 */
export function objection(path: string, stat: Pick<Stats, 'uid' | 'mode'>, own: number): string | undefined {
  const type = stat.mode & S_IFMT
  if (stat.uid !== 0 && stat.uid !== own)
    return `${path} belongs to user ${stat.uid}: run "chown ${type === S_IFLNK ? '-h ' : ''}${own} ${path}"`
  if (type === S_IFLNK) return undefined
  if (type !== S_IFDIR) return `${path} is not a directory: remove it`
  if ((stat.mode & 0o022) === 0 || (stat.mode & S_ISVTX) !== 0) return undefined
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0')
  return `${path} is writable by other users (mode ${mode}): run "chmod go-w ${shellWord(path)}"`
}

/**
 * Walks an absolute path from the top, as the kernel does. Whatever has been checked is out of reach of others, so it
 * still holds when the next component is looked at. False if something is missing and not to be made.
 */
async function checkWay(path: string, make: boolean): Promise<boolean> {
  let at = '/'
  let ahead = ['.', ...path.split('/')]
  for (let links = 0; ahead.length > 0; ) {
    const [part = '', ...rest] = ahead
    ahead = rest
    const next = join(at, part)
    const stat = await statOrMake(next, make)
    if (!stat) return false
    const against = objection(next, stat, process.geteuid?.() ?? stat.uid)
    if (against) throw new FileFault('unsafe', against)
    if (!stat.isSymbolicLink()) {
      at = next
      continue
    }
    if (++links > MOST_LINKS)
      throw new FileFault('unsafe', `${path} leads through too many links: remove some`)
    const target = await readlink(next)
    if (target.startsWith('/')) at = '/'
    ahead = [...target.split('/'), ...ahead]
  }
  return true
}

async function statOrMake(path: string, make: boolean): Promise<Stats | undefined> {
  const found = await lstat(path).catch(unless('ENOENT'))
  if (found || !make) return found
  await mkdir(path, { mode: 0o700 }).catch(unless('EEXIST'))
  return lstat(path)
}
