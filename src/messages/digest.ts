// Many messages as one: a table with every process, what somebody has to look at in front, then the first ten in full.
// Pure.
import { digestTable } from './digest-table.ts'
import { type EventContext, eventHead } from './event.ts'
import { type DigestRow, type Message, prefixOf } from './message.ts'

/** Kinds in the subject, and the length of the failure in front: a subject with more than that is not read. */
const MOST_KINDS = 6
const MOST_CHARACTERS = 100
/** In full behind the table. */
const MOST_IN_FULL = 10
/** In the webhook's document; the names of all processes stand beside them. */
const MOST_EVENTS = 50

/** What was gathered: messages, and of those past the first thousand a line for each process and event. */
export interface Gathered {
  readonly messages: readonly Message[]
  readonly lines: readonly GatheredLine[]
  /** Neither kept whole nor as a line. */
  readonly dropped: number
}

/** The last of its kind about a process, and how many there were. */
export interface GatheredLine {
  readonly event: string
  readonly row: DigestRow
  readonly isUrgent: boolean
  readonly count: number
}

/** One message for several; one alone stays as it is. */
export function digestOf(gathered: Gathered, context: EventContext, at: number): Message | undefined {
  const { messages, lines, dropped } = gathered
  const [only] = messages
  if (!only) return undefined
  if (messages.length === 1 && lines.length + dropped === 0) return only
  const ordered = [...messages].sort((a, b) => rankOf(a) - rankOf(b))
  const summary = summaryOf(ordered, lines)
  const inOrder = [...lines].sort((a, b) => Number(b.isUrgent) - Number(a.isUrgent))
  const rows = [...ordered.map(({ row }) => row), ...inOrder.map(rowOf)]
  const isUrgent = messages.some(one => one.isUrgent) || lines.some(one => one.isUrgent)
  const subject = `${prefixOf(context)}: ${summary}`
  return {
    subject,
    news: summary,
    text: textOf(gathered, ordered, rows, `On ${context.host}: ${summary}. ${todoOf(isUrgent)}.`),
    event: {
      ...eventHead('digest', context, at, `${subject} on ${context.host}. ${todoOf(isUrgent)}`),
      counts: Object.fromEntries(countsOf(ordered, lines, ({ event }) => event)),
      processes: [...new Set(rows.map(({ process }) => process))],
      events: ordered.slice(0, MOST_EVENTS).map(({ event }) => event),
      more: Math.max(0, rows.length - MOST_EVENTS) + dropped,
    },
    thread: '',
    isFailure: messages.some(({ isFailure }) => isFailure),
    isUrgent,
    row: { process: 'memmon itself', what: 'digest', size: '', limit: '', pid: '', at },
  }
}

const todoOf = (isUrgent: boolean): string => (isUrgent ? 'Somebody has to look' : 'Nothing to do')

/** Failures in front, then what somebody has to look at; the order of events within each. */
const rankOf = ({ isFailure, isUrgent }: Message): number => (isFailure ? 0 : isUrgent ? 1 : 2)

const rowOf = ({ row, count }: GatheredLine): DigestRow =>
  count === 1 ? row : { ...row, what: `${row.what}, ${count}x` }

/** 'failed to start process web:web; also 1 start failed, 6 restarted': the first failure, and how many of what else. */
function summaryOf(ordered: readonly Message[], lines: readonly GatheredLine[]): string {
  const [first] = ordered
  const failure = first?.isFailure ? first : undefined
  const others = failure ? ordered.slice(1) : ordered
  const counts = [...countsOf(others, lines, ({ row }) => row.what)]
  const left = counts.slice(MOST_KINDS).reduce((sum, [, count]) => sum + count, 0)
  const texts = counts.slice(0, MOST_KINDS).map(([what, count]) => `${count} ${what}`)
  const summary = [...texts, ...(left > 0 ? [`${left} more`] : [])].join(', ')
  return failure ? `${cut(failure.news)}; also ${summary}` : summary
}

function cut(text: string): string {
  const characters = [...text]
  if (characters.length <= MOST_CHARACTERS) return text
  return `${characters.slice(0, MOST_CHARACTERS - 3).join('')}...`
}

/** How many of each kind, in the order of the table. */
function countsOf(
  ordered: readonly Message[],
  lines: readonly GatheredLine[],
  kindOf: (of: { readonly event: string; readonly row: DigestRow }) => string,
): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (kind: string, count: number) => counts.set(kind, (counts.get(kind) ?? 0) + count)
  for (const { event, row } of ordered) add(kindOf({ event: String(event.event), row }), 1)
  for (const line of lines) add(kindOf(line), line.count)
  return counts
}

function textOf(
  { dropped }: Gathered,
  ordered: readonly Message[],
  rows: readonly DigestRow[],
  head: string,
): string {
  const details = ordered.slice(0, MOST_IN_FULL)
  const heading = details.length < rows.length ? `The first ${details.length} in full:` : 'In full:'
  return `${[
    head,
    digestTable(rows),
    ...(dropped > 0 ? [`And ${dropped} more, listed in memmon's log.`] : []),
    heading,
    ...details.map(({ subject, text }) => `== ${subject}\n\n${text.trimEnd()}`),
  ].join('\n\n')}\n`
}
