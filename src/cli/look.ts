// One look at supervisord's processes by hand: asks supervisord, measures, and judges by each memmon's rules.

import { monotonicMs } from '../base/clock.ts'
import { SupervisorFault, UsageError } from '../base/errors.ts'
import { remediedText } from '../base/fault-remedy.ts'
import { ownUser } from '../base/own-user.ts'
import { type Assessment, assess, combined } from '../check/assess.ts'
import { unmatchedTexts } from '../check/unmatched-rules.ts'
import { inForce, refuseFaults } from '../config/in-force.ts'
import type { Settings } from '../config/settings.ts'
import { disabledText } from '../messages/start-lines.ts'
import { type Capacity, createCapacityReader } from '../proc/capacity.ts'
import { openSampler } from '../proc/open-sampler.ts'
import type { Sampler } from '../proc/sampler.ts'
import { openSightings } from '../proc/sightings.ts'
import { pastOf } from '../restart/past-of.ts'
import { bootId } from '../restart/place.ts'
import type { MonitorSpec } from '../rules/monitor.ts'
import type { Past } from '../rules/past.ts'
import { type ProcessInfo, ProcessState, stateName } from '../rules/process.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import type { Memory } from '../screen/summary.ts'
import { connect } from '../supervisor/connect.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import { createTableByHand } from '../supervisor/trust.ts'
import type { ChannelText } from './channel-texts.ts'
import { channelTexts } from './channel-texts.ts'
import { type Asked, type Basis, basisOf, type RuleSource } from './rule-sources.ts'
import { findRunning, type RunningMemmon } from './running-memmon.ts'

/** Nothing to judge by: sizes alone. */
const NO_RULES: Ruleset = {
  rules: [],
  budgets: [],
  monitors: [],
  ignored: [],
  mostSpecific: false,
  verbose: false,
}

/** The rules of one memmon, and what it sees by them. */
export interface View {
  readonly source: RuleSource | undefined
  /** 'Rules of [eventlistener:memmon] in /etc/supervisord.conf'; undefined for the options of this command. */
  readonly origin: string | undefined
  readonly rules: Ruleset
  readonly assessment: Assessment
  /** The memmon that runs by these rules, and what it remembers. */
  readonly running: RunningMemmon | undefined
}

export interface Seen {
  /** One for each source of rules; one without any if there is none. */
  readonly views: readonly View[]
  /** All of them together. */
  readonly assessment: Assessment
  /** supervisord's processes, as they were asked for. */
  readonly table: ProcessTable
  readonly capacity: Capacity | undefined
  readonly memory: Memory | undefined
  /** Where the rules are from, and why some of them do not count. */
  readonly notes: readonly string[]
  /** Where messages go. */
  readonly channels: readonly ChannelText[]
  /** Of the notes those about rules that hold and cannot be read here. */
  readonly faults: readonly string[]
  /** For stderr: what could not be looked at, and files that others may write. */
  readonly warnings: readonly string[]
}

const EXIT_OVER = 1
const EXIT_INCOMPLETE = 2

/** 1 if something is over its limit; else 2 if there are rules by which nobody could look; else 0. */
export const exitCodeOf = (isOver: boolean, { faults }: Pick<Seen, 'faults'>): number =>
  isOver ? EXIT_OVER : faults.length > 0 ? EXIT_INCOMPLETE : 0

/** Throws a UsageError. */
export const look = (asked: Asked): Promise<Seen> => lookBy(basisOf(asked))

/** The same, based on the supervisord.conf already read. Throws a UsageError. */
export async function lookBy(basis: Basis): Promise<Seen> {
  const reader = createCapacityReader()
  const [capacity, available] = [reader.capacity(), reader.available()]
  const judged = basis.sources.map(source => ({ source, rules: rulesOf(source.settings, capacity) }))
  const channels = channelTexts(basis.sources)
  const table = await tableFrom(basis)
  const lines = new Set<string>()
  const ports = {
    availableBytes: () => reader.available()?.bytes,
    log: (_level: string, text: string) => void lines.add(text),
    nowMs: Date.now,
  }
  const views: View[] = []
  for (const { source, rules } of judged.length > 0 ? judged : [{ source: undefined, rules: NO_RULES }]) {
    const origin = source && originText(source, rules, table)
    const running = source && (await findRunning(source, table.processes, basis.server.address))
    const past = running && source && pastIn(running, source, rules)
    const isSelf = ({ group }: ProcessInfo) => group === source?.section?.group
    const seenBy = { ...ports, sampler: samplerOf(source) }
    const assessment = await assess(table, rules, seenBy, { past, isSelf })
    views.push({ source, origin, rules, assessment, running })
  }
  return {
    views,
    assessment: combined(views.map(({ assessment }) => assessment)),
    table,
    capacity,
    memory: capacity && available && { totalBytes: capacity.bytes, availableBytes: available.bytes },
    notes: [
      ...views.flatMap(({ origin, running }) => [origin ?? [], running?.note ?? []].flat()),
      ...basis.notes,
      ...basis.faults,
      ...judged.flatMap(({ rules: { unresolved } }) => unresolved.map(disabledText)),
      ...judged.flatMap(({ rules: { monitors } }) => monitors.map(unaskedText)),
    ],
    faults: basis.faults,
    channels,
    warnings: [
      ...basis.warnings,
      ...views.flatMap(({ running }) => running?.problems ?? []),
      ...lines,
      ...views.flatMap(view => unmatched(view, table)),
    ],
  }
}

/** As its listener measures. */
const samplerOf = (source: RuleSource | undefined): Sampler =>
  openSampler(source?.settings.sampler ?? 'auto').sampler

/** What it remembers, as its rules need it; undefined if that is not known. */
function pastIn({ state }: RunningMemmon, { settings }: RuleSource, { rules }: Ruleset): Past | undefined {
  if (state.kind !== 'running') return undefined
  const clocks = { boot: bootId(), tick: monotonicMs(), nowMs: Date.now() }
  return pastOf(state, { ...settings, rules }, clocks)
}

function rulesOf(settings: Settings, capacity: Capacity | undefined) {
  const found = inForce(settings, () => capacity)
  refuseFaults(found)
  return found.ruleset
}

/** What it would say depends on what it has seen before. */
const unaskedText = ({ path }: MonitorSpec): string =>
  `The monitor ${path} judges processes, too; the listener alone asks it`

/** supervisord's processes. Throws a UsageError if it does not answer. */
export async function tableFrom({
  server,
  isByUrl,
}: Pick<Basis, 'server' | 'isByUrl'>): Promise<ProcessTable> {
  const client = connect(server.address, server.credentials)
  try {
    return await createTableByHand(client, openSightings(), isByUrl)()
  } catch (thrown) {
    if (thrown instanceof SupervisorFault) {
      throw new UsageError(remediedText(thrown, { kind: 'hand', user: ownUser() }))
    }
    throw thrown
  } finally {
    client.close()
  }
}

/** memmon itself is known by its section alone. */
const unmatched = ({ source, rules }: View, table: ProcessTable): string[] =>
  unmatchedTexts(rules, table, ({ group }) => group === source?.section?.group)

function originText(
  { section, settings }: RuleSource,
  { rules, budgets }: Ruleset,
  table: ProcessTable,
): string | undefined {
  const isEmpty = rules.length + budgets.length === 0
  if (!section) return isEmpty ? `No rules in ${settings.configPath}` : undefined
  const what = isEmpty ? 'No rules in' : 'Rules of'
  return `${what} [${section.name}] in ${section.path}${asleep(section.group, table)}`
}

/** Rules of a memmon that does not run are nobody's. */
function asleep(group: string, { processes }: ProcessTable): string {
  const own = processes.filter(process => process.group === group)
  if (own.some(({ state }) => state === ProcessState.RUNNING)) return ''
  const state = own[0]
    ? `it is ${stateName(own[0].state)}`
    : 'supervisord has not loaded it (supervisorctl update)'
  return `. Nobody acts on them: ${state}`
}
