// Where the agents' socket is: what memmon and the agents make of SUPERVISOR_SERVER_URL alone. Pure.
import { dirname, join } from 'node:path'
import { sha256 } from '../base/sha256.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A socket's path has less on macOS; on Linux 108 with the zero behind it (unix(7)). */
const MOST_BYTES = 103
/** Of root; everybody may pass through it to a socket that is open to them. */
export const RUN_FOLDER = '/run/memmon'

/** agent-<the first 16 hex digits of its SHA-256>.sock. */
export const socketName = (serverUrl: string): string => `agent-${sha256(serverUrl).slice(0, 16)}.sock`

/** Where an agent looks without being told. */
export function knownFolders({ XDG_RUNTIME_DIR, XDG_STATE_HOME, HOME }: Environment): string[] {
  return [
    RUN_FOLDER,
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'memmon')] : []),
    ...(XDG_STATE_HOME ? [join(XDG_STATE_HOME, 'memmon')] : []),
    '/var/lib/memmon',
    ...(HOME ? [join(HOME, '.local', 'state', 'memmon')] : []),
  ]
}

/** Where memmon makes it, the best first; `stateRoot` is that of its state. */
export function ownFolders(
  { XDG_RUNTIME_DIR }: Environment,
  uid: number,
  stateRoot: string | undefined,
): string[] {
  return [
    ...(uid === 0 ? [RUN_FOLDER] : []),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'memmon')] : []),
    ...(stateRoot === undefined ? [] : [stateRoot]),
  ]
}

/** The second one, if others may use the agents' socket: only memmon's user and root can connect to it. */
export const peoplesPath = (path: string): string => path.replace(/(\.sock)?$/, '-own$1')

/** What makes a path unfit for a socket, and what mends it; undefined if it is fit. */
export function unfitText(path: string): string | undefined {
  const longest = Math.max(
    ...[peoplesPath(path), bornPath(path, 2 ** 22, 0)].map(one => Buffer.byteLength(one)),
  )
  if (longest <= MOST_BYTES) return undefined
  return `${path} is ${longest - MOST_BYTES} bytes too long for a socket: set agent_socket to a shorter path`
}

/** Where memmon makes it before moving it into place: in a folder of its own, so that nothing can connect too early. */
export const bornPath = (path: string, pid: number, uid: number): string =>
  join(dirname(path), `.memmon-${uid}`, String(pid))
