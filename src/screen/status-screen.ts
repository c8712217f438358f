// The screen of `memmon status`: whether all is well, each listener in a few lines, the programs that need a look, and the
// last restarts; as wide as the terminal, complete in a pipe. Pure; side effects are in cli/status.ts.
import { timestamp } from '../base/text.ts'
import { formatDuration, formatSize } from '../base/units.ts'
import { outlookOf } from '../check/outlook.ts'
import { uptimeSecondsOf } from '../rules/process.ts'
import { headline } from '../status/headline.ts'
import { downOf, exitCodeOf } from '../status/standing.ts'
import type { ListenerStatus, Status } from '../status/status.ts'
import { processTable } from './check-screen.ts'
import { governing } from './governing.ts'
import { sorted } from './order.ts'
import { paint } from './paint.ts'
import { type Row, rowsOf } from './rows.ts'
import { sectionLines } from './section.ts'
import { padded, type Room, shown, type WidthOf, wrapped } from './width.ts'

/** A narrower terminal gets lines of this width, and wraps them itself. */
const LEAST_COLUMNS = 40
const LABEL = 11
const MOST_RESTARTS_SHOWN = 5

export interface StatusRoom {
  /** Infinity for a pipe. */
  readonly columns: number
  readonly colour: boolean
  readonly widthOf: WidthOf
}

/** Whatever a name holds, a line stays one line, without control sequences. */
export function statusLines(status: Status, { columns, colour, widthOf }: StatusRoom): string[] {
  const room = { width: Math.max(columns, LEAST_COLUMNS), widthOf }
  const isWell = exitCodeOf(status) === 0
  const head = wrapped(shown(headline(status)), room).map(line =>
    paint(paint(line, 'bold', colour), isWell ? undefined : 'red', colour),
  )
  const parts = status.listeners.flatMap(one => listenerParts(one, status.atMs, room, colour))
  const notes = status.problems.flatMap(text => wrapped(shown(text), room))
  return [head, ...parts, notes]
    .filter(lines => lines.length > 0)
    .flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))
}

function listenerParts(one: ListenerStatus, nowMs: number, room: Room, colour: boolean): string[][] {
  const head = `[${one.section}] in ${one.path}`
  const facts = factsOf(one, nowMs).flatMap(([label, text]) => factLines(label, text, room))
  const rows = one.assessment ? rowsOfNote(one) : []
  return [
    [...wrapped(shown(head), room).map(line => paint(line, 'bold', colour)), ...facts],
    rows.length > 0 ? processTable(rows, room, colour) : [],
    restartLines(one, room, colour),
  ]
}

function factLines(label: string, text: string, { width, widthOf }: Room): string[] {
  const indent = ' '.repeat(LABEL + 2)
  return wrapped(shown(text), { width: width - indent.length, widthOf }).map((line, at) =>
    at === 0 ? `  ${padded(label, 'left', { width: LABEL, widthOf })}${line}` : indent + line,
  )
}

type Fact = readonly [label: string, text: string]

function factsOf(one: ListenerStatus, nowMs: number): Fact[] {
  const { failing, begun, outbox, agents, mutes, problems, assessment } = one
  return [
    ['Last tick', tickText(one, nowMs)],
    ['Checks', failing ? `fail since ${clock(failing.sinceMs)}: ${failing.why}` : checksText(one)],
    ...(one.pid === undefined ? [] : [['memmon', ownText(one)] as const]),
    ...(begun.length > 0 && !assessment ? [['Begun', begun.join(', ')] as const] : []),
    ['Messages', messagesText(outbox)],
    ...mutes.map(({ namespec, untilMs }) => ['Muted', `${namespec} until ${clock(untilMs)}`] as const),
    ...(agents === undefined ? [] : [['Agents', `${agents} connected`] as const]),
    ...problems.map(text => ['Not known', text] as const),
  ]
}

function tickText({ hearing }: ListenerStatus, nowMs: number): string {
  switch (hearing.kind) {
    case 'hears':
      return `${since(hearing.tickAtMs, nowMs)} ago, one every ${formatDuration(hearing.periodSeconds)}`
    case 'starting':
      return 'none yet: memmon has just been started'
    case 'silent':
      return hearing.tickAtMs === undefined
        ? `none since the start ${since(hearing.sinceMs, nowMs)} ago`
        : `${since(hearing.tickAtMs, nowMs)} ago, at ${clock(hearing.tickAtMs)}`
    case 'unknown':
      return 'not known'
  }
}

function checksText({ assessment, watched, hearing }: ListenerStatus): string {
  if (hearing.kind !== 'hears') return hearing.kind === 'starting' ? 'none yet' : 'none since then'
  if (!assessment) return 'go on'
  const programs = assessment.processes.filter(
    ({ process, isListener, isSelf }) => watched.has(process.namespec) || !(isListener || isSelf),
  )
  return `${watched.size} of ${programs.length} programs watched`
}

function ownText({ pid, process, ownBytes, ownLimitBytes }: ListenerStatus): string {
  const up = process ? `, up ${formatDuration(uptimeSecondsOf(process))}` : ''
  const size =
    ownBytes === undefined ? '' : `, ${formatSize(ownBytes)} of its limit of ${formatSize(ownLimitBytes)}`
  return `pid ${pid}${up}${size}`
}

function messagesText(outbox: ListenerStatus['outbox']): string {
  if (!outbox) return 'not known: the outbox cannot be read'
  if (outbox.sinceMs === undefined) return 'none waiting for a retry'
  return `${outbox.count} queued, since ${clock(outbox.sinceMs)}`
}

/** Processes that are over, warned, down or leaking, or with which memmon has begun something. */
function rowsOfNote(one: ListenerStatus): Row[] {
  const down = new Set(downOf(one))
  const all = one.assessment ? rowsOf(one.assessment, true) : []
  return sorted(
    all.filter(row => {
      if (row.kind === 'budget') return row.standing === 'over'
      const { kind } = outlookOf(row.of, governing(row.of))
      return kind === 'down' ? down.has(row.of) : !QUIET.includes(kind)
    }),
    'share',
  )
}

const QUIET: readonly string[] = ['ok', 'ignored', 'no rule', 'young']

const WHEN = { key: 'when', head: 'WHEN', align: 'left' } as const
const COLUMNS = [
  WHEN,
  { key: 'process', head: 'PROCESS', align: 'left', most: 50, comfort: 24 },
  { key: 'reason', head: 'REASON', align: 'left' },
] as const

function restartLines({ restarts }: ListenerStatus, room: Room, colour: boolean): string[] {
  if (restarts.length === 0) return []
  const rows = restarts.slice(0, MOST_RESTARTS_SHOWN).map(({ namespec, atMs, reason }) => ({
    when: clock(atMs),
    process: namespec,
    reason: reason?.replace(/ \(\d+ bytes\)/, '') ?? '',
  }))
  const plans = [{ keys: COLUMNS.map(({ key }) => key), least: { process: 10, reason: 20 } }]
  return sectionLines({ title: 'Last restarts', columns: COLUMNS, rows, plans }, room, colour)
}

const since = (atMs: number, nowMs: number): string => formatDuration((nowMs - atMs) / 1000)

const clock = (atMs: number): string => timestamp(new Date(atMs)).slice(0, 19)
