// Lines from pieces of any size, and an end to those that have none.
import { expect, test } from 'vitest'
import { LineReader } from '../../src/agents/line-reader.ts'

const TEXT = 'first\n\nthird is longer, with ümlauts €\nlast\n'

function read(pieces: readonly Buffer[], most = 100): { lines: string[]; isShort: boolean } {
  const reader = new LineReader()
  const lines: string[] = []
  const isShort = pieces.every(piece =>
    reader.push(
      piece,
      () => most,
      line => void lines.push(line),
    ),
  )
  return { lines, isShort }
}

test.each([1, 2, 3, 7, 11, 1000])('pieces of %s bytes', size => {
  const bytes = Buffer.from(TEXT)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
  expect(read(pieces)).toEqual({ lines: TEXT.split('\n').slice(0, -1), isShort: true })
})

test.each([
  ['a whole line', ['x'.repeat(11), '\n'], []],
  ['one without an end', ['xxxxxx', 'xxxxxx'], []],
  ['behind a good one', ['good\n', `${'x'.repeat(11)}\n`], ['good']],
  ['of exactly so many', [`${'x'.repeat(10)}\n`], ['x'.repeat(10)]],
])('a line beyond the bound: %s', (what, pieces, lines) => {
  const isShort = what.startsWith('of exactly')
  expect(
    read(
      pieces.map(piece => Buffer.from(piece)),
      10,
    ),
  ).toEqual({ lines, isShort })
})

test('the bound is asked for anew at each line', () => {
  const reader = new LineReader()
  let most = 5
  const isShort = reader.push(
    Buffer.from('hello\nlonger than that\n'),
    () => most,
    () => {
      most = 100
    },
  )
  expect(isShort).toBe(true)
})
