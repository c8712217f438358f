// Commands whose quotes do not close: seen as shlex sees them, which splits them when they run.
import { split } from 'shlex'
import { expect, test } from 'vitest'
import { parseCommand, wordsIn } from '../../src/base/command-line.ts'
import { Random } from '../simulate/random.ts'

test.each([
  ["sh -c 'echo", /^the quote ' at character 7 is never closed$/],
  ['a "b', /^the quote " at character 3 is never closed$/],
  [`it's`, /^the quote ' at character 3 is never closed/],
  ['a\\', /^the backslash at its end stands before nothing/],
  [' ', /^" " is not a command$/],
  ['', /^"" is not a command$/],
])('%s is refused', (text, why) => expect(() => parseCommand(text)).toThrow(why))

const CHARACTERS = `a '"\\#$\n`

test('what shlex splits, and nothing else, is taken', () => {
  const random = new Random(7)
  for (let round = 0; round < 3_000; round++) {
    const text = `x${Array.from({ length: random.int(1, 9) }, () => CHARACTERS[random.int(0, CHARACTERS.length - 1)]).join('')}`
    const taken = (read: (text: string) => unknown) => {
      try {
        read(text)
        return true
      } catch {
        return false
      }
    }
    expect([text, taken(parseCommand)]).toEqual([text, taken(split)])
  }
})

test.each([
  ['/opt/a  b\t"c d"', ['/opt/a', 'b', 'c d']],
  [`"/opt/my app"/hook 'it''s'`, ['/opt/my app/hook', 'its']],
  ['/opt/my\\ hook \\\\ \\"', ['/opt/my hook', '\\', '"']],
  [`"a \\" b" "\\$x" '\\' ""`, ['a " b', '\\$x', '\\', '']],
])('%s: its words are those of shlex', (text, words) => {
  expect(wordsIn(text)).toEqual(words)
  expect(split(text)).toEqual(words)
})
