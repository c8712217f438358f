// Mutes: bounded in number and time, over by the clock that nobody sets, and carried over by the journal.
import { expect, test } from 'vitest'
import { mutedText, unmutedText } from '../../src/messages/by-hand-text.ts'
import type { Terms } from '../../src/restart/job-events.ts'
import { mutedLine, parseJournal, unmutedLine } from '../../src/restart/journal-lines.ts'
import { LONGEST_MUTE_SECONDS, Mutes } from '../../src/restart/mutes.ts'
import { mutesOnThisClock } from '../../src/restart/past-restarts.ts'
import { breached, STANDS } from '../helpers/jobs.ts'

const NOW = { boot: 'B1', tick: 1_000_000, nowMs: 1_800_000_000_000 }
const mute = (namespec: string, leftMs: number) => ({
  namespec,
  untilMs: NOW.nowMs + leftMs,
  untilTick: NOW.tick + leftMs,
})

interface World {
  tick: number
  readonly said: string[]
}

const mutesIn = (world: World): Mutes =>
  new Mutes({
    note: async change => void world.said.push(JSON.stringify(change)),
    onChange: () => world.said.push('changed'),
    log: (_, text) => void world.said.push(text),
    nowMs: () => NOW.nowMs,
    tick: () => world.tick,
  })

test('one that is over is forgotten, once, in log and journal', () => {
  const world = { tick: NOW.tick, said: [] as string[] }
  const mutes = mutesIn(world)
  mutes.open([mute('a:a', 10), mute('b:b', 20), mute('b:b', 30)])
  expect(mutes.all.map(({ untilTick }) => untilTick - NOW.tick)).toEqual([10, 30])
  world.said.length = 0
  for (const after of [9, 10, 10]) {
    world.tick = NOW.tick + after
    mutes.check()
    expect(mutes.isMuted('a:a')).toBe(after < 10)
  }
  expect(world.said).toEqual([unmutedText('a:a'), '{"unmuted":"a:a"}'])
  expect(mutes.all).toEqual([mute('b:b', 30)])
})

test('one that is set or ended by hand is in log and journal, and what waits hears of it', async () => {
  const world = { tick: NOW.tick, said: [] as string[] }
  const mutes = mutesIn(world)
  const set = mute('a:a', 60_000)
  expect(await mutes.mute('a:a', 60)).toEqual(set)
  expect(world.said).toEqual([mutedText(set), 'changed', JSON.stringify({ mute: set })])
  world.said.length = 0
  expect([await mutes.unmute('a:a'), await mutes.unmute('a:a')]).toEqual([true, false])
  expect(world.said).toEqual([unmutedText('a:a'), '{"unmuted":"a:a"}', 'changed'])
})

test.each<[what: string, isByHand: boolean, kind: Terms['kind']]>([
  ['what memmon does by itself is spared', false, 'spared'],
  ['what a person asks for is not', true, 'stands'],
])('%s', async (_, isByHand, kind) => {
  const mutes = mutesIn({ tick: NOW.tick, said: [] })
  await mutes.mute('w:a', 60)
  expect(mutes.unlessMuted(breached(isByHand ? { isByHand } : {}), STANDS).kind).toBe(kind)
  await mutes.unmute('w:a')
  expect(mutes.unlessMuted(breached(isByHand ? { isByHand } : {}), STANDS)).toBe(STANDS)
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
