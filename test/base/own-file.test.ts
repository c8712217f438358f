// Files that only we can have written: links, pipes, what others can write and what is too large are refused.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isStillAt, readOwnFile } from '../../src/base/own-file.ts'
import { UNSAFE_FILES } from '../helpers/unsafe-files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-own-file-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const path = () => join(folder, 'x')

test('the text of a file, or that there is none', async () => {
  expect(await readOwnFile(path(), 10)).toBe(undefined)
  writeFileSync(path(), '0123456789')
  expect(await readOwnFile(path(), 10)).toBe('0123456789')
})

test.each<[string, string, () => void]>([
  ['a pipe that nobody writes', 'is not a regular file', () => execFileSync('mkfifo', [path()])],
  ['too large', 'is too large (11 bytes)', () => writeFileSync(path(), '0123456789a')],
  ...UNSAFE_FILES.map(([what, make, says]): [string, string, () => void] => [
    what,
    says,
    () => {
      writeFileSync(path(), 'x')
      make(path())
    },
  ]),
])('%s is refused', async (_, why, make) => {
  make()
  await expect(readOwnFile(path(), 10)).rejects.toMatchObject({
    kind: 'unsafe',
    message: `${path()} ${why}: remove it`,
  })
})

test('a file is still at its path, until it is moved, deleted or replaced', async () => {
  writeFileSync(path(), 'one')
  const file = await open(path())
  expect(await isStillAt(file, path())).toBe(true)
  renameSync(path(), `${path()}.old`)
  expect(await isStillAt(file, path())).toBe(false)
  symlinkSync(`${path()}.old`, path())
  expect(await isStillAt(file, path())).toBe(false)
  rmSync(path())
  rmSync(`${path()}.old`)
  writeFileSync(path(), 'one')
  expect(await isStillAt(file, path())).toBe(false)
  rmSync(folder, { recursive: true })
  expect(await isStillAt(file, path())).toBe(false)
  await file.close()
})
