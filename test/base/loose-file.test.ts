// Files that others than ourselves and root may write: by their modes, and by their owners.
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
  expect(looseText('/x', { uid: 7, mode }, 7)).toBe(text)
})

test('a path that a shell would take apart is quoted in the command, as one to be copied', () => {
  expect(looseText("/it's here", { uid: 7, mode: 0o664 }, 7)).toBe(
    `/it's here is writable by its group (mode 0664): run "chmod go-w '/it'\\''s here'"`,
  )
})

test.each<[string, uid: number, own: number, string | undefined]>([
  ['our own', 7, 7, undefined],
  ["root's", 0, 7, undefined],
  ["root's, and we are root", 0, 0, undefined],
  ["another user's", 8, 7, '/x belongs to user 8: run "chown 7 /x"'],
  ["a user's, and we are root", 8, 0, '/x belongs to user 8: run "chown root /x"'],
])('%s', (_, uid, own, text) => {
  expect(looseText('/x', { uid, mode: 0o600 }, own)).toBe(text)
})
