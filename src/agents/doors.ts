// The sockets of one memmon: that of the agents, and, where that is open to other users, one for the commands of people.
import { join } from 'node:path'
import { FileFault, fileFaultOf } from '../base/file-fault.ts'
import { groupIdOf } from './group-id.ts'
import { type FolderTerms, type OpenSocket, openSocket, type SocketTerms } from './open-socket.ts'
import type { Door } from './reception.ts'
import { knownFolders, ownFolders, peoplesPath, RUN_FOLDER, socketName } from './socket-path.ts'

/** Of the settings. */
export interface AgentsTerms {
  /** off, auto, or a path. */
  readonly agentSocket: string
  readonly agentSocketMode?: number
  readonly agentSocketGroup?: string
}

export interface Surroundings {
  /** As SUPERVISOR_SERVER_URL has it. */
  readonly serverUrl: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly uid: number
  /** Of memmon's state. */
  readonly stateRoot: string | undefined
}

export interface Doors {
  /** Of the agents. */
  readonly path: string
  /** An agent finds it without being told. */
  readonly isKnown: boolean
  isInPlace(): boolean
  close(): void
}

type Open = Pick<SocketTerms, 'mostConnections' | 'onDropped'> & {
  readonly onConnection: (socket: Parameters<SocketTerms['onConnection']>[0], door: Door) => void
}

const PRIVATE_MODE = 0o600
const GROUP_MODE = 0o660

/** Opens them in the first suitable place. Throws a FileFault that says what is wrong with the last one. */
export async function openDoors(terms: AgentsTerms, around: Surroundings, open: Open): Promise<Doors> {
  const mode = terms.agentSocketMode ?? (terms.agentSocketGroup === undefined ? PRIVATE_MODE : GROUP_MODE)
  const gid = terms.agentSocketGroup === undefined ? undefined : groupIdOf(terms.agentSocketGroup)
  let fault = new FileFault('unwritable', 'no suitable folder for the socket: set agent_socket to a path')
  for (const { path, folder } of placesFor(terms, around)) {
    try {
      const sockets = await openBoth({ path, folder, mode, gid }, open)
      return {
        path,
        isKnown: knownFolders(around.environment).some(
          one => join(one, socketName(around.serverUrl)) === path,
        ),
        isInPlace: () => sockets.every(one => one.isInPlace()),
        close: () => {
          for (const one of sockets) one.close()
        },
      }
    } catch (thrown) {
      fault = fileFaultOf(thrown)
      // Another memmon serves the same agents: a second place would not help.
      if (fault.kind === 'held') break
    }
  }
  throw fault
}

interface Place {
  readonly path: string
  readonly folder: FolderTerms
}

function placesFor({ agentSocket }: AgentsTerms, around: Surroundings): Place[] {
  if (agentSocket !== 'auto') return [{ path: agentSocket, folder: 'given' }]
  const name = socketName(around.serverUrl)
  return ownFolders(around.environment, around.uid, around.stateRoot).map(folder => ({
    path: join(folder, name),
    folder: folder === RUN_FOLDER ? 'public' : 'private',
  }))
}

async function openBoth(
  terms: Place & { readonly mode: number; readonly gid: number | undefined },
  { onConnection, ...open }: Open,
): Promise<OpenSocket[]> {
  const isOpenToOthers = (terms.mode & 0o066) !== 0
  const by = (door: Door) => ({
    ...open,
    onConnection: (socket: Parameters<Open['onConnection']>[0]) => onConnection(socket, door),
  })
  const own = isOpenToOthers
    ? [
        await openSocket({
          ...terms,
          ...by({ isOpenToOthers: false }),
          path: peoplesPath(terms.path),
          mode: PRIVATE_MODE,
          gid: undefined,
        }),
      ]
    : []
  try {
    return [await openSocket({ ...terms, ...by({ isOpenToOthers }) }), ...own]
  } catch (thrown) {
    for (const one of own) one.close()
    throw thrown
  }
}
