// Buckets at falling resolution, in one block of memory.
import { expect, test } from 'vitest'
import {
  addBucket,
  CLOSED,
  clearLevels,
  createLevels,
  floorOf,
  HIGHEST,
  LOWEST,
  newest,
  RECORD,
} from '../../src/trend/levels.ts'

test('two buckets of a level are one of the next: the lowest of both, and the highest', () => {
  const levels = createLevels()
  const closed = [5, 3, 8, 9].map(low => addBucket(levels, low, low + 10))
  expect(closed).toEqual([1, 2, 1, 3])
  expect([...levels.slice(CLOSED, CLOSED + 3)]).toEqual([4, 2, 1])
  expect([...levels.slice(LOWEST + 32, LOWEST + 34)]).toEqual([3, 8])
  expect([...levels.slice(HIGHEST + 32, HIGHEST + 34)]).toEqual([15, 19])
  expect(newest(levels, 2)).toBe(3)
})

test('a level keeps its last 32, and the record is the highest floor of a segment that began to leave', () => {
  const levels = createLevels()
  for (let at = 1; at <= 32; at++) addBucket(levels, at, at)
  expect(levels[RECORD]).toBe(-1)
  expect(floorOf(levels, 0, -32, 4)).toBe(1)
  addBucket(levels, 33, 33)
  addBucket(levels, 34, 34)
  expect(levels[RECORD]).toBe(2)
  expect(floorOf(levels, 0, -32, 4)).toBe(3)
  expect(floorOf(levels, 0, -4, 4)).toBe(31)
})

test('the record never falls', () => {
  const levels = createLevels()
  for (const low of [...Array(4).fill(9), ...Array(40).fill(2)]) addBucket(levels, low, low)
  expect(levels[RECORD]).toBe(9)
})

test('the highest level goes round and round', () => {
  const levels = createLevels()
  for (let at = 0; at < 2 ** 11 * 33; at++) addBucket(levels, at, at)
  expect(levels[CLOSED + 11]).toBe(33)
  expect(newest(levels, 11)).toBe(2 ** 11 * 32)
})

test('cleared, it is as new', () => {
  const levels = createLevels()
  for (let at = 0; at < 100; at++) addBucket(levels, 7, 8)
  clearLevels(levels)
  expect(addBucket(levels, 1, 1)).toBe(1)
  expect(newest(levels, 0)).toBe(1)
  expect([...levels.slice(CLOSED, CLOSED + 3)]).toEqual([1, 0, 0])
  expect(levels[RECORD]).toBe(-1)
})
