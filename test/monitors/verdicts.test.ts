// The verdicts of a monitor, field by field: what counts, what is refused, and how that is said.
import { expect, test } from 'vitest'
import { checkVerdicts } from '../../src/monitors/verdicts.ts'
import { sampleOf } from '../helpers/monitor-samples.ts'

const SAMPLES = [sampleOf('web:a'), sampleOf('web:b')]
const GOOD = { process: 'web:a', action: 'restart', reason: 'why' }
const MEASURED = { metric: 'threads', value: 9, limit: 8 }

test.each<[value: object]>([
  [GOOD],
  [{ ...GOOD, action: 'drain' }],
  [{ ...GOOD, action: 'alert' }],
  [{ ...GOOD, ...MEASURED }],
  [{ ...GOOD, metric: 'pss+swap', value: 2.5, limit: 0 }],
])('%j counts', value => {
  expect(checkVerdicts([value], SAMPLES)).toEqual({ verdicts: [value], faults: [] })
})

test.each<[value: unknown, fault: string]>([
  [null, 'null is not a verdict'],
  ['restart', '"restart" is not a verdict'],
  [[GOOD], '[{"process":"web:a","action":"restart","reason":"why"}] is not a verdict'],
  [{}, 'the verdict about undefined: no sample is named so; use the "process" of a sample'],
  [
    { ...GOOD, process: 'web' },
    'the verdict about "web": no sample is named so; use the "process" of a sample',
  ],
  [{ ...GOOD, process: 7 }, 'the verdict about 7: no sample is named so; use the "process" of a sample'],
  [
    { ...GOOD, action: 'stop' },
    'the verdict about "web:a": its action is "stop"; use one of restart, drain, alert',
  ],
  [
    { ...GOOD, action: ['restart'] },
    'the verdict about "web:a": its action is ["restart"]; use one of restart, drain, alert',
  ],
  [{ ...GOOD, reason: undefined }, 'the verdict about "web:a": its reason is undefined; give a sentence'],
  [{ ...GOOD, reason: ' \n' }, 'the verdict about "web:a": its reason is " \\n"; give a sentence'],
  [{ ...GOOD, reason: {} }, 'the verdict about "web:a": its reason is {}; give a sentence'],
  [
    { ...GOOD, cause: 1 },
    'the verdict about "web:a": unknown field "cause"; use process, action, reason, metric, value, limit',
  ],
  [{ ...GOOD, metric: 'rss' }, 'the verdict about "web:a": metric, value and limit belong together'],
  [{ ...GOOD, value: 1, limit: 1 }, 'the verdict about "web:a": metric, value and limit belong together'],
  [
    { ...GOOD, ...MEASURED, metric: 'cpu_time' },
    'the verdict about "web:a": its metric is "cpu_time"; use one of rss, pss, uss, rss+swap, pss+swap, threads, fds',
  ],
  [
    { ...GOOD, ...MEASURED, value: '9' },
    'the verdict about "web:a": its value is "9"; give bytes, or a count, as a number',
  ],
  [
    { ...GOOD, ...MEASURED, limit: null },
    'the verdict about "web:a": its limit is null; give bytes, or a count, as a number',
  ],
  [
    { ...GOOD, ...MEASURED, limit: -1 },
    'the verdict about "web:a": its limit is -1; give bytes, or a count, as a number',
  ],
  [{ ...GOOD, ...MEASURED, limit: 9 }, 'the verdict about "web:a": its value is not over its limit'],
])('%j is refused', (value, fault) => {
  const other = { ...GOOD, process: 'web:b' }
  expect(checkVerdicts([value, other], SAMPLES)).toEqual({ verdicts: [other], faults: [fault] })
})

test('of two verdicts about one process the first counts', () => {
  const { verdicts, faults } = checkVerdicts([GOOD, { ...GOOD, action: 'alert' }], SAMPLES)
  expect(verdicts).toEqual([GOOD])
  expect(faults).toEqual(['the verdict about "web:a" is its second one'])
})

test('a reason is one line of bounded length, and so is what is quoted', () => {
  const reason = `a\nb\x1b[31m${'x'.repeat(1000)}`
  const [verdict] = checkVerdicts([{ ...GOOD, reason }], SAMPLES).verdicts
  expect(verdict?.reason).toMatch(/^a\\x0ab\\x1b\[31mx+\.\.\.$/)
  expect(verdict?.reason.length).toBeLessThan(320)
  const [fault = ''] = checkVerdicts([{ ...GOOD, process: '\x1b'.repeat(1000) }], SAMPLES).faults
  expect(fault).toMatch(/^the verdict about "[^\x1b]*\.\.\.: no sample/)
  expect(fault.length).toBeLessThan(150)
})

test('what is not a verdict a thousand times is said once', () => {
  const { faults } = checkVerdicts(Array(1000).fill({ ...GOOD, process: 'db' }), SAMPLES)
  expect(faults).toHaveLength(1)
})
