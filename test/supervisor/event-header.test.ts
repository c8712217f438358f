// Header lines in any order and with any blanks, identifiers that look like tokens, and lines that are no headers.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EventHeader, readHeader } from '../../src/supervisor/event-header.ts'

/** [period, len], or undefined for a line that is not a header. */
function read(line: string): [number, number] | undefined {
  // Behind and before other bytes, as in a chunk.
  const bytes = Buffer.from(`5 len:1${line} len:99`)
  const header: EventHeader = { tickPeriodSeconds: Number.NaN, payloadLength: Number.NaN }
  const isHeader = readHeader(bytes, 7, bytes.length - 7, header)
  return isHeader ? [header.tickPeriodSeconds, header.payloadLength] : undefined
}

/** As Python's listeners see the tokens. */
const TOKENS = ['ver:3.0', 'serial:21', 'pool:listener', 'poolserial:10', 'eventname:TICK_60', 'len:54']
const EVIL_IDENTIFIERS = [
  '',
  'my sup:1',
  'len:9',
  'x len:9',
  'x eventname:TICK_5 len:3',
  'ver:3.0 server:b',
  'ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TICK_5 len:3',
  'a:b:c len: eventname:',
  'überwacht→😀',
]

test.each<[string, [number, number]]>([
  ['ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TICK_5 len:15', [5, 15]],
  ['ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TICK_3600 len:0', [3600, 0]],
  ['ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TICK len:1', [Number.POSITIVE_INFINITY, 1]],
  ['ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:XTICK_5 len:1', [0, 1]],
  ['ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TIC len:1', [0, 1]],
  ['ver:4.1 server:a serial:1 pool:p poolserial:1 eventname:TICK_5 len:15', [5, 15]],
  ['eventname:TICK_5 len:15 ver:3.0', [5, 15]],
  ['len:15\tserver:a  ver:3.0\v eventname:TICK_5\r', [5, 15]],
  ['  ver:3.0 server:a eventname:TICK_5 len:15 ', [5, 15]],
  ['ver:3.0 server:a eventname:TICK_5 len:15 host:new', [5, 15]],
])('%j', (line, header) => {
  expect(read(line)).toEqual(header)
})

test.each([
  '',
  'what is this',
  'server:a serial:1 pool:p poolserial:1 eventname:TICK_5 len:5',
  'ver:3.0 server:a serial:1 pool:p poolserial:1 len:5',
  'ver:3.0 server:a serial:1 pool:p poolserial:1 eventname:TICK_5',
  'ver: server:a eventname:TICK_5 len:5',
  'ver:x server:a eventname:TICK_5 len:5',
  'ver:3.0 server:a eventname:TICK_5 len:',
  'ver:3.0 server:a eventname:TICK_5 len:5x',
  'ver:3.0 server:a eventname:TICK_5 len:-5',
  'ver:3.0 server:a eventname:TICK_5 len:99999999999999999999',
  'rest of a payload ver:3.0 server:a eventname:TICK_5 len:5',
  '\u0000\u00ff',
])('%j is no header', line => {
  expect(read(line)).toBeUndefined()
})

const blanks = fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\v', '\f'), minLength: 1, maxLength: 3 })
const identifiers = fc.oneof(
  fc.constantFrom(...EVIL_IDENTIFIERS),
  fc.string({ unit: 'binary', maxLength: 20 }).filter(text => !text.includes('\n')),
  fc
    .array(fc.constantFrom(...TOKENS, 'server:x', 'len:3', 'b'), { maxLength: 8 })
    .map(words => words.join(' ')),
)

test('tokens in any order, with any blanks and any identifier', () => {
  const orders = fc.shuffledSubarray([...TOKENS, 'server:'], { minLength: TOKENS.length + 1 })
  const gaps = fc.array(blanks, { minLength: TOKENS.length, maxLength: TOKENS.length })
  fc.assert(
    fc.property(orders, gaps, identifiers, (tokens, spaces, identifier) => {
      const words = tokens.map(token => (token === 'server:' ? `server:${identifier}` : token))
      const line = words.map((word, at) => word + (spaces[at] ?? '')).join('')
      expect(read(line), line).toEqual([60, 54])
    }),
    { numRuns: 2000 },
  )
})

test('the usual order, with any identifier', () => {
  fc.assert(
    fc.property(identifiers, identifier => {
      const [version, ...others] = TOKENS
      expect(read(`${version} server:${identifier} ${others.join(' ')}`)).toEqual([60, 54])
    }),
  )
})
