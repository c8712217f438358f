// Text by the columns of a terminal: shortened, wrapped, padded.
import fc from 'fast-check'
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { padded, shorten, shown, wrapped } from '../../src/screen/width.ts'

test.each<[text: string, width: number, short: string]>([
  ['worker:worker_0017', 18, 'worker:worker_0017'],
  ['worker:worker_0017', 12, 'worker:…0017'],
  ['[program:web] memory_limit=65MB', 16, '[program:…t=65MB'],
  ['データベース', 12, 'データベース'],
  ['データベース', 11, 'データ…ース'],
  ['データベース', 10, 'データ…ス'],
  ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 5, '👩‍👩‍👧‍👦👩‍👩‍👧‍👦…'],
  ['ab', 1, '…'],
])('%s in %s columns: %s', (text, width, short) => {
  expect(shorten(text, { width, widthOf })).toBe(short)
})

test('what is shortened is never wider than asked, nor is what is wrapped', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.integer({ min: 2, max: 70 }),
      (text, width) => {
        const safe = shown(text)
        const room = { width, widthOf }
        expect(widthOf(shorten(safe, room))).toBeLessThanOrEqual(width)
        for (const line of wrapped(safe, room)) expect(widthOf(line)).toBeLessThanOrEqual(width)
        expect(widthOf(padded(shorten(safe, room), 'left', room))).toBe(width)
      },
    ),
    { numRuns: 2000 },
  )
})

test('wrapped text is whole', () => {
  const text = 'Rules of [eventlistener:memmon] in /etc/supervisor/conf.d/a_rather_long_name_of_a_file.conf'
  expect(wrapped(text, { width: 40, widthOf })).toEqual([
    'Rules of [eventlistener:memmon] in',
    '/etc/supervisor/conf.d/a_rather_long_nam',
    'e_of_a_file.conf',
  ])
  expect(wrapped('', { width: 40, widthOf })).toEqual([''])
})

test('one character that is wider than the line', () => {
  const wide = '\u1100'.repeat(20)
  expect(widthOf(wide)).toBe(40)
  expect(wrapped(`a ${wide} b`, { width: 10, widthOf })).toEqual(['a', '… b'])
  expect(shorten(`a${wide}b`, { width: 10, widthOf })).toBe('a…b')
})

test('nothing that a name holds steers the terminal', () => {
  expect(shown('a\u001b[31m\n\u202eb\u2066')).toBe('a\\x1b[31m\\x0a\\u202eb\\u2066')
})
