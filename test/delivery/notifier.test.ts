// Who gets told when: the first at once, the rest in digests, failures within a minute.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Outgoing } from '../../src/delivery/channel.ts'
import { Notifier } from '../../src/delivery/notifier.ts'
import { type Message, messageOf } from '../../src/messages/message.ts'
import { failed, MB, processNamed, requestFor, restarted } from '../helpers/values.ts'

const CONTEXT = { host: 'web1', name: undefined, mailUptimeSeconds: undefined }
const about = (name: string, isFailure = false): Message => {
  const request = requestFor(processNamed(name), 60 * MB, '-a', '50MB')
  return messageOf(isFailure ? failed(request, 'start', 'NO_FILE') : restarted(request), CONTEXT) as Message
}

let sent: Outgoing[]
let notifier: Notifier
let intervalMs: number
beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  intervalMs = 300_000
  let id = 0
  notifier = new Notifier({
    send: message => void sent.push(message),
    intervalMs: () => intervalMs,
    context: () => CONTEXT,
    newId: () => `id${id++}`,
    nowMs: Date.now,
    tick: Date.now,
  })
})
afterEach(() => {
  vi.useRealTimers()
})
const subjects = () => sent.map(({ subject }) => subject)

test('the first at once; what follows within the interval as one, then the next one at once again', () => {
  for (const name of ['a', 'b', 'c']) notifier.take(about(name))
  expect(subjects()).toEqual(['memmon: process a:a restarted'])
  vi.advanceTimersByTime(299_999)
  expect(sent).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(subjects().slice(1)).toEqual(['memmon: 2 restarted'])
  expect(sent[1]?.text).toMatch(
    /^On web1: 2 restarted\. Nothing to do\.\n\nOn .*:\n\nPROCESS .*\nb:b .*\nc:c .*\n\nIn full:\n\n== memmon: process b:b restarted\n/,
  )
  vi.advanceTimersByTime(300_000)
  notifier.take(about('d'))
  expect(subjects().slice(2)).toEqual(['memmon: process d:d restarted'])
})

test('one alone in a digest stays as it is, in the thread of its process', () => {
  notifier.take(about('a'))
  notifier.take(about('b'))
  vi.advanceTimersByTime(300_000)
  expect(sent[1]).toMatchObject({ subject: 'memmon: process b:b restarted', thread: 'memmon.b_3Ab' })
})

test('a failure is held back for a minute at most, and stands in front', () => {
  notifier.take(about('a'))
  notifier.take(about('b'))
  notifier.take(about('c', true))
  vi.advanceTimersByTime(60_000)
  expect(subjects().slice(1)).toEqual(['memmon: failed to start process c:c; also 1 restarted'])
  expect(sent[1]?.text.indexOf('failed to start process c:c')).toBeLessThan(
    sent[1]?.text.indexOf('process b:b') ?? 0,
  )
})

test('200 at once: one message, then one digest that names them all, ten of them in full', () => {
  for (let at = 0; at < 200; at++) notifier.take(about(`p${at}`))
  vi.advanceTimersByTime(3_600_000)
  expect(subjects()).toEqual(['memmon: process p0:p0 restarted', 'memmon: 199 restarted'])
  const { text = '', event } = sent[1] ?? {}
  for (let at = 1; at < 200; at++) expect(text).toMatch(new RegExp(`^p${at}:p${at} +restarted `, 'm'))
  expect(text.match(/^== /gm)).toHaveLength(10)
  expect(text).toContain('\n\nThe first 10 in full:\n\n== ')
  expect(event).toMatchObject({
    memmon: 1,
    event: 'digest',
    text: 'memmon: 199 restarted on web1. Nothing to do',
    counts: { restarted: 199 },
    more: 149,
  })
  expect(event?.events).toHaveLength(50)
  expect(event?.processes).toHaveLength(199)
})

test('past a thousand a line is kept for each process and event: all are named and counted', () => {
  for (let at = 0; at < 1_001; at++) notifier.take(about('first'))
  for (const name of ['a', 'b', 'a', 'a']) notifier.take(about(name))
  notifier.take(about('down', true))
  notifier.flush()
  const { text = '', event } = sent[1] ?? {}
  expect(text).toMatch(/^On web1: 1004 restarted, 1 start failed\. Somebody has to look\.\n/)
  expect(text).toMatch(/^b:b +restarted /m)
  expect(text).toMatch(/^a:a +restarted, 3x +60MB/m)
  expect(text).toMatch(/^down:down +start failed .*\n(a:a|b:b) /m)
  expect(event).toMatchObject({ counts: { restarted: 1004, failed: 1 } })
})

test('what is kept is bounded: past ten thousand processes they are counted', () => {
  for (let at = 0; at < 11_003; at++) notifier.take(about(`p${at}`))
  notifier.flush()
  expect(sent[1]?.text).toContain("\n\nAnd 2 more, listed in memmon's log.\n\n")
  expect(sent[1]?.event).toMatchObject({ counts: { restarted: 11_000 }, more: 11_002 - 50 })
})

test('an interval of 0 sends each by itself; the end sends what was gathered', () => {
  notifier.take(about('a'))
  notifier.take(about('b'))
  notifier.flush()
  notifier.flush()
  expect(sent).toHaveLength(2)
  intervalMs = 0
  for (const name of ['c', 'd']) notifier.take(about(name))
  expect(sent).toHaveLength(4)
})

test('a shorter interval goes for what is gathered already; a longer one holds none of it up', () => {
  intervalMs = 86_400_000
  for (const name of ['a', 'b']) notifier.take(about(name))
  intervalMs = 300_000
  notifier.onInterval()
  vi.advanceTimersByTime(100_000)
  intervalMs = 86_400_000
  notifier.onInterval()
  vi.advanceTimersByTime(199_999)
  expect(sent).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(subjects().slice(1)).toEqual(['memmon: process b:b restarted'])
  notifier.onInterval()
  vi.advanceTimersByTime(86_400_000)
  expect(sent).toHaveLength(2)
})

test.each<[what: string, given: Message[], subject: string]>([
  [
    'one failure',
    [about('a'), about('b', true), about('c')],
    'memmon: failed to start process b:b; also 2 restarted',
  ],
  [
    'several',
    [about('a', true), about('b'), about('c', true)],
    'memmon: failed to start process a:a; also 1 start failed, 1 restarted',
  ],
  [
    'a name of any length',
    [about('x'.repeat(500), true), about('b')],
    `memmon: failed to start process ${'x'.repeat(73)}...; also 1 restarted`,
  ],
  [
    'words of any number',
    Array.from({ length: 20 }, (_, at) => {
      const one = about(`p${at}`)
      return { ...one, row: { ...one.row, what: `sent SIG${at}` } }
    }),
    'memmon: 1 sent SIG0, 1 sent SIG1, 1 sent SIG2, 1 sent SIG3, 1 sent SIG4, 1 sent SIG5, 14 more',
  ],
])('the subject of a digest with %s: what failed first, then how many of what', (_, given, subject) => {
  notifier.take(about('before'))
  for (const one of given) notifier.take(one)
  notifier.flush()
  expect(subjects().slice(1)).toEqual([subject])
  expect(sent[1]?.text.split('. ')[0]).toBe(subject.replace('memmon:', 'On web1:'))
  expect(sent[1]?.event.text).toMatch(`${subject} on web1. `)
})
