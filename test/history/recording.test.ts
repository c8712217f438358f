// One line of a recorded series: what it may leave out, and what is wrong with it.
import { expect, test } from 'vitest'
import { parseRecording } from '../../src/history/recording.ts'

const line = (more: object) => JSON.stringify({ id: 'a', samples: [], ...more })
const sample = (more: object) =>
  line({
    samples: [
      { t: 1, rss: 1 },
      { t: 2, rss: 2, ...more },
    ],
  })

test('all of it, other fields ignored', () => {
  const samples = [
    { t: 0.5, rss: 4096, pid: 7, label: 'x' },
    { t: -3, rss: 0 },
  ]
  expect(parseRecording(line({ interval_s: 5, limit_bytes: 1e9, label: 'leak', samples }))).toEqual({
    kind: 'recording',
    isEpoch: false,
    id: 'a',
    intervalSeconds: 5,
    limitBytes: 1e9,
    samples: [
      { t: 0.5, bytes: 4096, pid: 7 },
      { t: -3, bytes: 0, pid: 7 },
    ],
  })
})

test.each([
  {},
  { interval_s: null, limit_bytes: null },
])('an interval and a limit may be left out: %j', more => {
  expect(parseRecording(line(more))).toMatchObject({ intervalSeconds: Number.NaN, limitBytes: undefined })
})

test('a sample without a size was not measured', () => {
  const samples = [{ t: 1, rss: null }, { t: 2 }, { t: 3, rss: 3 }]
  expect(parseRecording(line({ samples }))).toMatchObject({ samples: [{ t: 3, bytes: 3 }] })
})

test.each([
  ['', /^not JSON \(/],
  ['{"id":"a","samples":[', /^not JSON \(/],
  ['[]', 'not a JSON object'],
  ['null', 'not a JSON object'],
  ['"a"', 'not a JSON object'],
  ['{"samples":[]}', '"id" must be a string'],
  [line({ id: 7 }), '"id" must be a string'],
  ['{"id":"a"}', '"samples" must be an array'],
  [line({ samples: {} }), '"samples" must be an array'],
  [line({ interval_s: 0 }), '"interval_s" must be a number above 0'],
  [line({ interval_s: '5' }), '"interval_s" must be a number above 0'],
  [line({ limit_bytes: -1 }), '"limit_bytes" must be a number above 0'],
  ['{"id":"a","limit_bytes":1e999,"samples":[]}', '"limit_bytes" must be a number above 0'],
  [line({ samples: [7] }), 'sample 1 is not an object'],
  [sample({ t: '2' }), 'sample 2: "t" must be a number of seconds'],
  [sample({ t: null }), 'sample 2: "t" must be a number of seconds'],
  [sample({ rss: '2' }), 'sample 2: "rss" must be bytes, from 0 to 2199023255551, or null'],
  [sample({ rss: -1 }), 'sample 2: "rss" must be bytes, from 0 to 2199023255551, or null'],
  [sample({ rss: 2 ** 41 }), 'sample 2: "rss" must be bytes, from 0 to 2199023255551, or null'],
  [sample({ pid: 'x' }), 'sample 2: "pid" must be a number'],
])('%s: %s', (text, why) => {
  const read = parseRecording(text)
  expect(read.kind === 'bad' && read.why).toEqual(typeof why === 'string' ? why : expect.stringMatching(why))
})
