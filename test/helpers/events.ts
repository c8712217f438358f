// Events as both supervisords write them to a listener's stdin.

/** How `len` is counted: Python's supervisord counts characters, Go's counts bytes. */
export type LengthMode = 'characters' | 'bytes'
export const LENGTH_MODES: readonly LengthMode[] = ['characters', 'bytes']

export interface EventOptions {
  readonly mode?: LengthMode
  readonly identifier?: string
  readonly serial?: number
}

/** One event: a header line and, glued to what follows it, the payload. */
export function eventBytes(name: string, payload: string, options: EventOptions = {}): Buffer {
  const { mode = 'characters', identifier = 'supervisor', serial = 1 } = options
  const length = mode === 'characters' ? [...payload].length : Buffer.byteLength(payload)
  return Buffer.from(
    `ver:3.0 server:${identifier} serial:${serial} pool:memmon poolserial:${serial} eventname:${name} len:${length}\n${payload}`,
  )
}

export const tickBytes = (whenSeconds: number, options: EventOptions = {}, name = 'TICK_5'): Buffer =>
  eventBytes(name, `when:${whenSeconds}`, options)

/** What answers one event; READY stands for the next one. */
export const ANSWER = 'RESULT 2\nOKREADY\n'
