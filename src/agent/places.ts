// Where memmon's socket may be, from the environment that supervisord gives its children (docs/agent.md). Pure.
import { sha256 } from '../base/sha256.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Of sun_path, its closing zero included (unix(7)); on macOS. Linux has 108. */
const LONGEST_PATH = 104

/** In the order to try them; empty outside supervisord, and with MEMMON_AGENT=0. */
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

/** A relative path, or one that the kernel cuts off, would mean a different file in each process. */
const isSocketPath = (path: string): boolean =>
  path.startsWith('/') && !path.includes('\0') && Buffer.byteLength(path) < LONGEST_PATH
