// Blocks and lines where a terminal shows them, plain letters where the locale says that it does not.
import { expect, test } from 'vitest'
import { isAscii } from '../../src/cli/plain-text.ts'

test.each([
  [{}, false],
  [{ LANG: '' }, false],
  [{ LANG: 'de_DE.UTF-8' }, false],
  [{ LANG: 'C.utf8' }, false],
  [{ LANG: 'C' }, true],
  [{ LANG: 'C.UTF-8', LC_ALL: 'POSIX' }, true],
  [{ LANG: 'C', LC_ALL: '', LC_CTYPE: 'en_GB.UTF-8' }, false],
  [{ LANG: 'en_GB.ISO-8859-1' }, true],
])('%j: %s', (environment, expected) => expect(isAscii(environment)).toBe(expected))
