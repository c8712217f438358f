// What to say of a rule that matches no process: the silent mistake of superlance, where -p w=... matches none
// of the processes w_00, w_01 of a numprocs program.
import { shellWord } from '../base/command-line.ts'
import { nearestNames, similarText } from '../base/nearest.ts'
import type { ProcessInfo } from './process.ts'
import type { RuleScope } from './rule.ts'
import { type Selector, selects } from './selector.ts'

const MOST_NAMES = 3

/** What is needed of a rule. */
export interface Named {
  readonly scope: RuleScope
  readonly selector: Selector
  readonly written: string
  /** It says whom no rule restarts. */
  readonly isExemption?: true
}

/** One sentence: the rule, and the name or pattern that would match. */
export function describeUnmatched(
  rule: Named,
  processes: readonly ProcessInfo[],
  isSelf: (process: ProcessInfo) => boolean,
): string {
  if (processes.some(one => isSelf(one) && isNamed(rule, one)))
    return `${rule.written} names memmon itself, which no rule restarts: its own limit is --own-limit`
  const others = processes.filter(process => !isSelf(process))
  const what = rule.isExemption ? 'matches no process, so it protects nothing' : 'matches no process'
  return `${rule.written} ${what}${hint(rule, others)}`
}

const isNamed = ({ scope, selector }: Named, { group, name }: ProcessInfo): boolean =>
  scope !== 'any' && selects(selector, group, name)

function hint(rule: Named, processes: readonly ProcessInfo[]): string {
  if (processes.length === 0) return ': supervisord has no processes'
  if (rule.scope === 'any') return ': supervisord has none but event listeners, memmon and what is ignored'
  const wanted = rule.scope === 'group' ? (rule.selector.group ?? '') : rule.selector.name
  const pool = processes.filter(process => process.group === wanted)
  if (rule.scope === 'program' && pool.length > 0) {
    return `: ${wanted} is a group; ${ruleFor(rule, `${wanted}:*`)} would match ${listed(pool.map(p => p.namespec))}`
  }
  const program = processes.find(process => process.name === wanted)
  if (rule.scope === 'group' && program) {
    const group = ruleFor(rule, program.group, 'group')
    return `: ${wanted} is a program of the group ${program.group}; use ${ruleFor(rule, program.namespec)} or ${group}`
  }
  if (rule.scope === 'program' && program) {
    const namespecs = processes.filter(process => process.name === wanted).map(p => p.namespec)
    return `: there is ${listed(namespecs)}`
  }
  const numbered = processes.filter(process => process.name.startsWith(`${wanted}_`))
  if (rule.scope === 'program' && numbered.length > 0) {
    return `: ${ruleFor(rule, `${wanted}_*`)} would match ${listed(numbered.map(p => p.namespec))}`
  }
  return near(rule, wanted, processes)
}

/** A rule about that name, in the form of this one: a section of memmon.conf, or a flag. */
function ruleFor(
  { written, isExemption }: Named,
  name: string,
  scope: 'program' | 'group' = 'program',
): string {
  if (isExemption) return `--ignore ${shellWord(name)}`
  if (written.startsWith('[')) return `[${scope}:${name}]`
  return `${scope === 'program' ? '-p' : '-g'} ${shellWord(name)}`
}

function near(rule: Named, wanted: string, processes: readonly ProcessInfo[]): string {
  const names = new Set(processes.map(process => (rule.scope === 'group' ? process.group : process.name)))
  const found = nearestNames(wanted, [...names], MOST_NAMES)
  if (found.length > 0) return similarText(found)
  return `; there are ${listed(processes.map(p => (rule.scope === 'group' ? p.group : p.namespec)))}`
}

function listed(names: readonly string[]): string {
  const unique = [...new Set(names)]
  const shown = unique.slice(0, MOST_NAMES).join(', ')
  return unique.length > MOST_NAMES ? `${shown} and ${unique.length - MOST_NAMES} more` : shown
}
