// What the listeners of supervisord.conf have recorded, read by hand: of those that run, and of those that do not.
import { lstat } from 'node:fs/promises'
import { UsageError } from '../base/errors.ts'
import { errnoOf } from '../base/file-fault.ts'
import type { ServerAddress } from '../base/server-url.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { type FoundHistories, readHistories } from '../history/read-histories.ts'
import type { ProcessInfo } from '../rules/process.ts'
import { tableFrom } from './look.ts'
import { type Asked, type Basis, basisOf, type RuleSource } from './rule-sources.ts'
import { foreignText, stateFoldersOf } from './running-memmon.ts'

export interface HistoriesByHand {
  readonly histories: readonly ProcessHistory[]
  /** The groups of these listeners: memmon's own processes. */
  readonly ownGroups: readonly string[]
  /** One line each: what is missing, unreadable or left out. */
  readonly problems: readonly string[]
  /** Why nothing is recorded anywhere, if that is so. */
  readonly noListener: string | undefined
}

/** What a command says where nothing is recorded. */
export const NOTHING_YET =
  'No history yet: memmon records sizes while supervisord runs it, and writes them every few minutes; try again then'

/** Of all listeners together. Throws a UsageError without a supervisord.conf. */
export async function historiesByHand(asked: Asked): Promise<HistoriesByHand> {
  const { server, isByUrl, sources, noListener, faults, warnings } = basisOf(asked)
  const listeners = sources.filter(({ section }) => section !== undefined)
  const ownGroups = listeners.map(({ section }) => section?.group ?? '')
  if (listeners.length === 0)
    return { histories: [], ownGroups, problems: [...warnings, ...faults], noListener }
  const { processes, why } = await processesOf({ server, isByUrl })
  const all = await Promise.all(listeners.map(source => historiesOf(source, processes, server.address)))
  return {
    histories: all.flatMap(found => found.histories),
    ownGroups,
    problems: [...warnings, ...faults, ...why, ...all.flatMap(found => found.problems)],
    noListener,
  }
}

/** None, and why, if supervisord does not answer: what its memmon has recorded is there all the same. */
async function processesOf(basis: Pick<Basis, 'server' | 'isByUrl'>) {
  try {
    return { processes: (await tableFrom(basis)).processes, why: [] }
  } catch (thrown) {
    if (thrown instanceof UsageError) return { processes: [], why: [thrown.message] }
    throw thrown
  }
}

/** Without supervisord's word the listener has the name that most have: its section's. */
async function historiesOf(
  source: RuleSource,
  processes: readonly ProcessInfo[],
  address: ServerAddress,
): Promise<Pick<FoundHistories, 'histories' | 'problems'>> {
  const group = source.section?.group ?? ''
  const process = processes.find(one => one.group === group) ?? { pid: 0, group, name: group }
  const paths = stateFoldersOf(source, process, address)
  const why = foreignText(process.pid)
  if (why !== undefined) return nothing(source, why)
  const denied: string[] = []
  for (const path of paths) {
    const found = await folderAt(path)
    if (found === 'folder') return await readHistories(path)
    if (found === 'denied') denied.push(path)
  }
  if (denied.length === 0) return nothing(source, missingText(paths))
  return nothing(source, `permission denied: ${denied.join(' and ')}; ask as root, or as memmon's own user`)
}

const nothing = ({ section }: RuleSource, why: string) => ({
  histories: [],
  problems: [`Of [${section?.name}] nothing can be read: ${why}`],
})

const missingText = (paths: readonly string[]): string =>
  paths.length > 0
    ? `${paths.join(' and ')} cannot be found here; memmon makes it when it runs, and writes its history every few minutes`
    : 'it has no state directory; set --state-dir'

const folderAt = (path: string): Promise<'folder' | 'denied' | 'none'> =>
  lstat(path).then(
    found => (found.isDirectory() ? 'folder' : 'none'),
    (thrown: unknown) => (errnoOf(thrown) === 'EACCES' ? 'denied' : 'none'),
  )
