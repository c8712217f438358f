// What a mail and the log say of a memory sample: its first lines, whatever the worker has made of it.
import { expect, test } from 'vitest'
import { evidenceEvent, evidenceFacts } from '../../src/messages/evidence-text.ts'
import { sampleLine, sampleOf } from '../../src/messages/sample-text.ts'
import { infoOf } from '../helpers/jobs.ts'
import { breachFor } from '../helpers/values.ts'

const location = (data: unknown, memory: unknown, name?: unknown) => ({ data, memory, function: name })
const REPORT = {
  by_location: [
    location('/app/cache.js:7', 2 * 2 ** 20, 'keep'),
    location('/app/routes.js:12', 2 ** 20, ''),
    location('/app/x.js:1', 1024),
    location('/app/y.js:1', 1),
  ],
  files: { report: '/tmp/memmon-0/sample.json' },
}
const SAMPLE = {
  lines: [
    '2MB retained at /app/cache.js:7 (keep)',
    '1MB retained at /app/routes.js:12',
    '1KB retained at /app/x.js:1',
  ],
  path: '/tmp/memmon-0/sample.json',
}

test('the first three places, and the file', () => expect(sampleOf(REPORT)).toEqual(SAMPLE))

test.each([
  [undefined],
  ['text'],
  [{}],
  [{ by_location: 'x', files: null }],
  [
    {
      by_location: [
        null,
        7,
        location(1, 2),
        location('x', 'y'),
        location('x', -1),
        location('x', Number.NaN),
      ],
      files: { report: 7 },
    },
  ],
])('nothing that can be said of %j', report => expect(sampleOf(report)).toEqual({ lines: [] }))

test('a name without an end is cut', () => {
  const [line = ''] = sampleOf({ by_location: [location('x'.repeat(10_000), 5, 'y'.repeat(10_000))] }).lines
  expect(line.length).toBeLessThan(450)
})

const request = { process: infoOf(), breach: breachFor(1, '-a', '1MB') }

test.each([
  [
    SAMPLE,
    'INFO',
    'Memory sample of w:a (pid 4711) is in /tmp/memmon-0/sample.json: 2MB retained at /app/cache.js:7 (keep)',
  ],
  [{ lines: [] }, 'INFO', 'Memory sample of w:a (pid 4711): nothing was retained'],
  [
    { lines: [], problem: 'no agent in pid 4711' },
    'WARN',
    'No memory sample of w:a (pid 4711): no agent in pid 4711. The restart continues',
  ],
] as const)('in the log: %j', (sample, level, text) =>
  expect(sampleLine(request, sample)).toEqual({ level, text }))

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
