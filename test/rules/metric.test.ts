// What a limit counts: the metrics that there are, and their amounts as an operator reads them.
import { describe, expect, test } from 'vitest'
import {
  amountText,
  formatAmount,
  isMemory,
  MEMORY_METRICS,
  METRICS,
  type Metric,
  metricText,
  parseMetric,
  shortText,
} from '../../src/rules/metric.ts'

test.each([...MEMORY_METRICS])('--metric %s, in either case', metric => {
  expect([parseMetric(metric), parseMetric(metric.toUpperCase())]).toEqual([metric, metric])
})

test.each(['vsz', 'threads', 'fds', ''])('--metric %j is refused, with those that there are', text => {
  expect(() => parseMetric(text)).toThrow(
    `"${text}" is not a metric: use one of rss, pss, uss, rss+swap, pss+swap`,
  )
})

const SIZE = 62_005_248

test.each<[metric: Metric, short: string, cumulative: string, amount: string]>([
  ['rss', '59.1MB RSS', '59.1MB RSS with descendants', '59.1MB RSS (62005248 bytes)'],
  ['pss', '59.1MB PSS', '59.1MB PSS with descendants', '59.1MB PSS (62005248 bytes)'],
  ['uss', '59.1MB USS', '59.1MB USS with descendants', '59.1MB USS (62005248 bytes)'],
  [
    'rss+swap',
    '59.1MB RSS and swap',
    '59.1MB RSS and swap with descendants',
    '59.1MB RSS and swap (62005248 bytes)',
  ],
  [
    'pss+swap',
    '59.1MB PSS and swap',
    '59.1MB PSS and swap with descendants',
    '59.1MB PSS and swap (62005248 bytes)',
  ],
  ['threads', '62005248 threads', '62005248 threads with descendants', '62005248 threads'],
  ['fds', '62005248 open files', '62005248 open files with descendants', '62005248 open files'],
])('an amount of %s', (metric, short, cumulative, amount) => {
  expect(shortText(metric, false, SIZE)).toBe(short)
  expect(shortText(metric, true, SIZE)).toBe(cumulative)
  expect(amountText(metric, false, SIZE)).toBe(amount)
  expect(short).toBe(`${formatAmount(metric, SIZE)} ${metricText(metric, false)}`)
})

describe('one of them', () => {
  test.each<[metric: Metric, cumulative: boolean, text: string]>([
    ['threads', false, '1 thread'],
    ['fds', false, '1 open file'],
    ['threads', true, '1 thread with descendants'],
    ['rss', false, '1B RSS'],
  ])('of %s (cumulative: %s) is %s', (metric, cumulative, text) =>
    expect(shortText(metric, cumulative, 1)).toBe(text))
})

test('bytes are those of memory, threads and files are counts', () => {
  expect(METRICS.filter(metric => !isMemory(metric))).toEqual(['threads', 'fds'])
})
