// Files that others than their owner may write, by their modes.
import { expect, test } from 'vitest'
import { looseText } from '../../src/base/loose-file.ts'

test.each([
  [0o600, undefined],
  [0o644, undefined],
  [0o100755, undefined],
  [0o664, '/x is writable by its group (mode 0664): run "chmod go-w /x"'],
  [0o620, '/x is writable by its group (mode 0620): run "chmod go-w /x"'],
  [0o100666, '/x is writable by everybody (mode 0666): run "chmod go-w /x"'],
  [0o104777, '/x is writable by everybody (mode 4777): run "chmod go-w /x"'],
])('mode %i: %s', (mode, text) => {
  expect(looseText('/x', mode)).toBe(text)
})
