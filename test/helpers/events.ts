// Events as both supervisords write them to a listener's stdin.
import type { LengthUnit } from '../../src/supervisor/payload-length.ts'

/** How `len` is counted: Python's supervisord counts characters, Go's counts bytes. */
export const LENGTH_UNITS: readonly LengthUnit[] = ['characters', 'bytes']

export interface EventOptions {
  readonly unit?: LengthUnit
  readonly identifier?: string
  readonly serial?: number
}

/** One event: a header line and, glued to what follows it, the payload. */
export function eventBytes(name: string, payload: string | Buffer, options: EventOptions = {}): Buffer {
  const { unit = 'characters', identifier = 'supervisor', serial = 1 } = options
  return Buffer.concat([
    Buffer.from(
      `ver:3.0 server:${identifier} serial:${serial} pool:memmon poolserial:${serial} eventname:${name} len:${lengthOf(payload, unit)}\n`,
    ),
    Buffer.from(payload as string),
  ])
}

export const lengthOf = (payload: string | Buffer, unit: LengthUnit): number =>
  unit === 'bytes' || typeof payload !== 'string' ? Buffer.byteLength(payload) : [...payload].length

export const tickBytes = (whenSeconds: number, options: EventOptions = {}, name = 'TICK_5'): Buffer =>
  eventBytes(name, `when:${whenSeconds}`, options)

/** What answers one event; READY stands for the next one. */
export const ANSWER = 'RESULT 2\nOKREADY\n'
