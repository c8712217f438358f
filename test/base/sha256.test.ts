// The digests are those of node:crypto, whatever the length and the letters.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../../src/base/sha256.ts'

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

test.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])('a text of %s letters', length => {
  const text = 'x'.repeat(length)
  expect(sha256(text)).toBe(digest(text))
})

test('any text', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(fc.property(text, one => sha256(one) === digest(one)))
})
