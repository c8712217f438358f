// What is written so that a screen shows something else: only what differs.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { screenChanges } from '../../src/cli/screen-changes.ts'
import { screenOf } from '../helpers/screen-of.ts'

test('a line that differs is cleared before it is written, and no other one is written', () => {
  expect(screenChanges(['ab', 'c', 'd'], ['ab', 'x', 'd'])).toBe('\u001b[2;1H\u001b[Kx')
  expect(screenChanges(['ab'], ['ab'])).toBe('')
})

test('all is written where nobody knows what is there, after it was cleared', () => {
  expect(screenChanges(undefined, ['a'])).toBe('\u001b[2;1H\u001b[J\u001b[1;1H\u001b[Ka')
})

test('whatever was there, what is asked for is there afterwards', () => {
  const lines = fc.array(fc.constantFrom('', 'a', 'bb', 'a much longer line'), { maxLength: 6 })
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1, maxLength: 5 }), pictures => {
      let before: readonly string[] | undefined
      let output = ''
      for (const picture of pictures) {
        output += screenChanges(before, picture)
        before = picture
      }
      expect(screenOf(output).trimEnd()).toBe(pictures.at(-1)?.join('\n').trimEnd())
    }),
  )
})
