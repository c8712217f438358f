// What the agents' socket carries, a JSON object a line (docs/agent.md): what a worker and a person may say. Pure.
import { type Act, actIn } from './acts.ts'
import { type Ask, askIn } from './asks.ts'

/** Raised when an object changes its meaning; fields may be added without. */
export const PROTOCOL_VERSION = 1

/** Of the first line. */
export const HELLO_BYTES = 4 * 1024
/** Of a request, of progress, of a status. */
export const LINE_BYTES = 64 * 1024
/** Of the answer to a sample or a dump. */
export const BULK_BYTES = 8 * 1024 * 1024

const MOST_NAME = 64
const MOST_WORDS = 16
const MOST_WORD = 32
const MOST_TEXT = 1_000
/** pid_max is 2^22 at most (proc(5)). */
const MOST_PID = 2 ** 22

/** 'absent': no agent to ask; 'gone': its connection ended without an answer. */
type Lack = 'absent' | 'gone'

/** What came of it; an error says what a person can do. */
export type Answer =
  | { readonly kind: 'finished'; readonly data: unknown }
  | { readonly kind: 'failed'; readonly error: string; readonly lack?: Lack }

export interface Progress {
  readonly text: string
  readonly leftMs: number | undefined
}

export interface WorkerHello {
  readonly kind: 'worker'
  readonly pid: number
  readonly startTicks: number
  readonly name: string | undefined
  readonly language: string
  readonly runtime: string
  readonly can: readonly string[]
}

interface Wrong {
  readonly kind: 'wrong'
  readonly reason: string
}

export type Hello = WorkerHello | { readonly kind: 'client' } | Wrong

export type WorkerLine =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'proved'; readonly nonce: string }
  /** What has changed since the first line. */
  | { readonly kind: 'update'; readonly update: Partial<Pick<WorkerHello, 'name' | 'can'>> }
  | Wrong

export type ClientLine =
  | { readonly kind: 'agents'; readonly id: number }
  | { readonly kind: 'ask'; readonly id: number; readonly process: number; readonly ask: Ask }
  /** memmon itself. */
  | { readonly kind: 'listener'; readonly id: number }
  | { readonly kind: 'act'; readonly id: number; readonly act: Act }
  | { readonly kind: 'cancel'; readonly of: number }
  | (Wrong & { readonly id: number | undefined })

/** The first line of a connection. */
export function parseHello(line: string): Hello {
  const said = objectIn(line)
  if (!said) return wrong('the first line is not a JSON object')
  if (said.version !== PROTOCOL_VERSION)
    return wrong(`this memmon speaks version ${PROTOCOL_VERSION} of the protocol alone`)
  if (said.hello === 'client') return { kind: 'client' }
  if (said.hello !== 'worker') return wrong('"hello" is neither "worker" nor "client"')
  const [pid, startTicks] = [wholeIn(said.pid, MOST_PID), wholeIn(said.start_ticks)]
  if (pid === undefined || startTicks === undefined) return wrong('"pid" or "start_ticks" is not a number')
  return {
    kind: 'worker',
    pid,
    startTicks,
    name: textIn(said.name, MOST_NAME),
    language: textIn(said.language, MOST_WORD) ?? '',
    runtime: textIn(said.runtime, MOST_WORD) ?? '',
    can: wordsIn(said.can),
  }
}

/** Any other line of a worker. */
export function parseWorkerLine(line: string): WorkerLine {
  const said = objectIn(line)
  if (!said) return wrong('a line is not a JSON object')
  if (typeof said.proved === 'string') return { kind: 'proved', nonce: said.proved.slice(0, MOST_NAME) }
  const update = recordOf(said.update)
  if (update) return { kind: 'update', update: updateIn(update) }
  const id = wholeIn(said.id)
  if (id === undefined) return wrong('a line has no "id"')
  if (said.finished === true) return { kind: 'answer', id, answer: { kind: 'finished', data: said.data } }
  if (said.failed === true) return { kind: 'answer', id, answer: failed(textIn(said.error, MOST_TEXT)) }
  const progress = recordOf(said.progress)
  if (!progress) return wrong('a line has neither "finished" nor "failed" nor "progress"')
  const text = textIn(progress.text, MOST_NAME) ?? ''
  return { kind: 'progress', id, progress: { text, leftMs: wholeIn(progress.left_ms) } }
}

const updateIn = ({ name, can }: Said) => ({
  ...(typeof name === 'string' && { name: name.slice(0, MOST_NAME) }),
  ...(Array.isArray(can) && { can: wordsIn(can) }),
})

/** Any other line of a person's command. */
export function parseClientLine(line: string): ClientLine {
  const said = objectIn(line)
  const id = wholeIn(said?.id)
  if (!said || id === undefined) return { ...wrong('a line is not a JSON object with an "id"'), id }
  if (said.do === 'agents') return { kind: 'agents', id }
  if (said.do === 'listener') return { kind: 'listener', id }
  if (said.do === 'cancel') return { kind: 'cancel', of: wholeIn(said.of) ?? -1 }
  const act = actIn(said)
  if (typeof act === 'string') return { ...wrong(act), id }
  if (act) return { kind: 'act', id, act }
  const process = wholeIn(said.process, MOST_PID)
  if (process === undefined) return { ...wrong('"process" is not a pid'), id }
  const ask = askIn(said)
  return typeof ask === 'string' ? { ...wrong(ask), id } : { kind: 'ask', id, process, ask }
}

/** A failure that memmon itself has seen, or what a worker says of one. */
export const failed = (error = 'the agent has failed and does not say why'): Answer => ({
  kind: 'failed',
  error,
})

/** Another agent of the process may answer later. */
export const lacking = (lack: Lack, error: string): Answer => ({ kind: 'failed', error, lack })

type Said = Readonly<Record<string, unknown>>

function objectIn(line: string): Said | undefined {
  try {
    return recordOf(JSON.parse(line))
  } catch {
    return undefined
  }
}

const recordOf = (value: unknown): Said | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Said) : undefined

const wholeIn = (value: unknown, most = Number.MAX_SAFE_INTEGER): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most ? value : undefined

const textIn = (value: unknown, most: number): string | undefined =>
  typeof value === 'string' ? value.slice(0, most) : undefined

const wordsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [])
    .slice(0, MOST_WORDS)
    .flatMap((word: unknown) => textIn(word, MOST_WORD) ?? [])

const wrong = (reason: string): Wrong => ({ kind: 'wrong', reason })
