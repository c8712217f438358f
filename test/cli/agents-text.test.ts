// The table of memmon agents: whatever a worker says of itself, and whatever it leaves out.
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { agentsDocument } from '../../src/cli/agents-json.ts'
import { agentLines } from '../../src/cli/agents-text.ts'

const STATUS = {
  heap_used_bytes: 4 * 2 ** 20,
  external_bytes: 2 ** 20,
  rss_bytes: 50 * 2 ** 20,
  event_loop_delay_ms: { mean: 1, p99: 1.25, max: 9 },
  gc_share: 0.5,
  fields: { jobs: 3, state: 'idle' },
}
const AGENT = {
  pid: 8,
  program_pid: 7,
  language: 'node',
  runtime: 'v20',
  can: [],
  connected_at_ms: 0,
  heard_at_ms: 0,
}
const processes = [{ pid: 7, namespec: 'web:web' }]

function lines(status: unknown, more: object = {}, width = Number.POSITIVE_INFINITY): string[] {
  const data = { agents: [{ ...AGENT, status, ...more }] }
  return agentLines(agentsDocument(data, { processes } as never), { width, widthOf, nowMs: 90_000 })
}

test('all of it, by the name of the process above', () => {
  expect(lines(STATUS)[1]).toBe(
    'web:web    8     1m 30s  4.0MB     1.0MB  50.0MB  1.3ms  50.0%  jobs=3 state=idle',
  )
})

test('one that does not answer, since when', () => {
  expect(lines(null)[1]).toMatch(/^web:web +8 +1m 30s +- +- +- +- +- +not answering since (1970|1969)-/)
})

test('one whose main thread hangs, as its watchdog says', () => {
  expect(lines({ hung: { since_ms: 4200 }, heap_used_bytes: null })[1]).toMatch(/ hangs for 4s$/)
})

test.each([
  {},
  {
    heap_used_bytes: 'much',
    external_bytes: -1,
    rss_bytes: null,
    event_loop_delay_ms: 7,
    gc_share: [],
    fields: 'x',
  },
  'nonsense',
  [],
  7,
])('what is no status leaves its cells empty: %j', status => {
  expect(lines(status)[1]).toMatch(/^web:web +8 +1m 30s +- +- +- +- +- +-$/)
})

test('names and texts steer no terminal', () => {
  const text = lines({ fields: { 'a\u001b[2J': '\u202e\n' } }, { name: 'x\r' }).join('|')
  expect(text).toContain('web:web (x\\x0d)')
  expect(text).toContain('a\\x1b[2J=\\u202e\\x0a')
})

test.each([120, 80, 60, 50])('in %s columns no line is wider', width => {
  for (const line of lines(STATUS, { name: 'a long name of a worker' }, width))
    expect(widthOf(line)).toBeLessThanOrEqual(width)
})

test('nobody: what to do', () => {
  expect(agentLines([], { width: 80, widthOf, nowMs: 0 })).toEqual([
    expect.stringContaining('node --require memmon/agent'),
  ])
})
