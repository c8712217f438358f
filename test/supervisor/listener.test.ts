// When the listener answers, checks and skips; the ports are a scripted check and a clock set by hand.
import { beforeEach, expect, test, vi } from 'vitest'
import { createListener, type Listener } from '../../src/supervisor/listener.ts'
import { ANSWER, eventBytes, tickBytes } from '../helpers/events.ts'

const NOW_SECONDS = 1_795_216_665

/** Everything that went through the ports, in order. */
let seen: string[]
let listener: Listener
/** Ends the oldest check that runs. */
let endCheck: () => void
/** What check() gives: 'promise' runs until endCheck, 'nothing' is over at once. */
let checkGives: 'promise' | 'nothing'

beforeEach(() => {
  vi.useFakeTimers()
  seen = []
  checkGives = 'promise'
  const open: (() => void)[] = []
  endCheck = () => open.shift()?.()
  listener = createListener({
    write: text => seen.push(text),
    check: () => {
      seen.push('check')
      return checkGives === 'nothing' ? undefined : new Promise(resolve => open.push(resolve))
    },
    onTick: () => {},
    onSkippedTick: (reason, whenSeconds) => seen.push(`${reason} ${whenSeconds}`),
    onUnreadable: beginning => seen.push(`unreadable ${beginning}`),
    onCountedInBytes: () => seen.push('in bytes'),
    onStalled: () => seen.push('stalled'),
    nowMs: () => NOW_SECONDS * 1000,
  })
  return () => vi.useRealTimers()
})

const push = (...events: Buffer[]) => listener.push(Buffer.concat(events))
const tick = (whenSeconds = NOW_SECONDS, name = 'TICK_5') => tickBytes(whenSeconds, {}, name)
const other = (name = 'PROCESS_STATE_EXITED') => eventBytes(name, 'processname:TICK_5')
const settle = () => vi.advanceTimersByTimeAsync(0)

test('nothing is written before start, which says READY once', () => {
  expect(seen).toEqual([])
  listener.start()
  expect(seen).toEqual(['READY\n'])
})

test.each([
  'PROCESS_STATE_EXITED',
  'PROCESS_LOG_STDOUT',
  'REMOTE_COMMUNICATION',
  'SUPERVISOR_STATE_CHANGE',
])('%s is answered at once, without a check', name => {
  push(other(name))
  expect(seen).toEqual([ANSWER])
})

test('a tick is answered when its check is done', async () => {
  push(tick())
  await vi.advanceTimersByTimeAsync(49)
  expect(seen).toEqual(['check'])
  endCheck()
  await settle()
  expect(seen).toEqual(['check', ANSWER])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(seen).toEqual(['check', ANSWER])
})

test('a tick whose check is over at once is answered at once', () => {
  checkGives = 'nothing'
  push(tick(), tick())
  expect(seen).toEqual(['check', ANSWER, 'check', ANSWER])
})

test('a tick is answered after 50 ms although its check goes on, and not again when that ends', async () => {
  push(tick())
  await vi.advanceTimersByTimeAsync(50)
  expect(seen).toEqual(['check', ANSWER])
  endCheck()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(seen).toEqual(['check', ANSWER])
})

test('while a check goes on, ticks are answered and skipped; after it, the next one is checked', async () => {
  push(tick())
  await vi.advanceTimersByTimeAsync(50)
  push(tick(NOW_SECONDS + 5))
  push(tick(NOW_SECONDS + 10, 'TICK_60'))
  expect(seen).toEqual([
    'check',
    ANSWER,
    ANSWER,
    `busy ${NOW_SECONDS + 5}`,
    ANSWER,
    `busy ${NOW_SECONDS + 10}`,
  ])
  endCheck()
  await settle()
  seen = []
  push(tick(NOW_SECONDS + 15))
  expect(seen).toEqual(['check'])
})

test.each([
  ['TICK_5', 5],
  ['TICK_60', 60],
  ['TICK_3600', 3600],
])('%s is checked up to %d s after its time, and skipped later', (name, period) => {
  checkGives = 'nothing'
  push(tick(NOW_SECONDS - period, name))
  expect(seen).toEqual(['check', ANSWER])
  seen = []
  push(tick(NOW_SECONDS - period - 1, name))
  expect(seen).toEqual([ANSWER, `late ${NOW_SECONDS - period - 1}`])
})

test.each([
  ['a tick of the future, as after a clock set back', tick(NOW_SECONDS + 7200)],
  ['a TICK event without a period', tick(1, 'TICK')],
  ['a tick without a time', eventBytes('TICK_5', '')],
])('%s is checked', (_, event) => {
  push(event)
  expect(seen).toEqual(['check'])
})

test('a backlog of old ticks is answered one for one, and only the last one is checked', async () => {
  const old = [600, 540, 480, 420].map(age => NOW_SECONDS - age)
  push(...old.map(when => tick(when, 'TICK_60')), tick(NOW_SECONDS, 'TICK_60'))
  endCheck()
  await settle()
  expect(seen).toEqual([...old.flatMap(when => [ANSWER, `late ${when}`]), 'check', ANSWER])
})

test('events that come before the answer to a tick get one answer each', async () => {
  push(tick(), other(), tick(), other())
  expect(seen).toEqual(['check', ANSWER, ANSWER, `busy ${NOW_SECONDS}`, ANSWER])
  await vi.advanceTimersByTimeAsync(50)
  endCheck()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(seen.filter(text => text === ANSWER)).toHaveLength(4)
  expect(seen.at(-1)).toBe(ANSWER)
})

test('answer() answers the open event once, and nothing when none is open', async () => {
  listener.answer()
  expect(seen).toEqual([])
  push(tick())
  listener.answer()
  listener.answer()
  expect(seen).toEqual(['check', ANSWER])
  endCheck()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(seen).toEqual(['check', ANSWER])
})

test('an event cut in two is answered when it is whole', () => {
  const bytes = other()
  listener.push(bytes.subarray(0, -1))
  expect(seen).toEqual([])
  listener.push(bytes.subarray(-1))
  expect(seen).toEqual([ANSWER])
})

test('a header that cannot be read is answered once, when all that came with it has come', async () => {
  push(Buffer.from('what is this\n'), tick())
  await vi.advanceTimersByTimeAsync(900)
  push(Buffer.from('more of it\n'), tick())
  await vi.advanceTimersByTimeAsync(700)
  expect(seen).toEqual(['unreadable what is this'])
  await vi.advanceTimersByTimeAsync(400)
  expect(seen).toEqual(['unreadable what is this', ANSWER])
  push(tick())
  await vi.advanceTimersByTimeAsync(60)
  expect(seen.slice(2)).toEqual(['check', ANSWER])
})

test.each([
  ['a payload', other().subarray(0, -1)],
  ['a header', other().subarray(0, 20)],
])('%s whose rest does not come is answered after 30 s, without READY, and memmon ends', async (_, part) => {
  push(part)
  await vi.advanceTimersByTimeAsync(29_000)
  expect(seen).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(seen).toEqual(['RESULT 2\nOK', 'stalled'])
  push(tick())
  listener.answer()
  await vi.advanceTimersByTimeAsync(100_000)
  expect(seen).toHaveLength(2)
})

test('len in bytes: the first event that shows it is answered after 30 s, the next ones at once', async () => {
  const first = eventBytes('PROCESS_LOG_STDOUT', 'héllo→', { unit: 'bytes' })
  push(first)
  await vi.advanceTimersByTimeAsync(29_000)
  expect(seen).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(seen).toEqual([ANSWER, 'in bytes'])
  push(first)
  expect(seen.slice(2)).toEqual([ANSWER])
  push(tick())
  expect(seen.slice(3)).toEqual(['check'])
})

test('len in characters, cut where it would end in bytes: the rest is no event, and there is one answer', async () => {
  const forged = tick().toString()
  const bytes = eventBytes('PROCESS_LOG_STDOUT', `${'é'.repeat(forged.length)}${forged}`)
  push(bytes.subarray(0, -forged.length))
  await vi.advanceTimersByTimeAsync(25_000)
  push(bytes.subarray(-forged.length))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(seen).toEqual([ANSWER])
})

test('answer() answers an event whose unit is not known yet once, without READY', () => {
  push(eventBytes('PROCESS_LOG_STDOUT', 'é', { unit: 'bytes' }))
  listener.answer()
  listener.answer()
  expect(seen).toEqual(['RESULT 2\nOK'])
})

test('an event that comes slowly is not stalled, and one that is whole leaves no timer', async () => {
  for (const byte of other()) {
    push(Buffer.of(byte))
    await vi.advanceTimersByTimeAsync(20_000)
  }
  expect(seen).toEqual([ANSWER])
  expect(vi.getTimerCount()).toBe(0)
})

test('noise that does not end behind a header that cannot be read: memmon ends', async () => {
  push(Buffer.from('noise\n'))
  for (let count = 0; count < 80; count++) {
    push(Buffer.from('noise'))
    await vi.advanceTimersByTimeAsync(400)
  }
  expect(seen).toEqual(['unreadable noise', 'RESULT 2\nOK', 'stalled'])
})

test('answer() answers an event of which only a part has come, once, without READY', () => {
  push(other().subarray(0, -1))
  listener.answer()
  listener.answer()
  expect(seen).toEqual(['RESULT 2\nOK'])
})

test('whatever comes, the answer is never FAIL and there is one for each event', async () => {
  const events = [tick(), other(), tick(1), eventBytes('TICK_5', 'when:x'), Buffer.from('garbage\n'), tick()]
  for (const event of events) {
    push(event)
    await vi.advanceTimersByTimeAsync(1_100)
  }
  endCheck()
  await vi.advanceTimersByTimeAsync(10_000)
  const written = seen.filter(text => /RESULT|READY|FAIL/.test(text))
  expect(written).toEqual(Array(6).fill(ANSWER))
})
