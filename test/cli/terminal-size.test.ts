// How wide a terminal is taken to be, and when it gets colours.
import { afterEach, expect, test, vi } from 'vitest'
import { columnsOf, takesColour } from '../../src/cli/terminal-size.ts'

afterEach(() => vi.unstubAllEnvs())

test.each([
  [{ columns: 132 }, 132],
  [{ columns: 0 }, 80],
  [{}, 80],
])('%j: %i columns', (stream, columns) => expect(columnsOf(stream)).toBe(columns))

test.each([
  ['', 'xterm', true],
  ['1', 'xterm', false],
  ['', 'dumb', false],
])('NO_COLOR=%s TERM=%s: colours %s', (noColour, term, isColoured) => {
  vi.stubEnv('NO_COLOR', noColour)
  vi.stubEnv('TERM', term)
  expect(takesColour()).toBe(isColoured)
})
