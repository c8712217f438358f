// What a mail and the log say of a memory sample: its first lines, whatever the worker has made of it.
import { expect, test } from 'vitest'
import { evidenceEvent, evidenceFacts } from '../../src/messages/evidence-text.ts'
import { sampleLine, sampleOf } from '../../src/messages/sample-text.ts'
import { infoOf } from '../helpers/jobs.ts'
import { breachFor } from '../helpers/values.ts'

const REPORT = {
  version: 1,
  pid: 7,
  duration_ms: 30_000,
  total_retained: 2 * 2 ** 20,
  growth: {},
  by_package: [{ data: 'leaky', memory: 2 ** 20, count: 9, survivors: 9 }],
  by_location: [{ data: '/app/cache.js:7', memory: 2 ** 20, count: 9, survivors: 9, function: 'keep' }],
  files: { report: '/tmp/memmon-0/sample.json' },
}
const SAMPLE = sampleOf(REPORT)
const PLACE = 'Most probably made in keep, /app/cache.js:7'

test('three lines, the place last, and the file', () => {
  expect(SAMPLE).toEqual({
    lines: [expect.stringContaining('2MB kept'), expect.stringContaining('leaky: 1MB, 50%'), PLACE],
    path: '/tmp/memmon-0/sample.json',
  })
})

test.each([undefined, 'text', {}, [], { version: 1 }])('%j is no sample', report =>
  expect(sampleOf(report)).toEqual({ lines: [], problem: 'what the agent has answered is not a sample' }))

const request = { process: infoOf(), breach: breachFor(1, '-a', '1MB') }
const WHO = 'ample of w:a (pid 4711)'

test.each([
  [SAMPLE, 'INFO', `Memory s${WHO} is in /tmp/memmon-0/sample.json: ${PLACE}`],
  [{ lines: [], problem: 'no agent' }, 'WARN', `No memory s${WHO}: no agent. The restart continues`],
] as const)('in the log: %j', (sample, level, text) =>
  expect(sampleLine(request, sample)).toEqual({ event: 'memory_sample', level, text }))

test('in a mail and in a document, behind the evidence', () => {
  const evidence = { path: '/e.json', sentences: ['It sleeps'], sample: SAMPLE }
  expect(evidenceFacts(evidence)).toEqual([
    ['Found', 'It sleeps'],
    ['Details', '/e.json'],
    ...SAMPLE.lines.map(line => ['Sample', line]),
    ['Sample', SAMPLE.path],
  ])
  expect(evidenceEvent(evidence)).toMatchObject({ memory_sample: { ...SAMPLE, problem: null } })
  expect(evidenceEvent({ sentences: [] })).not.toHaveProperty('memory_sample')
})
