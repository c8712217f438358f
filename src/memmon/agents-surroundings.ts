// Where the agents' socket may be, from the environment that every child of supervisord gets.
import type { Surroundings } from '../agents/doors.ts'
import { formatServerUrl, type ServerAddress } from '../base/server-url.ts'
import type { Settings } from '../config/settings.ts'
import { stateRoot } from '../restart/state-folder.ts'

export function agentsSurroundings({ stateDir }: Settings, address: ServerAddress): Surroundings {
  const uid = process.geteuid?.() ?? 0
  return {
    serverUrl: process.env.SUPERVISOR_SERVER_URL ?? formatServerUrl(address),
    environment: process.env,
    uid,
    stateRoot: stateRoot(stateDir, process.env, uid),
  }
}
