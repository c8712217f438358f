// Whether memmon may stop a process now: by what it was told last, and by the settings in force at this moment.
import { type ProcessInfo, ProcessState, sameRun } from '../../src/rules/process.ts'
import { growthTermsOf, isDryRun, isIgnored, limitsOf, megabytes } from './conf.ts'
import type { Memmon } from './memmon.ts'
import type { Measured } from './sampler.ts'
import type { World } from './world.ts'

/** Between its last look at a process and its stop, nothing but the journal is written, and that not for long. */
const FRESH_MS = 250

/** What is wrong with the stop; undefined: it may be. */
export function whyStopped(world: World, memmon: Memmon, namespec: string): string | undefined {
  const { now } = world.scheduler
  const { conf } = memmon
  const look = memmon.looks.get(namespec)
  if (!look) return 'memmon has not looked at it'
  const { group, name, pid, state } = look.info
  if (state !== ProcessState.RUNNING) return 'memmon did not see it running'
  if (now - look.at > FRESH_MS) return `memmon has looked at it ${Math.round(now - look.at)} ms ago`
  if (isDryRun(conf)) return 'dry_run is set'
  if (isIgnored(conf, group, name)) return 'it is ignored'
  const measured = memmon.measured.get(pid)
  const limits = limitsOf(conf, group, name)
  for (const { limitMb, softMb, cumulative } of limits) {
    const mb = megabytesOf(measured, cumulative)
    if (mb > limitMb) return undefined
    const drained = world.oracle.drained.get(namespec)
    if (!drained || !sameRun(drained, look.info) || softMb === Number.POSITIVE_INFINITY) continue
    const finished = world.oracle.finished.get(namespec)
    if (mb > softMb || (finished && sameRun(finished, look.info))) return undefined
  }
  if (hasLeaked(world, memmon, look.info)) return undefined
  const company = world.oracle.company.get(namespec)
  if (company && sameRun(company, look.info) && isGroupRestarted(memmon)) return undefined
  if (isBudgetBroken(memmon, group)) return undefined
  return `it has ${JSON.stringify({ ...measured, run: undefined })}, under ${JSON.stringify(limits)}`
}

/** A restart was due for its growth, and it has not given half of that back. */
function hasLeaked({ oracle }: World, { conf, measured }: Memmon, process: ProcessInfo): boolean {
  const terms = growthTermsOf(conf, process.group, process.name)
  const due = oracle.due.get(process.namespec)
  if (!terms || !due || !sameRun(due.run, process)) return false
  return megabytesOf(measured.get(process.pid), terms.cumulative) > due.overBelowMb
}

const megabytesOf = (measured: Measured | undefined, cumulative: boolean): number =>
  (cumulative ? measured?.treeMb : measured?.plainMb) ?? 0

const isGroupRestarted = ({ conf }: Memmon): boolean =>
  conf.sections.some(({ keys }) => keys.restart_group === 'true')

/** What is used together, as it was measured last. */
function isBudgetBroken(memmon: Memmon, group: string): boolean {
  const sum = (cumulative: boolean, of?: string): number => {
    let mb = 0
    for (const { info } of memmon.looks.values())
      if (info.state === ProcessState.RUNNING && (of === undefined || info.group === of))
        mb += megabytesOf(memmon.measured.get(info.pid), cumulative)
    return mb
  }
  return memmon.conf.sections.some(({ name, keys }) => {
    if ((keys.action ?? 'restart') !== 'restart') return false
    const cumulative = keys.cumulative === 'true'
    if (name === `group:${group}`) return sum(cumulative, group) > megabytes(keys.total_limit)
    if (name !== 'total') return false
    return (
      sum(cumulative) > megabytes(keys.memory_limit) ||
      memmon.freeMb < (keys.min_free ? megabytes(keys.min_free) : 0)
    )
  })
}
