// What outsiders can know about a listener of supervisord.conf: from its state folder, supervisord, /proc.
import { lstat } from 'node:fs/promises'
import { monotonicMs } from '../base/clock.ts'
import { isNumber, isObject } from '../base/data.ts'
import type { ServerAddress } from '../base/server-url.ts'
import { watchedOf } from '../check/watched.ts'
import { lookIntoOutbox } from '../delivery/outbox-look.ts'
import { openSampler } from '../proc/open-sampler.ts'
import type { JournalContents } from '../restart/journal-lines.ts'
import { type ListenerFound, readListenerFile } from '../restart/listener-look.ts'
import { mutesOnThisClock, onThisClock } from '../restart/past-restarts.ts'
import { bootId } from '../restart/place.ts'
import { type FoundState, type Read, readJournal, readRunningState } from '../restart/running-state.ts'
import { type ProcessInfo, ProcessState } from '../rules/process.ts'
import { exemptionsOf } from '../rules/ruleset.ts'
import { type Hearing, hearingOf } from '../status/hearing.ts'
import type { ListenerStatus, Mute, RestartSeen } from '../status/status.ts'
import { silenceMs } from '../supervisor/deafness.ts'
import { runOf } from '../supervisor/identity.ts'
import type { Seen, View } from './look.ts'
import { askListener } from './memmon-host.ts'
import type { RuleSource } from './rule-sources.ts'
import { stateFoldersOf, whyUnread } from './running-memmon.ts'

/** Of those that the journal still has. */
const MOST_RESTARTS = 20

export type Listener = RuleSource & { readonly section: NonNullable<RuleSource['section']> }

/** `seen`: undefined while supervisord does not answer. */
export async function readListener(
  source: Listener,
  address: ServerAddress,
  seen: Seen | undefined,
): Promise<ListenerStatus> {
  const { section, settings } = source
  const view = seen?.views.find(one => one.source === source)
  const process = ownProcess(section.group, seen)
  const { path, state } = await findState(source, process, address)
  const left = path === undefined ? undefined : await readLeft(path, state)
  const note =
    left && (state.kind !== 'running' || left.listener.value?.run === state.run)
      ? left.listener.value
      : undefined
  const said =
    state.kind === 'running'
      ? saidOf(await askListener(source, seen?.table.processes ?? [], address), state.run)
      : undefined
  const isRunning = process?.state === ProcessState.RUNNING
  const pid = state.kind === 'running' ? state.pid : isRunning ? process.pid : undefined
  return {
    section: section.name,
    path: section.path,
    process,
    pid,
    hearing: hearing(note && { ...note, ...said?.heard }, state.kind === 'running'),
    statePath: path,
    unreadable: state.kind === 'running' || !isRunning ? undefined : whyUnread(state, path, process.pid),
    asOfMs: state.kind === 'running' ? state.asOfMs : undefined,
    by: said ? 'socket' : 'files',
    failing: said ? said.failing : state.kind === 'running' ? note?.failing : undefined,
    ownBytes: pid === undefined ? undefined : await ownBytes(pid),
    ownLimitBytes: settings.ownLimitBytes,
    watched: view && seen ? watchedNames(view, seen, section.group) : new Set(),
    assessment: view?.assessment,
    begun: [...(left?.journal.value?.jobs.keys() ?? [])],
    restarts: restartsIn(left?.journal.value),
    outbox: path === undefined ? undefined : await lookIntoOutbox(path),
    mutes: mutesIn(left?.journal.value),
    agents: said?.agents,
    problems: [...(left?.journal.problems ?? []), ...(left?.listener.problems ?? [])],
  }
}

/** What it answered through its socket, if it is this run of memmon; anything else is unknown. */
function saidOf(data: unknown, run: string) {
  if (!isObject(data) || data.run !== run || !isNumber(0)(data.agents)) return undefined
  const { tick_at_ms: tickAtMs, period_seconds: periodSeconds, failing, agents } = data
  const isHeard = isNumber(0)(tickAtMs) && isNumber(1)(periodSeconds)
  return {
    agents: agents as number,
    heard: isHeard ? { tickAtMs: tickAtMs as number, periodSeconds: periodSeconds as number } : {},
    failing:
      isObject(failing) && isNumber(0)(failing.sinceMs) && typeof failing.why === 'string'
        ? { sinceMs: failing.sinceMs as number, why: failing.why }
        : undefined,
  }
}

/** The running one of its group, if any. */
function ownProcess(group: string, seen: Seen | undefined): ProcessInfo | undefined {
  const own = seen?.table.processes.filter(one => one.group === group) ?? []
  return own.find(({ state }) => state === ProcessState.RUNNING) ?? own[0]
}

async function findState(source: Listener, process: ProcessInfo | undefined, address: ServerAddress) {
  const { group } = source.section
  const paths = stateFoldersOf(source, process ?? { pid: 0, group, name: group }, address)
  for (const path of paths) {
    const state = await readRunningState(path, runOf)
    if (state.kind !== 'missing') return { path, state }
  }
  return { path: paths.at(-1), state: { kind: 'missing' } as FoundState }
}

interface Left {
  readonly journal: Read<JournalContents>
  readonly listener: Read<ListenerFound>
}

/** What the folder holds, also after its memmon has ended. */
async function readLeft(path: string, state: FoundState): Promise<Left | undefined> {
  if (state.kind !== 'running' && state.kind !== 'idle') return undefined
  const { uid } = await lstat(path)
  const [journal, listener] = await Promise.all([readJournal(path, uid), readListenerFile(path, uid)])
  return { journal, listener }
}

function hearing(note: ListenerFound | undefined, isRunning: boolean): Hearing {
  if (!note) return { kind: 'unknown' }
  if (isRunning) return hearingOf(note, Date.now(), silenceMs)
  return { kind: 'silent', sinceMs: note.tickAtMs ?? note.startedAtMs, tickAtMs: note.tickAtMs }
}

const ownBytes = async (pid: number): Promise<number | undefined> =>
  (await openSampler('auto').sampler.measure([pid], false)).get(pid)

function watchedNames({ rules }: View, { table }: Seen, group: string): Set<string> {
  const exempt = exemptionsOf(rules, table.isListener, one => one.group === group)
  return new Set(watchedOf(table.processes, rules, exempt).map(({ process }) => process.namespec))
}

function mutesIn(journal: JournalContents | undefined): Mute[] {
  return (journal ? mutesOnThisClock(journal, clocksNow()) : [])
    .map(({ namespec, untilMs }) => ({ namespec, untilMs }))
    .sort((a, b) => a.untilMs - b.untilMs)
}

const clocksNow = () => ({ boot: bootId(), tick: monotonicMs(), nowMs: Date.now() })

function restartsIn(journal: JournalContents | undefined): RestartSeen[] {
  if (!journal) return []
  return onThisClock(journal, clocksNow())
    .slice(-MOST_RESTARTS)
    .reverse()
    .map(({ namespec, at, reason }) => ({ namespec, atMs: at, reason }))
}
