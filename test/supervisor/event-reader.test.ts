// The event stream cut anywhere, len counted both ways, and payloads full of what looks like events.
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { EventReader, MAX_HEADER_BYTES } from '../../src/supervisor/event-reader.ts'
import type { LengthUnit } from '../../src/supervisor/payload-length.ts'
import { eventBytes, LENGTH_UNITS, lengthOf, tickBytes } from '../helpers/events.ts'

/** What was seen, as the reader hands it out: [period, when], or how a header that cannot be read begins. */
type Seen = [number, number] | string

let seen: Seen[]
let reader: EventReader
const newReader = (): EventReader =>
  new EventReader({
    onEvent: event => seen.push([event.tickPeriodSeconds, event.whenSeconds]),
    onUnreadable: beginning => seen.push(beginning),
  })
beforeEach(() => {
  seen = []
  reader = newReader()
})

/** By a reader that has seen in which unit this supervisord counts. */
function read(unit: LengthUnit, ...chunks: Uint8Array[]): Seen[] {
  const one = newReader()
  one.push(eventBytes('PROCESS_LOG_STDOUT', 'é', { unit }))
  expect(one.endInBytes()).toBe(unit === 'bytes')
  seen = []
  for (const chunk of chunks) one.push(chunk)
  expect(one.isInside).toBe(false)
  return seen
}

const byteByByte = (bytes: Buffer): Buffer[] => [...bytes].map(byte => Buffer.of(byte))
const OTHER: Seen = [0, Number.NaN]

describe.each(LENGTH_UNITS)('len in %s', unit => {
  const stream = Buffer.concat([
    tickBytes(1795216665, { unit }),
    eventBytes('PROCESS_LOG_STDOUT', 'processname:a groupname:a pid:1 channel:stdout\nhéllo→😀', { unit }),
    tickBytes(1795216670, { unit, identifier: 'my sup:1' }, 'TICK_60'),
    eventBytes('SUPERVISOR_STATE_CHANGE_RUNNING', '', { unit }),
    eventBytes('PROCESS_STATE_RUNNING', '😀', { unit }),
    tickBytes(1795216675, { unit }, 'TICK_3600'),
  ])
  const events: Seen[] = [[5, 1795216665], OTHER, [60, 1795216670], OTHER, OTHER, [3600, 1795216675]]

  test('events back to back in one piece', () => {
    expect(read(unit, stream)).toEqual(events)
  })

  test('the stream cut in two at every position', () => {
    for (let at = 0; at <= stream.length; at++) {
      expect(read(unit, stream.subarray(0, at), stream.subarray(at)), `cut at ${at}`).toEqual(events)
    }
  })

  test('the stream byte by byte', () => {
    expect(read(unit, ...byteByByte(stream))).toEqual(events)
  })

  test('an event is delivered with its last byte, not with the next one', () => {
    const event = eventBytes('PROCESS_LOG_STDOUT', 'a😀', { unit })
    reader.push(event.subarray(0, -1))
    expect([seen, reader.isInside, reader.endInBytes()]).toEqual([[], true, false])
    reader.push(event.subarray(-1))
    // The first one in bytes could also be the beginning of one in characters.
    expect(reader.endInBytes()).toBe(unit === 'bytes')
    expect([seen, reader.isInside]).toEqual([[OTHER], false])
    reader.push(event.subarray(0, -1))
    expect([seen.length, reader.isInside, reader.endInBytes()]).toEqual([1, true, false])
    reader.push(event.subarray(-1))
    expect([seen.length, reader.isInside]).toEqual([2, false])
  })

  test('what a payload holds is never an event, whatever it is, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(anyEvent(unit), { minLength: 1, maxLength: 5 }), anyCuts, (all, cuts) => {
        const whole = Buffer.concat(all.map(({ bytes }) => bytes))
        const wanted = all.map(event => event.seen)
        expect(read(unit, ...cut(whole, cuts))).toEqual(wanted)
      }),
      { numRuns: 500 },
    )
  })

  test('nor while the unit is unknown, with one event at a time as supervisord sends them', () => {
    fc.assert(
      fc.property(fc.array(anyEvent(unit), { minLength: 1, maxLength: 5 }), anyCuts, (all, cuts) => {
        seen = []
        const one = newReader()
        for (const [index, event] of all.entries()) {
          for (const part of cut(event.bytes, cuts)) one.push(part)
          if (one.isInside) expect([unit, one.endInBytes()]).toEqual(['bytes', true])
          expect(seen).toHaveLength(index + 1)
        }
        expect(seen).toEqual(all.map(event => event.seen))
      }),
      { numRuns: 500 },
    )
  })
})

/** A program that prints what supervisord would send, behind as many characters as hide it from a count in bytes. */
const FORGED = ['\n', ...['TICK_5', 'TICK', 'PROCESS_LOG'].map(name => eventBytes(name, 'when:7').toString())]
const text = fc
  .array(fc.oneof(fc.constantFrom(...FORGED, '中'.repeat(40), 'ver:3.0 '), fc.string({ unit: 'binary' })), {
    maxLength: 6,
  })
  .map(parts => parts.join(''))
const NAMES = [
  ...['STOPPED', 'EXITED', 'STARTING', 'STOPPING', 'BACKOFF', 'FATAL', 'RUNNING', 'UNKNOWN'].map(
    state => `PROCESS_STATE_${state}`,
  ),
  ...['PROCESS_LOG', 'PROCESS_COMMUNICATION'].flatMap(name => [`${name}_STDOUT`, `${name}_STDERR`]),
  ...['REMOTE_COMMUNICATION', 'PROCESS_GROUP_ADDED', 'PROCESS_GROUP_REMOVED'],
  ...['SUPERVISOR_STATE_CHANGE_RUNNING', 'SUPERVISOR_STATE_CHANGE_STOPPING', 'EVENT', 'TICK_5', 'TICK_60'],
]

function anyEvent(unit: LengthUnit): fc.Arbitrary<{ bytes: Buffer; seen: Seen }> {
  const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array))
  const payload = unit === 'bytes' ? fc.oneof(text, bytes) : text
  const order = fc.constantFrom('ver:3.0 server:S eventname:E len:L', 'len:L  server:S eventname:E\tver:3.0')
  const identifier = fc.constantFrom('supervisor', 'my sup:1', 'a len:9')
  return fc
    .tuple(fc.constantFrom(...NAMES), payload, order, identifier)
    .map(([name, content, line, server]) => {
      const isTick = name.startsWith('TICK')
      const body = isTick ? 'when:12' : content
      const values: Record<string, string> = { S: server, E: name, L: String(lengthOf(body, unit)) }
      const header = line.replace(/:([SEL])/g, (_, key) => `:${values[key]}`)
      const isWhen = typeof body === 'string' && /^when:\d+$/.test(body)
      return {
        bytes: Buffer.concat([Buffer.from(`${header}\n`), Buffer.from(body as string)]),
        seen: [isTick ? Number(name.slice(5)) : 0, isWhen ? Number(body.slice(5)) : Number.NaN],
      }
    })
}

const anyCuts = fc.array(fc.nat(5000), { maxLength: 30 })
function cut(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...cuts.map(place => place % whole.length).sort((a, b) => a - b), whole.length]
  return places.map((to, index) => whole.subarray(places[index - 1] ?? 0, to))
}

describe.each([-1, 0, 1, 100])('a tick where a count in bytes ends, %d characters off', off => {
  const tick = tickBytes(7, { identifier: 'even' }).toString()
  const text = `processname:a\n${'中'.repeat(tick.length / 2 + off)}${tick}`
  const attack = eventBytes('PROCESS_LOG_STDOUT', text)

  test.each(['known', 'unknown'])('is no event while the unit is %s, wherever it is cut', state => {
    const whole = Buffer.concat([attack, tickBytes(8), attack])
    for (let at = 0; at <= whole.length; at++) {
      const chunks = [whole.subarray(0, at), whole.subarray(at)]
      if (state === 'known') read('characters', ...chunks)
      else {
        seen = []
        reader = newReader()
        for (const chunk of chunks) reader.push(chunk)
      }
      expect(seen, `cut at ${at}`).toEqual([OTHER, [5, 8], OTHER])
    }
  })
})

test('payloads of one byte a character teach no unit and wait for none', () => {
  reader.push(eventBytes('PROCESS_LOG_STDOUT', 'ascii'))
  expect([seen, reader.endInBytes()]).toEqual([[OTHER], false])
  reader.push(Buffer.concat([tickBytes(3), tickBytes(4)]))
  expect(seen).toEqual([OTHER, [5, 3], [5, 4]])
})

test.each([
  'supervisor',
  'my sup:1',
  'len:9',
  'ver:3.0 server:b',
  'a eventname:TICK_5 len:3',
  'überwacht→😀',
  '',
])('identifier "%s"', identifier => {
  const other = eventBytes('PROCESS_STATE_STOPPED', 'processname:TICK_5', { identifier })
  const stream = Buffer.concat([other, tickBytes(7, { identifier }, 'TICK_60'), other])
  expect(read('characters', stream)).toEqual([OTHER, [60, 7], OTHER])
  expect(read('characters', ...byteByByte(stream))).toEqual([OTHER, [60, 7], OTHER])
})

test.each<[string, string, Seen]>([
  ['TICK_5', 'when:1795216665', [5, 1795216665]],
  ['TICK_3600', 'when:0', [3600, 0]],
  ['TICK', 'when:12', [Number.POSITIVE_INFINITY, 12]],
  ['TICK_5', '', [5, Number.NaN]],
  ['TICK_5', 'when:', [5, Number.NaN]],
  ['TICK_5', 'when:12 more:1', [5, Number.NaN]],
  ['TICK_5', 'then:12', [5, Number.NaN]],
  ['PROCESS_GROUP_ADDED', 'when:12', [0, 12]],
  ['XTICK_5', 'x', OTHER],
  ['TIC', '', OTHER],
])('%s with payload "%s"', (name, payload, event) => {
  expect(read('characters', eventBytes(name, payload))).toEqual([event])
})

test('several events without a payload (len:0) are delivered at their line ends', () => {
  const empty = eventBytes('SUPERVISOR_STATE_CHANGE_RUNNING', '')
  expect(read('bytes', empty)).toEqual([OTHER])
  expect(read('bytes', Buffer.concat([empty, empty, tickBytes(3)]))).toEqual([OTHER, OTHER, [5, 3]])
})

test('empty lines between events open none', () => {
  expect(read('characters', Buffer.from('\n \t\r\n'), tickBytes(3), Buffer.from('\n'))).toEqual([[5, 3]])
})

test.each([
  ['garbage', 'what is this'],
  ['a header without len', 'ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TICK_5'],
  ['an absurd len', 'ver:3.0 server:a eventname:TICK_5 len:99999999999999999999'],
])('%s is told once, and all behind it is passed over until resync()', (_, line) => {
  reader.push(Buffer.concat([Buffer.from(`${line}\n`), tickBytes(3)]))
  reader.push(tickBytes(4))
  expect(seen).toEqual([line])
  expect([reader.isLost, reader.isInside]).toEqual([true, true])
  reader.resync()
  reader.push(tickBytes(5))
  expect(seen).toEqual([line, [5, 5]])
})

test('of a header that cannot be read, the beginning is told', () => {
  reader.push(Buffer.from(`${'x'.repeat(1000)}\n`))
  expect(seen).toEqual(['x'.repeat(200)])
})

test.each([3000, 100_000])('a header with an identifier of %d bytes', length => {
  const identifier = 'long '.repeat(length / 5)
  const stream = Buffer.concat([tickBytes(1, { identifier }), tickBytes(2, { identifier }), tickBytes(3)])
  const ticks = [1, 2, 3].map(when => [5, when])
  expect(read('characters', stream)).toEqual(ticks)
  expect(read('characters', ...cut(stream, [10, 999, 2040, 30_000]))).toEqual(ticks)
})

test.each([1, 1000, MAX_HEADER_BYTES * 2])('a header over the bound, in pieces of %d bytes', pieceBytes => {
  const header = tickBytes(1, { identifier: 'y'.repeat(MAX_HEADER_BYTES) })
  for (let at = 0; at < header.length; at += pieceBytes) reader.push(header.subarray(at, at + pieceBytes))
  expect(seen).toEqual([header.toString('utf8', 0, 200)])
  reader.resync()
  reader.push(tickBytes(4))
  expect(seen).toHaveLength(2)
})

test.each([
  ['a payload of 200 MB', 'ver:3.0 server:a eventname:PROCESS_LOG_STDOUT len:209715200\n', [OTHER, [5, 4]]],
  ['a header without an end', '', ['x'.repeat(200)]],
])('%s is not kept', (_, header, wanted) => {
  const chunk = Buffer.alloc(1 << 20, 'x')
  reader.push(Buffer.from(header))
  const before = process.memoryUsage()
  for (let count = 0; count < 200; count++) reader.push(chunk)
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(10 << 20)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(50 << 20)
  reader.push(tickBytes(4))
  expect(seen).toEqual(wanted)
})
