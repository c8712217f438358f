// The [eventlistener:*] sections of supervisord.conf that run memmon: with which arguments, in which environment.
import { posix } from 'node:path'
import { messageOf, UsageError } from '../core/errors.ts'
import { parseKeyValues } from './key-values.ts'
import { type MemmonCommand, memmonCommand } from './memmon-command.ts'
import { type Expansions, environmentExpansions, expandSupervisor } from './supervisor-expand.ts'
import {
  type Environment,
  folderOf,
  type SupervisorConf,
  type SupervisorSources,
  type SupervisorValue,
} from './supervisor-files.ts'

export interface ListenerSection {
  /** `eventlistener:memmon`. */
  readonly name: string
  /** The group that supervisord makes of it. */
  readonly group: string
  /** The file that has its command=. */
  readonly path: string
  /** memmon's own; undefined if a shell script has them. */
  readonly args: readonly string[] | undefined
  /** What the section and [supervisord] set, upon that of this shell. */
  readonly environment: Environment
}

type Keys = ReadonlyMap<string, SupervisorValue>
type Surroundings = Pick<SupervisorSources, 'environment' | 'hostName'>

/** In the order in which they stand there. Throws a UsageError if one cannot be read. */
export function listenerSections(conf: SupervisorConf, surroundings: Surroundings): ListenerSection[] {
  const global = conf.sections.get('supervisord')
  return [...conf.sections].flatMap(([name, keys]) => {
    const command = keys.get('command')
    if (!name.startsWith('eventlistener:') || !command) return []
    const of = { name, group: name.slice('eventlistener:'.length), path: command.path }
    try {
      return sectionOf(of, command, keys, global, surroundings) ?? []
    } catch (thrown) {
      throw new UsageError(`[${name}] in ${command.path}, line ${command.line}: ${messageOf(thrown)}`)
    }
  })
}

function sectionOf(
  of: Pick<ListenerSection, 'name' | 'group' | 'path'>,
  command: SupervisorValue,
  keys: Keys,
  global: Keys | undefined,
  { environment, hostName }: Surroundings,
): ListenerSection | undefined {
  // Seen first as it stands: another listener's command need not be understood.
  if (!/memmon|%\((program|group)_name\)/i.test(command.value)) return undefined
  const names = { host_node_name: hostName, program_name: of.group, group_name: of.group }
  const numbers = {
    process_num: numberIn(keys, 'numprocs_start', 0),
    numprocs: numberIn(keys, 'numprocs', 1),
  }
  const base = { ...environmentExpansions(environment), ...names, ...numbers }
  const all = pairsIn(global?.get('environment'), base)
  const own = pairsIn(keys.get('environment'), { ...base, ...environmentExpansions(all) })
  const known = { ...base, ...environmentExpansions({ ...all, ...own }), here: folderOf(command.path) }
  const run = memmonCommand(expandSupervisor(command.value, known))
  if (run.kind === 'other') return undefined
  const folder = folderIn(keys.get('directory'), known) ?? folderIn(global?.get('directory'), known)
  return { ...of, args: argsOf(run, folder), environment: { ...environment, ...all, ...own } }
}

const numberIn = (keys: Keys, key: string, otherwise: number): number =>
  Number(keys.get(key)?.value ?? otherwise) || otherwise

/** Of what this shell does not know: the variable may well not matter here. A character that needs no quotes. */
const UNKNOWN = '_'

const pairsIn = (entry: SupervisorValue | undefined, known: Expansions): Record<string, string> =>
  entry
    ? parseKeyValues(expandSupervisor(entry.value, { ...known, here: folderOf(entry.path) }, UNKNOWN))
    : {}

const folderIn = (entry: SupervisorValue | undefined, known: Expansions): string | undefined =>
  entry && expandSupervisor(entry.value, { ...known, here: folderOf(entry.path) })

/** --config is relative to the folder that memmon is started in. */
function argsOf(run: MemmonCommand, folder: string | undefined): readonly string[] | undefined {
  if (run.kind !== 'memmon') return undefined
  if (folder === undefined) return run.args
  return run.args.map((word, at) => {
    if (run.args[at - 1] === '--config') return posix.resolve(folder, word)
    return word.startsWith('--config=')
      ? `--config=${posix.resolve(folder, word.slice('--config='.length))}`
      : word
  })
}
