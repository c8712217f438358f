// Who gives way when a budget is exceeded, and what is said about it.
import { expect, test } from 'vitest'
import {
  largestOf,
  largestText,
  type Member,
  nobodyText,
  victimOf,
  victimText,
} from '../../src/rules/victim.ts'
import { MB, processNamed } from '../helpers/values.ts'

const member = (name: string, privateMb: number, mayRestart = true): Member => ({
  process: processNamed(`w:${name}`),
  privateBytes: privateMb * MB,
  sharedBytes: 99 * MB,
  mayRestart,
})
const nameOf = (one: Member | undefined) => one?.process.name

test.each<[what: string, members: Member[], victim: string | undefined]>([
  ['the largest', [member('a', 1), member('b', 3), member('c', 2)], 'b'],
  ['the first of those that are equally large', [member('a', 3), member('b', 3)], 'a'],
  ['not one that may not be restarted', [member('a', 1), member('b', 3, false)], 'a'],
  ['nobody who frees less than 1 %', [member('a', 0.9)], undefined],
  ['nobody', [], undefined],
])('the victim is %s', (_, members, victim) => {
  expect(nameOf(victimOf(members, new Map(), 100 * MB))).toBe(victim)
})

test('one that keeps what it had after its last restart frees only the rest', () => {
  const members = [member('a', 50), member('b', 30)]
  expect(nameOf(victimOf(members, new Map([['w:a', 21 * MB]]), MB))).toBe('b')
  expect(nameOf(victimOf(members, new Map([['w:a', 19 * MB]]), MB))).toBe('a')
  expect(nameOf(largestOf(members))).toBe('a')
})

test('why this one, or who uses the most', () => {
  expect(victimText(member('a', 30), 3)).toBe('with 30MB USS it has the most of 3')
  expect(largestText(member('a', 30), 3)).toBe('w:a has the most of 3, 30MB USS')
})

const NOBODY =
  'nothing is restarted, because no program that memmon may restart would free at least 1% of the 9MB above the limit'

test.each<[tried: string[], text: string]>([
  [[], NOBODY],
  [['a'], `${NOBODY}; tried in vain: a`],
  [['a', 'b', 'c', 'd', 'e'], `${NOBODY}; tried in vain: a, b, c, d, e`],
  [['a', 'b', 'c', 'd', 'e', 'f'], `${NOBODY}; tried in vain: a, b, c, d, e and 1 more`],
])('why nobody, after %j', (tried, text) => expect(nobodyText('9MB above the limit', tried)).toBe(text))
