// The memmon that runs by the rules that a look by hand goes by: where it is, and what it remembers. Reads alone.
import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { formatServerUrl, parseServerUrl, type ServerAddress } from '../base/server-url.ts'
import { timestamp } from '../base/text.ts'
import type { Environment } from '../config/supervisor-files.ts'
import { type FoundState, readRunningState } from '../restart/running-state.ts'
import { stateFolderName, stateRoot } from '../restart/state-folder.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'
import { runOf } from '../supervisor/identity.ts'
import type { RuleSource } from './rule-sources.ts'

/** What was found of it. */
export interface RunningMemmon {
  readonly process: ProcessInfo
  /** Where its state was looked for. */
  readonly path: string | undefined
  readonly state: FoundState
  /** One line: as of when, or why not. */
  readonly note: string
  /** Lines about what is left out of it. */
  readonly problems: readonly string[]
}

/** undefined if none runs: its state is of no use then. */
export async function findRunning(
  source: RuleSource,
  processes: readonly ProcessInfo[],
  address: ServerAddress,
): Promise<RunningMemmon | undefined> {
  const { section } = source
  const process = processes.find(one => one.group === section?.group && one.state === ProcessState.RUNNING)
  if (!process) return undefined
  const paths = stateFoldersOf(source, process, address)
  for (const path of paths) {
    const state = await readRunningState(path, runOf)
    if (state.kind !== 'missing') return described(process, path, state)
  }
  return described(process, paths.at(-1), { kind: 'missing' })
}

/** Where its state may be, the likeliest first; `pid` is 0 if it does not run. */
export function stateFoldersOf(
  { settings, environment }: RuleSource,
  { pid, group, name }: Pick<ProcessInfo, 'pid' | 'group' | 'name'>,
  address: ServerAddress,
): readonly string[] {
  const told = { SUPERVISOR_GROUP_NAME: group, SUPERVISOR_PROCESS_NAME: name }
  const environments = [environmentOf(pid), { ...environment, ...told, SUPERVISOR_SERVER_URL: undefined }]
  const uid = ownerOf(pid) ?? ownUid()
  return environments.flatMap(one => (one && pathBy(one, settings, address, { pid, uid })) ?? [])
}

/** As memmon itself finds it: see restart/place.ts. */
function pathBy(
  environment: Environment,
  { stateDir, serverUrl }: RuleSource['settings'],
  address: ServerAddress,
  { pid, uid }: { readonly pid: number; readonly uid: number },
): string | undefined {
  const root = stateRoot(stateDir, environment, uid)
  if (root === undefined) return undefined
  const url = formatServerUrl(serverUrl ?? addressIn(environment) ?? address)
  return join(resolve(folderOf(pid), root), stateFolderName(url, environment))
}

function addressIn({ SUPERVISOR_SERVER_URL: url }: Environment): ServerAddress | undefined {
  try {
    return url ? parseServerUrl(url) : undefined
  } catch {
    return undefined
  }
}

function described(process: ProcessInfo, path: string | undefined, state: FoundState): RunningMemmon {
  const found = { process, path, state }
  const whose = `the memmon with pid ${process.pid}`
  if (state.kind === 'running') {
    const asOf = timestamp(new Date(state.asOfMs)).slice(0, 19)
    const problems = state.problems.map(text => `Of ${whose} not all is known: ${text}`)
    return { ...found, note: `What ${whose} remembers, as of ${asOf}`, problems }
  }
  const why = whyUnread(state, path, process.pid)
  return { ...found, note: `What ${whose} remembers is left out: ${why}`, problems: [] }
}

/** Why the state of the memmon with this pid is unknown, in one clause. */
export const whyUnread = (
  state: Exclude<FoundState, { kind: 'running' }>,
  path: string | undefined,
  pid: number,
): string => whyLeftOut(state, path, { owner: ownerOf(pid), reader: ownUid(), nameOf: userName })

/** Who may read what; `owner` is undefined where nobody can tell. */
export interface Readers {
  readonly owner: number | undefined
  readonly reader: number
  readonly nameOf: (uid: number) => string
}

/** Why this user cannot read what the process with this pid keeps, if that is so; in one clause. */
export const foreignText = (pid: number): string | undefined =>
  foreignTo({ owner: ownerOf(pid), reader: ownUid(), nameOf: userName })

function foreignTo({ owner, reader, nameOf }: Readers): string | undefined {
  if (owner === undefined || reader === 0 || reader === owner) return undefined
  const who = owner === 0 ? 'root' : `${nameOf(owner)} and root`
  return `it runs as ${nameOf(owner)}, and only ${who} can read its state`
}

/** One clause. */
export function whyLeftOut(
  state: Exclude<FoundState, { kind: 'running' }>,
  path: string | undefined,
  { owner, reader, nameOf }: Readers,
): string {
  const foreign = foreignTo({ owner, reader, nameOf })
  if (foreign !== undefined) return foreign
  switch (state.kind) {
    case 'unreadable':
      return state.why
    case 'idle':
      return `no memmon that runs has locked ${path}`
    case 'missing':
      return path === undefined ? 'it has no state directory' : `${path} does not exist`
  }
}

const ownUid = (): number => process.geteuid?.() ?? 0

/** With which environment it was started; undefined if that is not for us to read. */
export function environmentOf(pid: number): Environment | undefined {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return Object.fromEntries(
      entries.map(entry => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    )
  } catch {
    return undefined
  }
}

function ownerOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid
  } catch {
    return undefined
  }
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return '.'
  }
}

/** By /etc/passwd, where most users are. */
export function userName(uid: number): string {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map(line => line.split(':'))
    return lines.find(([, , id]) => id === String(uid))?.[0] ?? `user ${uid}`
  } catch {
    return `user ${uid}`
  }
}
