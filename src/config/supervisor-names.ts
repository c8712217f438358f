// The processes that supervisord.conf defines, by the names that supervisorctl shows (supervisor/options.py,
// processes_from_section and homogeneous groups). Pure.
import { environmentExpansions, expandSupervisor } from './supervisor-expand.ts'
import { folderOf, type SupervisorConf, type SupervisorSources } from './supervisor-files.ts'

/** For one program; nobody can choose from more. */
const MOST_PROCESSES = 1_000

export interface SupervisorNames {
  /** `group:name`, or the name alone where both are the same. */
  readonly processes: readonly string[]
  readonly groups: readonly string[]
}

type Surroundings = Pick<SupervisorSources, 'environment' | 'hostName'>

/** Skips what it cannot expand. */
export function namesIn({ sections }: SupervisorConf, surroundings: Surroundings): SupervisorNames {
  const groupOf = new Map<string, string>()
  for (const [section, keys] of sections) {
    const [, group] = /^group:(.*)$/.exec(section) ?? []
    const programs = keys.get('programs')?.value.split(',') ?? []
    if (group !== undefined) for (const program of programs) groupOf.set(program.trim(), group)
  }
  const all = [...sections].flatMap(([section, keys]) => {
    const [, program] = /^(?:program|fcgi-program|eventlistener):(.*)$/.exec(section) ?? []
    if (program === undefined) return []
    const group = groupOf.get(program) ?? program
    return namesOf(program, group, keys, surroundings).map(name => ({ group, name }))
  })
  return {
    processes: all.map(({ group, name }) => (group === name ? name : `${group}:${name}`)),
    groups: [...new Set(all.map(({ group }) => group))],
  }
}

function namesOf(
  program: string,
  group: string,
  keys: NonNullable<ReturnType<SupervisorConf['sections']['get']>>,
  { environment, hostName }: Surroundings,
): string[] {
  const numberIn = (key: string, otherwise: number) => Number(keys.get(key)?.value ?? otherwise) || otherwise
  const [count, first] = [numberIn('numprocs', 1), numberIn('numprocs_start', 0)]
  const written = keys.get('process_name')
  const known = {
    ...environmentExpansions(environment),
    program_name: program,
    group_name: group,
    host_node_name: hostName,
    here: written && folderOf(written.path),
  }
  const numbers = Array.from({ length: Math.min(count, MOST_PROCESSES) }, (_, at) => first + at)
  try {
    return numbers.map(process_num => expandSupervisor(written?.value ?? program, { ...known, process_num }))
  } catch {
    return []
  }
}
