// Short names for long texts.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprint } from '../../src/base/fingerprint.ts'

test('the same text has the same name, of 16 hex digits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(fingerprint(text)).toMatch(/^[0-9a-f]{16}$/)
      expect(fingerprint(text)).toBe(fingerprint(text))
    }),
  )
})

test('texts that differ a little have other names', () => {
  const texts = Array.from({ length: 20_000 }, (_, at) => `unix:///run/supervisor-${at}.sock`)
  expect(new Set(texts.map(fingerprint)).size).toBe(texts.length)
})
