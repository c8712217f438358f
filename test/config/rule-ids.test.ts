// What a rule is known by: what has begun under it is finished under it, whatever its limit is by then.
import { expect, test } from 'vitest'
import { parseFlags } from '../../src/config/flags.ts'
import type { Settings } from '../../src/config/settings.ts'
import { settingsFrom } from '../helpers/values.ts'

const idsOf = ({ rules, budgets }: Settings): string[] => [...rules, ...budgets].map(({ id }) => id)

test('each limit of each rule has a name of its own', () => {
  const keys = ['--soft-limit', '1MB', '--threads-limit', '5', '--fds-limit', '5']
  const rules = ['-p', 'w=9MB', '-p', 'w:w=9MB', '-p', 'w*=9MB', '-g', 'w=9MB', '-a', '9MB', '-p', '*=9MB']
  const budgets = ['--group-total', 'w=9MB', '--group-total', 'x=9MB', '--total', '9MB', '--min-free', '9MB']
  const ids = idsOf(settingsFrom(...rules, ...budgets, ...keys))
  expect(ids.length).toBe(6 * 4 + 4)
  expect(new Set(ids).size).toBe(ids.length)
  for (const one of ['program w memory', 'program w:w soft', 'group w threads', 'any * fds'])
    expect(ids).toContain(one)
  expect(ids.slice(-4)).toEqual(['budget group w', 'budget group x', 'budget total', 'budget free'])
})

test('a hard limit alone is a rule of its own', () => {
  expect(idsOf(settingsFrom('-a', 'none', '--hard-limit', '9MB'))).toEqual(
    idsOf(settingsFrom('-a', 'none', '--hard-limit', '8MB')),
  )
})

test.each<[what: string, one: string[], other: string[]]>([
  ['its limit', ['-p', 'w=9MB'], ['-p', 'w=8MB']],
  [
    'its other keys',
    ['-p', 'w=9MB', '--soft-limit', '1MB'],
    ['-p', 'w=9MB', '--soft-limit', '2MB', '--for', '3', '--metric', 'pss'],
  ],
  ['what is done', ['-g', 'w=9MB'], ['-g', 'w=9MB', '--dry-run']],
  ['the limit of a budget', ['--total', '9MB'], ['--total', '10%', '--for', '3']],
])('it does not change with %s', (_, one, other) => {
  expect(idsOf(settingsFrom(...one))).toEqual(idsOf(settingsFrom(...other)))
})

test('nor does it depend on whether a flag or memmon.conf says it', () => {
  const text = '[program:w]\nmemory_limit = 9MB\n[group:w]\nmemory_limit = 9MB\n[any]\nmemory_limit = 9MB\n'
  const parsed = parseFlags(['--config', '/x'], () => ({ text, isPrivate: true }))
  if (parsed.kind !== 'settings') throw new Error('no settings')
  expect(idsOf(parsed.settings)).toEqual(idsOf(settingsFrom('-p', 'w=9MB', '-g', 'w=9MB', '-a', '9MB')))
})
