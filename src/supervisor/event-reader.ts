// Cuts supervisord's event stream into events, byte by byte and without an allocation for a tick. Nothing inside a
// payload is ever searched for a header: where a payload ends is known from `len` and what it counts.
import { type EventHeader, isBlank, readHeader, readNumber, startsWith } from './event-header.ts'
import { bytesBehind, type LengthUnit } from './payload-length.ts'

/** One event; the object is used again for the next one. */
export interface SupervisorEvent {
  /** Seconds of a TICK_<n> event; Infinity for a TICK without a number; 0 for any other event. */
  tickPeriodSeconds: number
  /** `when:` of a TICK event, in epoch seconds; NaN if absent. */
  whenSeconds: number
}

export interface EventSink {
  /** An event is whole. */
  readonly onEvent: (event: SupervisorEvent) => void
  /** Where a header has to be stands something else: how it begins. All that follows is passed over until resync(). */
  readonly onUnreadable: (beginning: string) => void
}

/** A header of this length is still read: an identifier may be long. No other buffer grows. */
export const MAX_HEADER_BYTES = 128 * 1024
const USUAL_HEADER_BYTES = 1024
/** A tick's payload is `when:1795216665`; of longer ones only the beginning is kept. */
const MAX_PAYLOAD_BYTES = 64
const MAX_QUOTED_BYTES = 200

const NEWLINE = 10
const WHEN = Buffer.from('when:')

export class EventReader {
  readonly #countsCharacters: boolean
  readonly #sink: EventSink
  readonly #event: SupervisorEvent = { tickPeriodSeconds: 0, whenSeconds: Number.NaN }
  readonly #header: EventHeader = { tickPeriodSeconds: 0, payloadLength: 0 }
  /** The beginning of a header whose end has not come yet. */
  #line = Buffer.alloc(USUAL_HEADER_BYTES)
  #lineLength = 0
  readonly #payload = Buffer.alloc(MAX_PAYLOAD_BYTES)
  #payloadLength = 0
  /** What is still to come of a payload: characters or bytes, and bytes of a character that has begun. */
  #left = 0
  #behind = 0
  #lost = false

  constructor(unit: LengthUnit, sink: EventSink) {
    this.#countsCharacters = unit === 'characters'
    this.#sink = sink
  }

  /** An event has begun and is not whole. */
  get isInside(): boolean {
    return this.#lost || this.#inPayload || this.#lineLength > 0
  }

  /** A header could not be read. */
  get isLost(): boolean {
    return this.#lost
  }

  /** The next byte begins a header again. */
  resync(): void {
    this.#lost = false
  }

  /** Takes the next bytes, cut anywhere; calls back once for each event that is whole. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.#lost; ) {
      at = this.#inPayload ? this.#takePayload(chunk, at) : this.#takeLine(chunk, at)
    }
  }

  get #inPayload(): boolean {
    return this.#left > 0 || this.#behind > 0
  }

  #takeLine(chunk: Uint8Array, from: number): number {
    const newline = chunk.indexOf(NEWLINE, from)
    const to = newline < 0 ? chunk.length : newline
    if (this.#lineLength === 0 && newline >= 0) this.#endLine(chunk, from, to)
    else if (this.#keepLine(chunk, from, to) && newline >= 0) this.#endLine(this.#line, 0, this.#lineLength)
    if (newline >= 0) this.#lineLength = 0
    return to + 1
  }

  /** False if the line has become too long. */
  #keepLine(chunk: Uint8Array, from: number, to: number): boolean {
    const length = this.#lineLength + to - from
    if (length > MAX_HEADER_BYTES) {
      this.#lose(this.#lineLength > 0 ? this.#line.subarray(0, this.#lineLength) : chunk.subarray(from, to))
      return false
    }
    if (length > this.#line.length) {
      const longer = Buffer.alloc(Math.min(2 * length, MAX_HEADER_BYTES))
      longer.set(this.#line.subarray(0, this.#lineLength))
      this.#line = longer
    }
    this.#line.set(chunk.subarray(from, to), this.#lineLength)
    this.#lineLength = length
    return true
  }

  #endLine(bytes: Uint8Array, from: number, to: number): void {
    if (to - from > MAX_HEADER_BYTES || !readHeader(bytes, from, to, this.#header)) {
      const line = bytes.subarray(from, to)
      if (!line.every(isBlank)) this.#lose(line) // an empty line opens no event
      return
    }
    this.#payloadLength = 0
    this.#left = this.#header.payloadLength
    if (this.#left === 0) this.#deliver()
  }

  #lose(line: Uint8Array): void {
    this.#lost = true
    this.#lineLength = 0
    this.#sink.onUnreadable(Buffer.from(line.subarray(0, MAX_QUOTED_BYTES)).toString())
  }

  #takePayload(chunk: Uint8Array, from: number): number {
    const to = this.#countsCharacters
      ? this.#passCharacters(chunk, from)
      : Math.min(chunk.length, from + this.#left)
    if (!this.#countsCharacters) this.#left -= to - from
    for (let at = from; at < to && this.#payloadLength < MAX_PAYLOAD_BYTES; at++) {
      this.#payload[this.#payloadLength++] = chunk[at] as number
    }
    if (!this.#inPayload) this.#deliver()
    return to
  }

  #passCharacters(chunk: Uint8Array, from: number): number {
    let left = this.#left
    let behind = this.#behind
    let at = from
    for (; at < chunk.length && (left > 0 || behind > 0); at++) {
      if (behind > 0) behind--
      else {
        left--
        behind = bytesBehind(chunk[at] as number)
      }
    }
    this.#left = left
    this.#behind = behind
    return at
  }

  #deliver(): void {
    const hasWhen = startsWith(this.#payload, 0, this.#payloadLength, WHEN)
    this.#event.tickPeriodSeconds = this.#header.tickPeriodSeconds
    this.#event.whenSeconds = hasWhen
      ? readNumber(this.#payload, WHEN.length, this.#payloadLength)
      : Number.NaN
    this.#sink.onEvent(this.#event)
  }
}
