// The screens of `memmon diagnose` as golden pictures of text, at each width and in a pipe. `vitest -u` draws them anew:
// look at each difference as a tired operator would.
import fc from 'fast-check'
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import type { Facts } from '../../src/evidence/facts.ts'
import { missingTexts } from '../../src/evidence/missing-text.ts'
import { wordsOf } from '../../src/evidence/words.ts'
import { type Diagnosis, diagnosisLines, pipedDiagnosis } from '../../src/screen/diagnosis.ts'
import { anyFacts } from '../helpers/any-facts.ts'
import { HOSTILE, LARGE_WORKER, LOCKED, OF_ANOTHER_USER } from '../helpers/diagnosed.ts'

const WIDTHS = [60, 80, 120, 200]

const diagnosed = (facts: Facts, ...heads: string[]): Diagnosis => ({
  facts,
  heads,
  sentences: wordsOf(facts),
  unread: missingTexts(facts, { uid: 1000, nameOf: uid => (uid === 999 ? 'postgres' : 'deploy') }),
})

const framed = (width: number, lines: readonly string[]): string =>
  `${`${width} columns `.padEnd(width, '-')}\n${lines.join('\n')}\n`

test.each<[name: string, facts: Facts, heads: string[]]>([
  [
    'large-worker',
    LARGE_WORKER,
    [
      'worker:worker_03: RUNNING, pid 4711, up 1d 2h, 1.2GB RSS',
      '/usr/bin/python3.11, runs as deploy, sleeping',
    ],
  ],
  ['locked', LOCKED, ['web:web: RUNNING, pid 4711, up 42m, 15.1MB RSS']],
  ['of-another-user', OF_ANOTHER_USER, ['db:db: RUNNING, pid 4711, up 12d 3h, 280.4MB RSS']],
  ['hostile', HOSTILE, ['evil\u001b[2J\u202e:x\n: RUNNING, pid 4711, up 7s, 3MB RSS']],
])('%s', async (name, facts, heads) => {
  const diagnosis = diagnosed(facts, ...heads)
  const screens = WIDTHS.map(columns => {
    const lines = diagnosisLines(diagnosis, { columns, colour: false, widthOf })
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
    return framed(columns, lines)
  })
  const all = [...screens, `in a pipe\n${pipedDiagnosis(diagnosis, widthOf).join('\n')}\n`].join('\n')
  await expect(all).toMatchFileSnapshot(`pictures/diagnose-${name}.txt`)
})

/** Of which one line says that nothing stands out in it. */
const NOTHING_READ: Facts = {
  version: 1,
  pid: 4711,
  startTicks: 100,
  takenAt: 0,
  tookMs: 0,
  missing: { status: 'EACCES' },
}

test('any facts at any width: no line is wider, nothing steers the terminal, no figure is none', () => {
  fc.assert(
    fc.property(anyFacts, fc.integer({ min: 40, max: 200 }), fc.boolean(), (facts, columns, colour) => {
      const lines = diagnosisLines(diagnosed(facts, 'a:b: RUNNING'), { columns, colour, widthOf })
      expect(lines.length).toBeGreaterThan(1)
      for (const painted of [...lines, ...pipedDiagnosis(diagnosed(facts), widthOf)]) {
        const line = colour ? painted.replace(/\u001b\[\d+m/g, '') : painted
        expect(line).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
        expect(line).not.toMatch(/\b(NaN|undefined|Infinity)\b|\[object/)
      }
      for (const line of lines)
        expect(widthOf(line.replace(/\u001b\[\d+m/g, ''))).toBeLessThanOrEqual(columns)
    }),
    { numRuns: 300, examples: [[NOTHING_READ, 40, false]] },
  )
})
