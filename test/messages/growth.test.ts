// What a message says of a history: whose it is, until when, and the object of the webhook's document.
import { describe, expect, test } from 'vitest'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { hasHistory } from '../../src/messages/growth.ts'
import { messageOf } from '../../src/messages/message.ts'
import type { Told } from '../../src/messages/told.ts'
import { STEADY } from '../../src/trend/verdict.ts'
import { failed, processNamed, requestFor, restarted } from '../helpers/values.ts'
import { HOUR, historyOf, leak, lifeOf, MB, NOON } from '../picture/histories.ts'

const CONTEXT = { host: 'web1', name: undefined, mailUptimeSeconds: undefined }
const request = requestFor(processNamed('shop:web'), 251 * MB, '-p', 'web=250MB')
const growthOf = (outcome: Told, history: ProcessHistory) =>
  messageOf(outcome, CONTEXT, history)?.event.growth
const running = lifeOf(NOON - 8 * HOUR, NOON, minute => (minute < 477 ? 120 : 251))
const steady = { slope_bytes_per_hour: null, for_seconds: null, seconds_to_limit: null, sureness: null }

test.each<[what: string, more: Partial<ProcessHistory>, growth: object]>([
  [
    'a leak',
    { verdict: leak({ slopeBytesPerHour: 12.4 * MB, secondsToLimit: 1.6, sureness: 0.98765 }) },
    {
      verdict: 'leak',
      slope_bytes_per_hour: 13002342,
      for_seconds: 21600,
      seconds_to_limit: 2,
      sureness: 0.988,
      sentence: expect.stringMatching(/^grew by 12MB an hour for 6h .*: a leak \(very sure\)/),
    },
  ],
  [
    'a leak without a limit',
    { verdict: leak({ secondsToLimit: undefined }) },
    { verdict: 'leak', seconds_to_limit: null },
  ],
  ['bloat', { verdict: { kind: 'bloat', fromBytes: 1, toBytes: 480 * MB } }, { ...steady, verdict: 'bloat' }],
  [
    'steady',
    {},
    { ...steady, verdict: 'steady', sentence: 'steady at about 120MB until a jump to 251MB 3m ago' },
  ],
])('%s: `growth` in the document', (_, more, growth) => {
  expect(growthOf(failed(request, 'stop', 'x'), historyOf([running], more))).toMatchObject(growth)
})

test('without a history there is no `growth`, no trend and nothing for charts', () => {
  const message = messageOf(restarted(request), CONTEXT)
  expect(message?.event).not.toHaveProperty('growth')
  expect(message).not.toHaveProperty('history')
  expect(message?.text).not.toContain('Trend:')
})

describe('a restart is told with what it ended', () => {
  const SENTENCE = 'steady at about 120MB until a jump to 251MB 3m before its restart'
  const next = lifeOf(NOON, NOON + 60_000, () => 80, { pid: 4712 })
  test.each<[what: string, history: ProcessHistory]>([
    ['that runs, as far as is known', historyOf([running])],
    ['that is over', historyOf([{ ...running, end: { by: 'memmon', rule: 'x' } }])],
    ['and what came next is of the next life', historyOf([running, next], { verdict: leak() })],
  ])('%s', (_, history) => {
    expect(growthOf(restarted(request), history)).toMatchObject({ verdict: 'steady', sentence: SENTENCE })
    const kept = messageOf(restarted(request), CONTEXT, history)?.history
    expect(kept?.lives.map(({ pid, end }) => [pid, end?.by])).toEqual([[4711, 'memmon']])
  })

  test('of a leak that was seen in it the verdict stays', () => {
    const history = historyOf([running], { verdict: leak() })
    expect(growthOf(restarted(request), history)).toMatchObject({ verdict: 'leak' })
  })

  test('one whose life is not known, and what is no restart, have what is known', () => {
    const other = historyOf([next], { verdict: STEADY })
    expect(growthOf(restarted(request), other)).toMatchObject({ sentence: 'seen for 1m: too short to tell' })
    const open = historyOf([running])
    expect(growthOf(failed(request, 'start', 'x'), open)).toMatchObject({
      sentence: expect.stringMatching(/ago$/),
    })
  })
})

test.each<[what: string, outcome: Told, has: boolean]>([
  ['a restart', restarted(request), true],
  ['a failure', failed(request, 'start', 'x'), true],
  ['an alert', { kind: 'noticed', what: 'alerted', request, occurredAt: 0, detail: '' }, true],
  [
    'a restart for open files',
    restarted({ ...request, breach: { ...request.breach, metric: 'fds' } }),
    false,
  ],
  [
    'an alert about a budget',
    {
      kind: 'noticed',
      what: 'alerted',
      request: { ...request, breach: { ...request.breach, budget: { id: 'x', whom: 'they', victim: '' } } },
      occurredAt: 0,
      detail: '',
    },
    false,
  ],
  [
    'a restart for a budget',
    restarted({ ...request, breach: { ...request.breach, budget: { id: 'x', whom: 'they', victim: '' } } }),
    true,
  ],
])('%s is about the memory of one process: %s', (_, outcome, has) => {
  expect(hasHistory(outcome)).toBe(has)
})
