// Where memmon keeps its state: one folder a listener, mode 0700, links not followed, never shared by two memmons.
import { constants } from 'node:fs'
import { chmod, lstat, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fingerprint } from '../core/fingerprint.ts'

/** Environment variables, by name. */
type Environment = Readonly<Record<string, string | undefined>>

const LOCK = 'lock'
const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY } = constants

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

/**
 * Makes the folder if it is missing, checks that it is ours alone, and locks it until this process ends.
 * `startOf` tells the runs of a pid apart; undefined if there is no such process.
 * Throws an Error that says what is wrong.
 */
export async function claimStateFolder(
  root: string,
  name: string,
  startOf: (pid: number) => string | undefined,
): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  const folder = join(root, name)
  await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting)
  const found = await lstat(folder)
  if (!found.isDirectory()) throw new Error(`${folder} is no folder`)
  if (process.getuid && found.uid !== process.getuid()) throw new Error(`${folder} belongs to another user`)
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700)
  await lock(join(folder, LOCK), startOf)
  return folder
}

/** Lets go of a folder that was claimed. */
export const releaseStateFolder = (folder: string): Promise<void> => rm(join(folder, LOCK), { force: true })

async function lock(path: string, startOf: (pid: number) => string | undefined): Promise<void> {
  for (let attempt = 1; attempt <= 2; attempt++) {
    try {
      const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
      await file.writeFile(`${process.pid} ${startOf(process.pid) ?? ''}\n`)
      await file.close()
      return
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    }
    const text = await readFile(path, { encoding: 'utf8', flag: O_RDONLY | O_NOFOLLOW })
    const [, pid = '', start = ''] = /^(\d+) (.*)\n$/.exec(text) ?? []
    const held = pid !== '' && Number(pid) !== process.pid && startOf(Number(pid)) === start
    if (held) throw new Error(`${dirname(path)} is in use by the memmon with pid ${pid}`)
    await rm(path, { force: true })
  }
  throw new Error(`${path} cannot be made`)
}

function ignoreExisting(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== 'EEXIST') throw thrown
}
