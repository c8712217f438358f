// The event stream cut anywhere, counted both ways, with identifiers that look like header fields.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventReader } from '../../src/supervisor/event-reader.ts'
import { eventBytes, LENGTH_MODES, tickBytes } from '../helpers/events.ts'

/** What was seen, as the reader hands it out: [period, when]. */
type Seen = [number, number]

function read(...chunks: Uint8Array[]): Seen[] {
  const seen: Seen[] = []
  const reader = new EventReader(event => seen.push([event.tickPeriodSeconds, event.whenSeconds]))
  for (const chunk of chunks) reader.push(chunk)
  return seen
}

const byteByByte = (bytes: Buffer): Buffer[] => [...bytes].map(byte => Buffer.of(byte))
const OTHER: Seen = [0, Number.NaN]

describe.each(LENGTH_MODES)('len in %s', mode => {
  const stream = Buffer.concat([
    tickBytes(1795216665, { mode }),
    eventBytes('PROCESS_LOG_STDOUT', 'processname:a groupname:a pid:1 channel:stdout\nhéllo→😀', { mode }),
    tickBytes(1795216670, { mode, identifier: 'my sup:1' }, 'TICK_60'),
    eventBytes('PROCESS_STATE_RUNNING', 'héllo→😀', { mode }),
    tickBytes(1795216675, { mode }, 'TICK_3600'),
  ])
  const events: Seen[] = [[5, 1795216665], OTHER, [60, 1795216670], OTHER, [3600, 1795216675]]

  test('events back to back in one piece', () => {
    expect(read(stream)).toEqual(events)
  })

  test('the stream cut in two at every position', () => {
    for (let at = 0; at <= stream.length; at++) {
      expect(read(stream.subarray(0, at), stream.subarray(at)), `cut at ${at}`).toEqual(events)
    }
  })

  test('the stream byte by byte', () => {
    expect(read(...byteByByte(stream))).toEqual(events)
  })

  test('an event is delivered with its last byte, not with the next one', () => {
    const tick = tickBytes(1795216665, { mode })
    expect(read(tick.subarray(0, -1))).toEqual([])
    expect(read(tick)).toEqual([[5, 1795216665]])
  })

  test('any payload, any cut: the ticks that follow are all seen', () => {
    const payload = fc.string({ unit: 'binary', maxLength: 200 })
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 })
    fc.assert(
      fc.property(fc.array(payload, { minLength: 1, maxLength: 4 }), cuts, (payloads, at) => {
        const parts = payloads.flatMap((text, index) => [
          eventBytes('PROCESS_LOG_STDERR', text, { mode }),
          tickBytes(1000 + index, { mode }),
        ])
        const whole = Buffer.concat(parts)
        const places = [0, ...at.map(place => place % whole.length).sort((a, b) => a - b), whole.length]
        const pieces = places.slice(1).map((to, index) => whole.subarray(places[index], to))
        const seen = read(...pieces)
        expect(seen).toHaveLength(payloads.length * 2)
        expect(seen.filter(([period]) => period === 5).map(([, when]) => when)).toEqual(
          payloads.map((_, index) => 1000 + index),
        )
      }),
    )
  })
})

test.each([
  'supervisor',
  'my sup:1',
  'len:9',
  'x len:9',
  'ver:3.0',
  'ver:3.0 server:b',
  '9lives',
  'eventname:TICK_5',
  'a eventname:TICK_5 len:3',
  'überwacht→😀',
  '',
])('identifier "%s"', identifier => {
  const other = eventBytes('PROCESS_STATE_STOPPED', 'processname:TICK_5', { identifier })
  const stream = Buffer.concat([other, tickBytes(7, { identifier }, 'TICK_60'), other])
  expect(read(stream)).toEqual([OTHER, [60, 7], OTHER])
  expect(read(...byteByByte(stream))).toEqual([OTHER, [60, 7], OTHER])
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
  expect(read(eventBytes(name, payload))).toEqual([event])
})

test('several events without a payload (len:0) are delivered at their line ends', () => {
  const empty = eventBytes('SUPERVISOR_STATE_CHANGE_RUNNING', '')
  expect(read(empty)).toEqual([OTHER])
  expect(read(Buffer.concat([empty, empty, tickBytes(3)]))).toEqual([OTHER, OTHER, [5, 3]])
})

test.each([
  ['garbage', 'what is this\n'],
  ['an empty line', '\n'],
  ['a header without a version', 'server:a serial:1 pool:p poolserial:1 eventname:TICK_5 len:5\n'],
  ['a header without eventname', 'ver:3.0 server:a serial:1 pool:p poolserial:1 len:5\n'],
  ['a header without len', 'ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TICK_5\n'],
  ['a len that is no number', 'ver:3.0 server:a eventname:TICK_5 len:5x\n'],
  ['a negative len', 'ver:3.0 server:a eventname:TICK_5 len:-5\n'],
  ['an absurd len', 'ver:3.0 server:a eventname:TICK_5 len:99999999999999999999\n'],
  ['bytes that are no UTF-8', '\u0000\u00ff\n'],
])('a line that is no header is passed over: %s', (_, line) => {
  expect(read(Buffer.from(line, 'latin1'), tickBytes(3))).toEqual([[5, 3]])
})

test.each([3000, 4000, 5000, 9000, 100_000])('a header with an identifier of %d bytes', length => {
  const identifier = 'long '.repeat(length / 5)
  const stream = Buffer.concat([tickBytes(1, { identifier }), tickBytes(2, { identifier }), tickBytes(3)])
  expect(read(stream)).toEqual([
    [5, 1],
    [5, 2],
    [5, 3],
  ])
})

test('a payload of 200 MB is passed over without being kept', () => {
  const seen: Seen[] = []
  const reader = new EventReader(event => seen.push([event.tickPeriodSeconds, event.whenSeconds]))
  const chunk = Buffer.alloc(1 << 20, 'x')
  reader.push(Buffer.from(`ver:3.0 server:a serial:1 eventname:PROCESS_LOG_STDOUT len:${200 << 20}\n`))
  const before = process.memoryUsage()
  for (let count = 0; count < 200; count++) reader.push(chunk)
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(10 << 20)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(50 << 20)
  reader.push(tickBytes(4))
  expect(seen).toEqual([OTHER, [5, 4]])
})

test('60 MB without a line end, as left over by characters, are not kept and hide no tick', () => {
  const seen: Seen[] = []
  const reader = new EventReader(event => seen.push([event.tickPeriodSeconds, event.whenSeconds]))
  const chunk = Buffer.alloc(3 << 20, '→')
  const before = process.memoryUsage()
  for (let count = 0; count < 20; count++) reader.push(chunk)
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(10 << 20)
  reader.push(tickBytes(4))
  expect(seen).toEqual([[5, 4]])
})
