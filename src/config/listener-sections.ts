// The [eventlistener:*] sections of supervisord.conf that run memmon: with which arguments, in which environment.
import { posix } from 'node:path'
import { messageOf } from '../base/errors.ts'
import { parseKeyValues } from './key-values.ts'
import { memmonCommand, type SplitCommand } from './memmon-command.ts'
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
  readonly run: MemmonRun | { readonly kind: 'unreadable'; readonly why: string }
}

interface MemmonRun {
  readonly kind: 'memmon'
  /** memmon's own. */
  readonly args: readonly string[]
  /** What the section and [supervisord] set, upon that of this shell. */
  readonly environment: Environment
}

type Keys = ReadonlyMap<string, SupervisorValue>
type Surroundings = Pick<SupervisorSources, 'environment' | 'hostName'> & { readonly split: SplitCommand }

/** In the order in which they stand there. */
export function listenerSections(conf: SupervisorConf, surroundings: Surroundings): ListenerSection[] {
  const global = conf.sections.get('supervisord')
  return [...conf.sections].flatMap(([name, keys]) => {
    const command = keys.get('command')
    // Seen first as it stands: another listener's command need not be understood.
    if (!name.startsWith('eventlistener:') || !MAY_BE_MEMMON.test(command?.value ?? '') || !command) return []
    const of = { name, group: name.slice('eventlistener:'.length), path: command.path }
    try {
      const run = runOf(of.group, command, keys, global, surroundings)
      return run ? [{ ...of, run }] : []
    } catch (thrown) {
      return [{ ...of, run: unreadable(`line ${command.line}: ${messageOf(thrown)}`) }]
    }
  })
}

const MAY_BE_MEMMON = /memmon|%\((program|group)_name\)/i

const unreadable = (why: string) => ({ kind: 'unreadable', why }) as const

function runOf(
  group: string,
  command: SupervisorValue,
  keys: Keys,
  global: Keys | undefined,
  { environment, hostName, split }: Surroundings,
): ListenerSection['run'] | undefined {
  const names = { host_node_name: hostName, program_name: group, group_name: group }
  const numbers = {
    process_num: numberIn(keys, 'numprocs_start', 0),
    numprocs: numberIn(keys, 'numprocs', 1),
  }
  const base = { ...environmentExpansions(environment), ...names, ...numbers }
  const all = pairsIn(global?.get('environment'), base)
  const own = pairsIn(keys.get('environment'), { ...base, ...environmentExpansions(all) })
  const known = { ...base, ...environmentExpansions({ ...all, ...own }), here: folderOf(command.path) }
  const run = memmonCommand(expandSupervisor(command.value, known), split)
  if (run.kind === 'other') return undefined
  if (run.kind === 'script') return unreadable('a shell script starts memmon')
  const folder = folderIn(keys.get('directory'), known) ?? folderIn(global?.get('directory'), known)
  return { kind: 'memmon', args: argsIn(run.args, folder), environment: { ...environment, ...all, ...own } }
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
function argsIn(args: readonly string[], folder: string | undefined): readonly string[] {
  if (folder === undefined) return args
  return args.map((word, at) => {
    if (args[at - 1] === '--config') return posix.resolve(folder, word)
    return word.startsWith('--config=')
      ? `--config=${posix.resolve(folder, word.slice('--config='.length))}`
      : word
  })
}
