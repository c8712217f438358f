// Reads supervisord's event stream, byte by byte and without a string an event: the event listener protocol
// (supervisord.org/events.html) as both implementations of supervisord speak it.
//
// Header: `ver:3.0 server:ID serial:1 pool:P poolserial:1 eventname:TICK_5 len:15`, then len bytes of payload.
// ID is raw and may hold spaces and colons, so eventname and len are read from the end of the line. Python's
// supervisord counts len in characters, Go's in bytes: len bytes are read, and what a payload of several-byte
// characters leaves over stands before the next header, which starts at the line's last `ver:<digit>`.

/** One event; the object is used again for the next one. */
export interface SupervisorEvent {
  /** Seconds of a TICK_<n> event; Infinity for a TICK without a number; 0 for any other event. */
  tickPeriodSeconds: number
  /** `when:` of a TICK event, in epoch seconds; NaN if absent. */
  whenSeconds: number
}

/** Longest header kept: an identifier may be long, but only the end of the line is needed. */
const MAX_LINE_BYTES = 4096
/** A tick's payload is `when:1795216665`; of longer ones only the beginning is kept. */
const MAX_PAYLOAD_BYTES = 64

const NEWLINE = 10
const VERSION = Buffer.from('ver:')
const EVENT_NAME = Buffer.from(' eventname:')
const LENGTH = Buffer.from(' len:')
const TICK = Buffer.from('TICK')
const WHEN = Buffer.from('when:')

export class EventReader {
  readonly #onEvent: (event: SupervisorEvent) => void
  readonly #event: SupervisorEvent = { tickPeriodSeconds: 0, whenSeconds: Number.NaN }
  readonly #line = Buffer.alloc(MAX_LINE_BYTES)
  readonly #payload = Buffer.alloc(MAX_PAYLOAD_BYTES)
  #lineLength = 0
  /** The line's beginning, and with it perhaps `ver:`, was dropped. */
  #lineCut = false
  #payloadLength = 0
  #payloadLeft = 0

  constructor(onEvent: (event: SupervisorEvent) => void) {
    this.#onEvent = onEvent
  }

  /** Takes the next bytes, cut anywhere; calls back once for each event that is whole. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      at = this.#payloadLeft > 0 ? this.#takePayload(chunk, at) : this.#takeLine(chunk, at)
    }
  }

  #takePayload(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + this.#payloadLeft)
    for (let at = from; at < to && this.#payloadLength < MAX_PAYLOAD_BYTES; at++) {
      this.#payload[this.#payloadLength++] = chunk[at] as number
    }
    this.#payloadLeft -= to - from
    if (this.#payloadLeft === 0) this.#deliver()
    return to
  }

  #takeLine(chunk: Uint8Array, from: number): number {
    const newline = chunk.indexOf(NEWLINE, from)
    const to = newline < 0 ? chunk.length : newline
    for (let at = from; at < to; at++) {
      if (this.#lineLength === MAX_LINE_BYTES) this.#dropHalfLine()
      this.#line[this.#lineLength++] = chunk[at] as number
    }
    if (newline < 0) return to
    this.#endLine()
    return newline + 1
  }

  #dropHalfLine(): void {
    this.#line.copyWithin(0, MAX_LINE_BYTES / 2, MAX_LINE_BYTES)
    this.#lineLength = MAX_LINE_BYTES / 2
    this.#lineCut = true
  }

  #endLine(): void {
    const length = this.#lineLength
    const cut = this.#lineCut
    this.#lineLength = 0
    this.#lineCut = false
    const lengthAt = this.#lastInLine(LENGTH, length)
    const nameAt = lengthAt < 0 ? -1 : this.#lastInLine(EVENT_NAME, lengthAt)
    // Before eventname there must be a header's beginning; a line without one is the rest of a payload.
    if (nameAt < 0 || !(cut || this.#startsBefore(nameAt))) return
    const payloadBytes = this.#number(this.#line, lengthAt + LENGTH.length, length)
    if (!Number.isSafeInteger(payloadBytes)) return
    this.#event.tickPeriodSeconds = this.#tickPeriod(nameAt + EVENT_NAME.length, lengthAt)
    this.#payloadLength = 0
    this.#payloadLeft = payloadBytes
    if (payloadBytes === 0) this.#deliver()
  }

  #startsBefore(end: number): boolean {
    for (let at = this.#lastInLine(VERSION, end); at >= 0; at = this.#lastInLine(VERSION, at)) {
      if (isDigit(this.#line[at + VERSION.length])) return true
    }
    return false
  }

  /** Where `wanted` last starts in the line, ending at or before `end`. */
  #lastInLine(wanted: Buffer, end: number): number {
    const last = end - wanted.length
    return last < 0 ? -1 : this.#line.lastIndexOf(wanted, last)
  }

  #tickPeriod(from: number, to: number): number {
    if (!startsWith(this.#line, from, to, TICK)) return 0
    const digitsAt = from + TICK.length + 1 // behind the underscore
    const period = this.#number(this.#line, digitsAt, to)
    return period > 0 ? period : Number.POSITIVE_INFINITY
  }

  #deliver(): void {
    const hasWhen = startsWith(this.#payload, 0, this.#payloadLength, WHEN)
    this.#event.whenSeconds = hasWhen
      ? this.#number(this.#payload, WHEN.length, this.#payloadLength)
      : Number.NaN
    this.#onEvent(this.#event)
  }

  /** The decimal number that fills the bytes from..to; NaN if they are anything else. */
  #number(bytes: Buffer, from: number, to: number): number {
    if (from >= to) return Number.NaN
    let value = 0
    for (let at = from; at < to; at++) {
      const byte = bytes[at]
      if (!isDigit(byte)) return Number.NaN
      value = value * 10 + (byte as number) - 48
    }
    return value
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

function startsWith(bytes: Buffer, from: number, to: number, wanted: Buffer): boolean {
  if (to - from < wanted.length) return false
  for (let at = 0; at < wanted.length; at++) if (bytes[from + at] !== wanted[at]) return false
  return true
}
