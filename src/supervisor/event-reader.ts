// Cuts supervisord's event stream into events, byte by byte and without an allocation for a tick. Nothing inside a
// payload is ever searched for a header: where a payload ends is known from `len` and what it counts. That is learned
// from the first payload of which `len` bytes are fewer than `len` characters. supervisord sends no other event before
// the answer, so it counts characters if more comes behind those bytes, and bytes if nothing comes.
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
  readonly #sink: EventSink
  readonly #event: SupervisorEvent = { tickPeriodSeconds: 0, whenSeconds: Number.NaN }
  readonly #header: EventHeader = { tickPeriodSeconds: 0, payloadLength: 0 }
  /** The beginning of a header whose end has not come yet. */
  #line = Buffer.alloc(USUAL_HEADER_BYTES)
  #lineLength = 0
  readonly #payload = Buffer.alloc(MAX_PAYLOAD_BYTES)
  #payloadLength = 0
  /** undefined until a payload has shown it. */
  #unit: LengthUnit | undefined
  /** What is still to come of a payload, of the unit or of both; and bytes of a character that has begun. */
  #charactersLeft = 0
  #behind = 0
  #bytesLeft = 0
  #lost = false

  constructor(sink: EventSink) {
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

  /**
   * Nothing else comes: true if `len` bytes have come and characters are missing. So `len` counts bytes, and the event
   * is whole.
   */
  endInBytes(): boolean {
    if (!this.#isWholeInBytes) return false
    this.#unit = 'bytes'
    this.#deliver()
    return true
  }

  /** Takes the next bytes, cut anywhere; calls back once for each event that is whole. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.#lost; ) {
      at = this.#inPayload ? this.#takePayload(chunk, at) : this.#takeLine(chunk, at)
    }
  }

  get #inPayload(): boolean {
    // In characters a payload is never shorter.
    return this.#unit === 'bytes' ? this.#bytesLeft > 0 : this.#charactersLeft > 0 || this.#behind > 0
  }

  get #isWholeInBytes(): boolean {
    return this.#unit === undefined && this.#inPayload && this.#bytesLeft === 0
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
    this.#charactersLeft = this.#bytesLeft = this.#header.payloadLength
    if (this.#header.payloadLength === 0) this.#deliver()
  }

  #lose(line: Uint8Array): void {
    this.#lost = true
    this.#lineLength = 0
    this.#sink.onUnreadable(Buffer.from(line.subarray(0, MAX_QUOTED_BYTES)).toString())
  }

  #takePayload(chunk: Uint8Array, from: number): number {
    if (this.#isWholeInBytes) this.#unit = 'characters'
    const bytesTo = Math.min(chunk.length, from + this.#bytesLeft)
    const to =
      this.#unit === 'bytes'
        ? bytesTo
        : this.#passCharacters(chunk, from, this.#unit === undefined ? bytesTo : chunk.length)
    this.#bytesLeft -= to - from
    for (let at = from; at < to && this.#payloadLength < MAX_PAYLOAD_BYTES; at++) {
      this.#payload[this.#payloadLength++] = chunk[at] as number
    }
    if (!this.#inPayload) this.#deliver()
    return to
  }

  #passCharacters(chunk: Uint8Array, from: number, to: number): number {
    let left = this.#charactersLeft
    let behind = this.#behind
    let at = from
    for (; at < to && (left > 0 || behind > 0); at++) {
      if (behind > 0) behind--
      else {
        left--
        behind = bytesBehind(chunk[at] as number)
      }
    }
    this.#charactersLeft = left
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
