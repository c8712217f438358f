// Where memmon's socket may be, from the environment that supervisord gives its children (docs/agent.md). Pure.
import { sha256 } from '../base/sha256.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Of sun_path, its closing zero included (unix(7)); on macOS. Linux has 108. */
const LONGEST_PATH = 104

/** In the order in which they are tried; none if this is no child of supervisord's, or nobody wants an agent. */
export function socketPaths(environment: Environment): string[] {
  if (environment.MEMMON_AGENT === '0') return []
  const { MEMMON_SOCKET: given, SUPERVISOR_SERVER_URL: serverUrl } = environment
  if (given) return [given].filter(isSocketPath)
  if (!serverUrl) return []
  const name = `agent-${sha256(serverUrl).slice(0, 16)}.sock`
  return foldersOf(environment)
    .map(folder => `${folder}/${name}`)
    .filter(isSocketPath)
}

function foldersOf({ XDG_RUNTIME_DIR, XDG_STATE_HOME, HOME }: Environment): string[] {
  return [
    '/run/memmon',
    ...(XDG_RUNTIME_DIR ? [`${XDG_RUNTIME_DIR}/memmon`] : []),
    ...(XDG_STATE_HOME ? [`${XDG_STATE_HOME}/memmon`] : []),
    '/var/lib/memmon',
    ...(HOME ? [`${HOME}/.local/state/memmon`] : []),
  ]
}

/** Anything else means another file to each process: one that is relative, or cut off by the kernel. */
const isSocketPath = (path: string): boolean =>
  path.startsWith('/') && !path.includes('\0') && Buffer.byteLength(path) < LONGEST_PATH
