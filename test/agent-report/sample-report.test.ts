// What an agent has sent, read with distrust, and in the three lines of a mail.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleLines } from '../../src/agent-report/sample-lines.ts'
import { parseSample, type Sample } from '../../src/agent-report/sample-report.ts'
import { HOSTILE_SAMPLE, LEAKING, STEADY } from '../helpers/sampled.ts'

const parsed = (value: unknown): Sample => {
  const sample = parseSample(value)
  if (!sample) throw new Error('not a sample')
  return sample
}

describe('the three lines', () => {
  test.each<[string, unknown, [string, string, string]]>([
    [
      'a leak',
      LEAKING,
      [
        '30s of shop:shop_03 (pid 4711): 300MB allocated, 5.6MB kept; RSS +7MB, the heap +4.6MB, Buffers +1MB',
        'Most of what it kept belongs to session-store: 4.2MB, 74%',
        'Most probably made in SessionStore.remember, /srv/shop/node_modules/session-store/lib/store.js:84',
      ],
    ],
    [
      'nothing grows',
      STEADY,
      [
        '10s of a program (pid 4712): 1MB allocated, 2KB kept; RSS -4KB',
        'Nothing that was allocated in the first half of it was still there at its end',
        'No place in the program stands out: sample for longer, or while it grows',
      ],
    ],
  ])('%s', (_, value, lines) => expect(sampleLines(parsed(value))).toEqual(lines))

  test('Buffers and doubt are said', () => {
    const [, second, third] = sampleLines(
      parsed({
        ...LEAKING,
        by_package: [{ data: 'pool', memory: 100, external: 90, survivors: 2 }],
        by_location: [{ data: '/pool.js:1', memory: 100, external: 90, survivors: 2 }],
      }),
    )
    expect(second).toBe('Most of what it kept belongs to pool: 100B, 0%, mostly Buffers')
    expect(third).toBe('Most probably made in /pool.js:1 (only 2 samples: sample for longer to be sure)')
  })

  test('nearly all is not 100 %, as in the table', () => {
    const share = (memory: number) =>
      sampleLines(
        parsed({ ...LEAKING, total_retained: 1_000, by_package: [{ data: 'app', memory, survivors: 9 }] }),
      )[1]
    expect([999, 1_000, 1_001].map(share).map(line => /\d+%/.exec(line)?.[0])).toEqual([
      '99%',
      '100%',
      '100%',
    ])
  })

  test('each is a line of bounded length, whatever names hold', () => {
    for (const line of sampleLines(parsed(HOSTILE_SAMPLE))) {
      expect(line).not.toMatch(/[\0-\x1f\x7f]/)
      expect(line.length).toBeLessThan(1_000)
    }
  })
})

test('what is no sample is none, and nothing makes it throw', () => {
  for (const value of [
    undefined,
    null,
    7,
    'x',
    [],
    {},
    { version: 2, pid: 1, duration_ms: 1 },
    { version: 1 },
  ])
    expect(parseSample(value)).toBeUndefined()
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(LEAKING)), fc.jsonValue(), (key, value) => {
      const sample = parseSample({ ...LEAKING, [key]: value })
      if (sample) expect(sampleLines(sample)).toHaveLength(3)
    }),
  )
})
