// A request and its answer, between the connection and the code that carries it out.
import type { Line } from './conversation.ts'

export interface Request {
  readonly id: number
  readonly what: string
  readonly line: Line
}

/** A sentence a person can act upon, where it was not done. */
export type Answer = { readonly data: object } | { readonly error: string }

/** A request that takes its time, as it looks to what carries it out. */
export interface Control {
  readonly progress: (text: string, leftMs?: number) => void
  /** Resolves early when the request is to end. It keeps no process alive. */
  readonly sleep: (ms: number) => Promise<void>
  /** 'finish' asks for the result so far. */
  readonly stop: () => 'cancel' | 'finish' | undefined
}

export type Task = (line: Line, control: Control) => Promise<Answer> | Answer

export const CANCELLED: Answer = { error: 'cancelled' }

/** Undefined for what cannot be answered: it has no id. */
export function requestOf(line: Line): Request | undefined {
  const { id, do: verb, what } = line
  if (!Number.isSafeInteger(id) || typeof verb !== 'string') return undefined
  return { id: id as number, what: verb === 'dump' ? `dump ${what}` : verb, line }
}
