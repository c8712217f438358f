// The journal's lines: what is written before and during a restart, and how it is read again after any crash. Pure.
// Line 1 names the version and the supervisord it is about; then one JSON object a line, in the order of events.
import { METRICS } from '../core/metric.ts'
import type { RestartRequest } from '../core/outcome.ts'
import { namespecOf } from '../core/process.ts'

/** How far a restart had come: the process was told to finish, a stop was to be asked, was taken, a start was to be asked. */
export type Step = 'drain' | 'stop' | 'stopping' | 'start'

export interface JournalEntry {
  readonly request: RestartRequest
  readonly step: Step
  /** Epoch milliseconds. */
  readonly at: number
}

/** A restart that was carried through, for counting. */
export interface PastRestart {
  readonly namespec: string
  readonly at: number
}

export interface JournalContents {
  /** undefined: there is none, or its first line is unreadable. */
  readonly version: number | undefined
  readonly supervisord: string
  /** Restarts that were begun and not closed, by namespec. */
  readonly open: ReadonlyMap<string, JournalEntry>
  readonly restarts: readonly PastRestart[]
  /** Lines that could not be read: the last one, if memmon was killed while writing it. */
  readonly damagedLines: number
}

export const JOURNAL_VERSION = 2

const line = (value: object): string => `${JSON.stringify(value)}\n`

export const headerLine = (supervisord: string): string => line({ memmon: JOURNAL_VERSION, supervisord })
export const entryLine = ({ request, step, at }: JournalEntry): string => line({ step, at, request })
export const stepLine = (namespec: string, step: Step, at: number): string => line({ step, at, namespec })
export const closedLine = (namespec: string, result: string, at: number): string =>
  line({ closed: result, at, namespec })
export const restartedLine = ({ namespec, at }: PastRestart): string => line({ restarted: namespec, at })

/** Reads a journal, cut or damaged anywhere: what is whole counts, what is not is counted. */
export function parseJournal(text: string): JournalContents {
  const lines = text.split('\n')
  const tail = lines.pop() ?? '' // behind the last line end: '' unless the last write was cut
  const [first, ...rest] = lines.map(parseObject)
  const open = new Map<string, JournalEntry>()
  const restarts: PastRestart[] = []
  let damagedLines = tail === '' ? 0 : 1
  for (const value of rest) if (!value || !apply(value, open, restarts)) damagedLines++
  const version = typeof first?.memmon === 'number' ? first.memmon : undefined
  const supervisord = typeof first?.supervisord === 'string' ? first.supervisord : ''
  return { version, supervisord, open, restarts, damagedLines }
}

type Json = Readonly<Record<string, unknown>>

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** False for a line that says nothing known. */
function apply(value: Json, open: Map<string, JournalEntry>, restarts: PastRestart[]): boolean {
  const { step, at, request, namespec, closed, restarted } = value
  if (typeof at !== 'number') return false
  if (typeof restarted === 'string') {
    restarts.push({ namespec: restarted, at })
    return true
  }
  if (typeof closed === 'string' && typeof namespec === 'string') {
    open.delete(namespec)
    if (closed === 'restarted') restarts.push({ namespec, at })
    return true
  }
  if (!isStep(step)) return false
  if (isRequest(request)) {
    open.set(request.process.namespec, { request, step, at })
    return true
  }
  const entry = typeof namespec === 'string' ? open.get(namespec) : undefined
  if (entry) open.set(entry.request.process.namespec, { ...entry, step })
  return entry !== undefined
}

const isStep = (value: unknown): value is Step =>
  value === 'drain' || value === 'stop' || value === 'stopping' || value === 'start'

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isMetric = (value: unknown): boolean => METRICS.some(metric => metric === value)

/** What a restart is resumed from, and told by. */
function isRequest(value: unknown): value is RestartRequest {
  if (!isObject(value) || !isObject(value.process) || !isObject(value.breach)) return false
  const { process, breach } = value
  if (typeof breach.cumulative !== 'boolean' || !isMetric(breach.metric)) return false
  const texts = [process.group, process.name, process.namespec, breach.rule]
  const numbers = [process.pid, process.startSeconds, process.nowSeconds, breach.value, breach.limit]
  if (!texts.every(text => typeof text === 'string') || !numbers.every(number => Number.isFinite(number)))
    return false
  return process.namespec === namespecOf(String(process.group), String(process.name))
}
