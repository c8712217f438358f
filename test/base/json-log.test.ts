// A line of --log-format json: one object, whatever texts and facts hold, within its bound and without secrets.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonLogLine, LONGEST_LINE_BYTES } from '../../src/base/json-log.ts'
import { createRedactor } from '../../src/base/redact.ts'
import { oneLine } from '../../src/base/text.ts'

const SECRET = 'hunter2-hunter2'
const redactor = createRedactor([{ text: SECRET }])
const AT = new Date('2026-11-21T12:00:00.012+01:00')

function lineFor(text: string, facts?: Record<string, unknown>): string {
  const entry = facts && (() => ({ event: 'restarted', ...facts }))
  return jsonLogLine({ at: AT, level: 'info', text, facts: entry }, redactor)
}
const read = (line: string): Record<string, unknown> => JSON.parse(line)

test('time, level and message, then the facts, in this order', () => {
  expect(lineFor('Checks resumed')).toBe(
    '{"time":"2026-11-21T11:00:00.012Z","level":"info","message":"Checks resumed"}',
  )
  expect(lineFor('Restarted web', { process: { name: 'web', pid: 7 }, limit: null })).toBe(
    '{"time":"2026-11-21T11:00:00.012Z","level":"info","message":"Restarted web","event":"restarted","process":{"name":"web","pid":7},"limit":null}',
  )
})

test('the message is the sentence of the text log; other fields hold what there was', () => {
  const line = lineFor('Restarted a\x1b[2J\n', { detail: 'a\x1b[2J\n\x9b' })
  expect(line).toContain('\\u001b')
  expect(read(line)).toMatchObject({ message: 'Restarted a\\x1b[2J\\x0a', detail: 'a\x1b[2J\n\x9b' })
})

test('secrets are masked in the message and in the facts, however deep', () => {
  const line = lineFor(`by ${SECRET}`, { channel: SECRET, evidence: { sentences: [`x ${SECRET}`] } })
  expect(line).not.toContain(SECRET)
  expect(read(line)).toMatchObject({
    message: 'by ***',
    channel: '***',
    evidence: { sentences: ['x ***'] },
  })
})

test('a defect in the facts costs the facts alone', () => {
  const facts = () => {
    throw new Error('a defect')
  }
  const line = jsonLogLine({ at: AT, level: 'info', text: 'Restarted web', facts }, redactor)
  expect(read(line)).toEqual({
    time: AT.toISOString(),
    level: 'info',
    message: 'Restarted web',
    problem: 'the facts of this line are missing, please report it: a defect',
  })
})

describe('a line that would be too long is cut, and says so', () => {
  const long = 'x'.repeat(100_000)
  test.each<[what: string, text: string, facts: Record<string, unknown>, kept: object]>([
    ['a text', 'Restarted web', { detail: long }, { detail: long.slice(0, 1000) }],
    [
      'a name in control characters',
      'x',
      { process: { name: '\0'.repeat(9000), pid: 7 } },
      { process: { pid: 7 } },
    ],
    ['a message', long, { limit: 7 }, { message: long.slice(0, 1000), limit: 7 }],
    ['a list', 'x', { names: Array.from({ length: 9999 }, () => 'web') }, { names: Array(20).fill('web') }],
    [
      'long texts in a list',
      'x',
      { names: Array(20).fill(long) },
      { names: Array(5).fill(long.slice(0, 200)) },
    ],
    [
      'too many fields',
      'Restarted web',
      Object.fromEntries([...Array(9999).keys()].map(key => [`f${key}`, key])),
      { message: 'Restarted web' },
    ],
  ])('%s', (_, text, facts, kept) => {
    const line = lineFor(text, facts)
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LONGEST_LINE_BYTES)
    expect(read(line)).toMatchObject({ level: 'info', ...kept, is_cut: true })
  })

  test('and one that fits is whole', () => {
    const detail = 'x'.repeat(LONGEST_LINE_BYTES - Buffer.byteLength(lineFor('', { detail: '' })))
    expect(Buffer.byteLength(lineFor('', { detail }))).toBe(LONGEST_LINE_BYTES)
    expect(read(lineFor('', { detail }))).toMatchObject({ detail })
    expect(read(lineFor('', { detail: `${detail}x` }))).toMatchObject({ is_cut: true })
  })
})

test('any text and any facts: one line of valid JSON without control characters, within the bound', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 })
      .map(codes => String.fromCharCode(...codes)),
    fc.string({ maxLength: 20 }).map(text => text.repeat(2000)),
  )
  const anyFacts = fc.dictionary(
    fc.stringMatching(/^[a-z_]{1,12}$/),
    fc.oneof(anyText, fc.double(), fc.constant(null), fc.array(anyText, { maxLength: 30 })),
    { maxKeys: 8 },
  )
  fc.assert(
    fc.property(anyText, anyFacts, (text, facts) => {
      const line = lineFor(text, facts)
      expect(line).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029]|\\ud[89a-f]/)
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LONGEST_LINE_BYTES)
      const { time, message, is_cut } = read(line)
      expect(time).toBe(AT.toISOString())
      if (is_cut === undefined) expect(message).toBe(Buffer.from(oneLine(text)).toString())
    }),
  )
})
