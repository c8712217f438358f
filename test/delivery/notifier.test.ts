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
    /^2 messages of memmon on web1: 2 restarted\.\n\n== memmon: process b:b restarted\n/,
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
  expect(subjects().slice(1)).toEqual(['memmon: 1 failed, 1 restarted'])
  expect(sent[1]?.text.indexOf('failed to start process c:c')).toBeLessThan(
    sent[1]?.text.indexOf('process b:b') ?? 0,
  )
})

test('200 at once: one message, then one digest, bounded in length, nothing forgotten in its counts', () => {
  for (let at = 0; at < 200; at++) notifier.take(about(`p${at}`))
  vi.advanceTimersByTime(3_600_000)
  expect(subjects()).toEqual(['memmon: process p0:p0 restarted', 'memmon: 199 restarted'])
  expect(sent[1]?.text).toContain('and 149 more')
  expect(sent[1]?.event).toMatchObject({ memmon: 1, event: 'digest', counts: { restarted: 199 }, more: 149 })
  expect(sent[1]?.event.events).toHaveLength(50)
})

test('more than a thousand are counted, not kept', () => {
  for (let at = 0; at < 2_000; at++) notifier.take(about('a'))
  notifier.flush()
  expect(sent[1]?.text).toContain('1999 messages of memmon')
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
