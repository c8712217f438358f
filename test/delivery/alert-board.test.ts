// What an Alertmanager has to know, from what is fired and what is over.
import { beforeEach, expect, test } from 'vitest'
import { AlertBoard } from '../../src/delivery/alert-board.ts'
import type { Alert } from '../../src/messages/alert.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { processNamed } from '../helpers/values.ts'

const START = Date.UTC(2026, 10, 21, 12)
const MINUTE = 60_000
const WEB = processNamed('shop:web')

let board: AlertBoard
let now = 0
beforeEach(() => {
  board = new AlertBoard()
  now = START
})

const alert = (alertname: string, more: Partial<Alert> = {}): Alert => ({
  labels: { alertname, group: 'shop', name: 'web' },
  annotations: { summary: 'x' },
  namespec: 'shop:web',
  run: WEB,
  startsAtMs: now,
  untilMs: undefined,
  isEvent: false,
  ...more,
})
const fire = (alertname: string, more: Partial<Alert> = {}) =>
  board.apply({ kind: 'fire', alert: alert(alertname, more) }, now)
const end = (...names: string[]) =>
  board.apply({ kind: 'end', namespec: 'shop:web', ...(names.length > 0 && { names: names as never }) }, now)

/** What is posted, as 'Name ends in 5 min'; the Alertmanager takes it. */
function sent(): string[] {
  const batch = board.batch(now)
  board.onSent(batch, now)
  return batch.alerts.map(
    ({ labels, endsAt }) => `${labels.alertname} ends in ${(Date.parse(endsAt) - now) / MINUTE} min`,
  )
}

test('what goes on is posted each time, to end by itself if nothing more comes, and once as ended', () => {
  fire('A')
  expect(sent()).toEqual(['A ends in 5 min'])
  now += MINUTE
  expect(board.hasNews).toBe(false)
  expect(sent()).toEqual(['A ends in 5 min'])
  expect(end('B' as never)).toBe(false)
  expect(end('A' as never)).toBe(true)
  expect(board.hasNews).toBe(true)
  expect(sent()).toEqual(['A ends in 0 min'])
  expect(board.isEmpty).toBe(true)
})

test('what was over before it could be sent is never mentioned; an event is, however late', () => {
  fire('A')
  fire('Event', { isEvent: true, run: undefined, untilMs: now + 10 * MINUTE })
  end()
  now += 60 * MINUTE
  expect(sent()).toEqual(['Event ends in 5 min'])
  now += 4 * MINUTE
  expect(sent()).toEqual(['Event ends in 5 min'])
  now += MINUTE
  expect(sent()).toEqual(['Event ends in 0 min'])
  expect(board.isEmpty).toBe(true)
})

test('what is said to be over at a time is over then', () => {
  fire('A', { untilMs: now + MINUTE })
  expect(sent()).toEqual(['A ends in 5 min'])
  now += MINUTE
  expect(sent()).toEqual(['A ends in 0 min'])
})

test('fired again it goes on since its first time, with the last words', () => {
  fire('A')
  sent()
  now += MINUTE
  fire('A', { annotations: { summary: 'y' } })
  const [posted, ...others] = board.batch(now).alerts
  expect(others).toEqual([])
  expect(posted).toMatchObject({ annotations: { summary: 'y' }, startsAt: new Date(START).toISOString() })
})

test('one that has begun again before its end was sent goes on, and is not forgotten by an older answer', () => {
  fire('A')
  sent()
  end()
  const before = board.batch(now)
  fire('A')
  board.onSent(before, now)
  expect(board.hasNews).toBe(true)
  expect(sent()).toEqual(['A ends in 5 min'])
})

test('what ends while a post is on its way is said to have ended, if that was taken', () => {
  fire('A')
  const taken = board.batch(now)
  end()
  board.onSent(taken, now)
  expect(board.hasNews).toBe(true)
  expect(sent()).toEqual(['A ends in 0 min'])
  fire('A')
  const lost = board.batch(now)
  end()
  board.onUnsent(lost)
  expect(board.isEmpty).toBe(true)
})

test('a program that runs anew, or is gone, ends what is about its earlier run', () => {
  const tables = [[processNamed('shop:web', { pid: 9 })], []]
  for (const table of tables) {
    fire('A')
    sent()
    expect(board.onTable([WEB], now)).toBe(false)
    expect(board.onTable(table, now)).toBe(true)
    expect(sent()).toEqual(['A ends in 0 min'])
  }
})

test('what does not run exceeds no limit any more; that it is down is over when it runs', () => {
  fire('A')
  fire('MemmonProcessDown')
  sent()
  expect(board.onTable([processNamed('shop:web', { state: ProcessState.FATAL, pid: 0 })], now)).toBe(true)
  expect(sent()).toEqual(['A ends in 0 min', 'MemmonProcessDown ends in 5 min'])
  expect(board.onTable([processNamed('shop:web', { pid: 9 })], now)).toBe(true)
  expect(sent()).toEqual(['MemmonProcessDown ends in 0 min'])
})

test('neither a budget nor an event is over by what the table says', () => {
  fire('Event', { isEvent: true, run: undefined, untilMs: now + MINUTE })
  fire('Budget', { namespec: '', run: undefined })
  sent()
  expect(board.onTable([], now)).toBe(false)
})

test('what an earlier memmon has left goes on for an hour at most, unless it is told again; leaks end by themselves', () => {
  fire('MemmonProcessLeaking')
  fire('A')
  fire('B')
  sent()
  const left = JSON.parse(JSON.stringify(board.entries))
  board = new AlertBoard()
  board.restore(left, now)
  now += 59 * MINUTE
  expect(sent()).toHaveLength(3)
  fire('B')
  now += MINUTE
  expect(sent().sort()).toEqual(['A ends in 0 min', 'B ends in 5 min', 'MemmonProcessLeaking ends in 5 min'])
})

test('1,000 at most: the oldest gives way, and is counted', () => {
  for (let at = 0; at < 1_003; at++) fire('A', { labels: { alertname: 'A', name: `p${at}` } })
  expect(board.entries).toHaveLength(1_000)
  expect(board.entries[0]?.alert.labels.name).toBe('p3')
  expect([board.takeDropped(), board.takeDropped()]).toEqual([3, 0])
})
