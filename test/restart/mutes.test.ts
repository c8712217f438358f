// Mutes: bounded in number and time, over by the clock that nobody sets, and carried over by the journal.
import { expect, test } from 'vitest'
import { mutedLine, parseJournal, unmutedLine } from '../../src/restart/journal-lines.ts'
import { LONGEST_MUTE_SECONDS, MOST_MUTES, Mutes } from '../../src/restart/mutes.ts'
import { mutesOnThisClock } from '../../src/restart/past-restarts.ts'

const NOW = { boot: 'B1', tick: 1_000_000, nowMs: 1_800_000_000_000 }
const mute = (namespec: string, leftMs: number) => ({
  namespec,
  untilMs: NOW.nowMs + leftMs,
  untilTick: NOW.tick + leftMs,
})

test('what is over is given once, and forgotten', () => {
  const mutes = new Mutes()
  for (const one of [mute('a:a', 10), mute('b:b', 20), mute('b:b', 30)]) mutes.add(one)
  expect(mutes.all.map(({ untilTick }) => untilTick - NOW.tick)).toEqual([10, 30])
  expect(mutes.expired(NOW.tick + 9)).toEqual([])
  expect(mutes.expired(NOW.tick + 10)).toEqual([mute('a:a', 10)])
  expect(mutes.expired(NOW.tick + 10)).toEqual([])
  expect([mutes.of('a:a'), mutes.remove('a:a'), mutes.remove('b:b'), mutes.isEmpty]).toEqual([
    undefined,
    false,
    true,
    true,
  ])
})

test('their number is bounded', () => {
  const mutes = new Mutes()
  for (let at = 0; at < MOST_MUTES; at++) mutes.add(mute(`p:${at}`, 10))
  expect(mutes.isFull).toBe(true)
})

test('the journal has those that were not ended; what is damaged is counted', () => {
  const header = '{"memmon":3,"supervisord":"s","boot":"B1"}\n'
  const lines = [mutedLine(mute('a:a', 10)), mutedLine(mute('b:b', 20)), unmutedLine('a:a')]
  const { mutes, damagedLines } = parseJournal(`${header}${lines.join('')}{"muted":"c:c"}\n`)
  expect([[...mutes.values()], damagedLines]).toEqual([[mute('b:b', 20)], 1])
})

test.each<[what: string, boot: string, left: number, kept: number | undefined]>([
  ['on this boot', 'B1', 5_000, 5_000],
  ['over', 'B1', 0, undefined],
  ['longer than one may be', 'B1', 9e12, LONGEST_MUTE_SECONDS * 1000],
])('%s', (_, boot, left, kept) => {
  const found = mutesOnThisClock({ boot, mutes: new Map([['a:a', mute('a:a', left)]]) }, NOW)
  expect(found.map(({ untilTick }) => untilTick - NOW.tick)).toEqual(kept === undefined ? [] : [kept])
})

test('after another boot the date decides', () => {
  const one = { namespec: 'a:a', untilMs: NOW.nowMs + 7_000, untilTick: 5 }
  expect(mutesOnThisClock({ boot: 'B0', mutes: new Map([['a:a', one]]) }, NOW)).toEqual([mute('a:a', 7_000)])
})
