// The memmon that people ask about its agents: found by supervisord.conf as its rules are, and connected to.
import { join } from 'node:path'
import { connectHost, type Host, type NoHost } from '../agents/client.ts'
import { knownFolders, peoplesPath, socketName } from '../agents/socket-path.ts'
import { UsageError } from '../base/errors.ts'
import { formatServerUrl, type ServerAddress } from '../base/server-url.ts'
import type { Environment } from '../config/supervisor-files.ts'
import { stateRoot } from '../restart/state-folder.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import { tableFrom } from './look.ts'
import { type Asked, type Basis, basisOf, type RuleSource } from './rule-sources.ts'
import { environmentOf } from './running-memmon.ts'

export interface FoundHost {
  readonly host: Host
  /** supervisord's processes: the host knows pids alone. */
  readonly table: ProcessTable
}

/** Throws a UsageError that says what to do. */
export async function findHost(asked: Asked): Promise<FoundHost> {
  const basis = basisOf(asked)
  const table = await tableFrom(basis)
  const reasons: NoHost[] = []
  for (const path of pathsOf(basis, table.processes, asked.sources.environment)) {
    const found = await connectHost(path)
    if ('ask' in found) return { host: found, table }
    reasons.push(found)
  }
  throw new UsageError(whyNone(basis, reasons))
}

/**
 * What the listener with these rules says through its socket; undefined without one, or without an answer.
 */
export async function askListener(
  source: RuleSource,
  processes: readonly ProcessInfo[],
  address: ServerAddress,
): Promise<unknown> {
  for (const path of socketsOf(source, processes, formatServerUrl(address))) {
    for (const door of [peoplesPath(path), path]) {
      const host = await connectHost(door)
      if (!('ask' in host)) continue
      const answer = await host.ask({ do: 'listener' }, { timeoutMs: LISTENER_WITHIN_MS })
      host.close()
      if (answer.kind === 'finished') return answer.data
    }
  }
  return undefined
}

const LISTENER_WITHIN_MS = 2_000

/** Where it may listen, the likeliest first. */
function pathsOf(
  { sources, server }: Basis,
  processes: readonly ProcessInfo[],
  environment: Environment,
): string[] {
  const given = environment.MEMMON_SOCKET
  const workers = given
    ? [given]
    : sources.flatMap(source => socketsOf(source, processes, formatServerUrl(server.address)))
  return [...new Set(workers.flatMap(path => [peoplesPath(path), path]))]
}

function socketsOf(
  { settings, environment, section }: RuleSource,
  processes: readonly ProcessInfo[],
  url: string,
): string[] {
  const { agentSocket, stateDir } = settings
  if (agentSocket !== 'auto') return agentSocket === 'off' ? [] : [agentSocket]
  const memmon = processes.find(one => one.group === section?.group && one.state === ProcessState.RUNNING)
  const environments = [memmon && environmentOf(memmon.pid), environment].filter(one => one !== undefined)
  return environments.flatMap(one => {
    const root = stateRoot(stateDir, one, process.geteuid?.() ?? 0)
    const name = socketName(one.SUPERVISOR_SERVER_URL ?? url)
    return [...knownFolders(one), ...(root === undefined ? [] : [root])].map(folder => join(folder, name))
  })
}

const TURN_ON =
  'set agent_socket = auto in the [memmon] section of memmon.conf, or add --agent-socket auto to its command='

function whyNone({ sources, noListener }: Basis, reasons: readonly NoHost[]): string {
  const refused = reasons.find(({ kind }) => kind !== 'absent')
  if (refused) return refused.why
  if (reasons.length > 0)
    return `no memmon listens for agents: ${reasons.map(({ why }) => why).join('; ')}. Its log says why, in a line about "Agents of workers"`
  if (sources.length > 0)
    return `memmon takes no commands, since its agent socket is off: ${TURN_ON}, then run supervisorctl update`
  return `no memmon found to ask: ${noListener ?? 'no rules found'}. MEMMON_SOCKET names the socket of one`
}
