// Directories that nobody else can change: what is refused on the way to them, and what is not.
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { objection, openOwnFolder } from '../../src/base/own-folder.ts'

let top = ''
beforeEach(() => {
  top = mkdtempSync(join(realpathSync(tmpdir()), 'memmon-own-'))
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

const FOLDER = 0o040000
const FILE = 0o100000
const LINK = 0o120000

test.each([
  // of root, or of the user itself
  [{ uid: 0, mode: FOLDER | 0o755 }, 1000, undefined],
  [{ uid: 1000, mode: FOLDER | 0o755 }, 1000, undefined],
  [{ uid: 1000, mode: FOLDER | 0o700 }, 0, '/x belongs to user 1000: run "chown 0 /x"'],
  [{ uid: 1001, mode: FOLDER | 0o700 }, 1000, '/x belongs to user 1001: run "chown 1000 /x"'],
  // writable by others, sticky or not
  [{ uid: 0, mode: FOLDER | 0o775 }, 0, '/x is writable by other users (mode 0775): run "chmod go-w /x"'],
  [{ uid: 0, mode: FOLDER | 0o2757 }, 0, '/x is writable by other users (mode 2757): run "chmod go-w /x"'],
  [{ uid: 0, mode: FOLDER | 0o1777 }, 1000, undefined],
  [{ uid: 0, mode: FOLDER | 0o1775 }, 1000, undefined],
  [{ uid: 1001, mode: FOLDER | 0o1777 }, 1000, '/x belongs to user 1001: run "chown 1000 /x"'],
  // links say nothing by their mode, all by their owner
  [{ uid: 0, mode: LINK | 0o777 }, 1000, undefined],
  [{ uid: 1000, mode: LINK | 0o777 }, 1000, undefined],
  [{ uid: 1001, mode: LINK | 0o777 }, 1000, '/x belongs to user 1001: run "chown -h 1000 /x"'],
  [{ uid: 0, mode: FILE | 0o644 }, 0, '/x is not a directory: remove it'],
])('%j, for user %d: %s', (stat, own, against) => {
  expect(objection('/x', stat, own)).toBe(against)
})

async function opened(path: string, make = true): Promise<string> {
  try {
    const folder = await openOwnFolder(path, make)
    await folder?.close()
    return folder ? 'opened' : 'missing'
  } catch (thrown) {
    return (thrown as Error).message
  }
}

test('what is missing is made, 0700, only if it is wanted', async () => {
  expect(await opened(join(top, 'a', 'b', 'c'), false)).toBe('missing')
  expect(await opened(join(top, 'a', 'b', 'c'))).toBe('opened')
  for (const made of ['a', 'a/b', 'a/b/c']) expect(lstatSync(join(top, made)).mode & 0o777).toBe(0o700)
  expect(await opened(join(top, 'a', 'b', 'c'), false)).toBe('opened')
})

test('a sticky directory is fine on the way, one that others can write is not, however far up', async () => {
  const shared = join(top, 'shared')
  mkdirSync(join(shared, 'x', 'y'), { recursive: true })
  chmodSync(shared, 0o1777)
  expect(await opened(join(shared, 'x', 'y', 'z'))).toBe('opened')
  for (const mode of [0o777, 0o770, 0o757]) {
    chmodSync(shared, mode)
    expect(await opened(join(shared, 'x', 'y', 'z'))).toContain(`${shared} is writable by other users`)
  }
})

test('links on the way are followed, as the kernel does, and what they lead through is checked, too', async () => {
  for (const name of ['real/deep', 'way']) mkdirSync(join(top, name), { recursive: true, mode: 0o700 })
  symlinkSync('../real', join(top, 'way', 'relative'))
  symlinkSync(join(top, 'real', 'deep'), join(top, 'way', 'absolute'))
  symlinkSync('relative/deep/../made', join(top, 'way', 'twice'))
  for (const name of ['relative', 'absolute', 'twice'])
    expect(await opened(join(top, 'way', name, `by-${name}`))).toBe('opened')
  for (const made of ['real/by-relative', 'real/deep/by-absolute', 'real/made/by-twice'])
    expect(lstatSync(join(top, made)).isDirectory()).toBe(true)
  chmodSync(join(top, 'real'), 0o777)
  for (const name of ['relative', 'absolute', 'twice'])
    expect(await opened(join(top, 'way', name, 'x'))).toContain(
      `${join(top, 'real')} is writable by other users`,
    )
})

test('links in a circle end', async () => {
  symlinkSync('two', join(top, 'one'))
  symlinkSync('one', join(top, 'two'))
  expect(await opened(join(top, 'one', 'x'))).toContain('leads through too many links')
})

test('the last component is never a link, nor anything but a directory', async () => {
  mkdirSync(join(top, 'real'), { mode: 0o700 })
  symlinkSync('real', join(top, 'link'))
  symlinkSync('nowhere', join(top, 'dangling'))
  writeFileSync(join(top, 'file'), '')
  for (const name of ['link', 'dangling', 'file'])
    expect(await opened(join(top, name))).toBe(`${join(top, name)} is not a directory: remove it`)
  expect(await opened(join(top, 'file', 'below'))).toBe(`${join(top, 'file')} is not a directory: remove it`)
})

test('what belongs to another user is refused: a parent, a link, itself', async () => {
  // Only root can give something to another user: without it, the table above has to do.
  if (process.geteuid?.() !== 0) return
  mkdirSync(join(top, 'real'), { mode: 0o700 })
  symlinkSync('real', join(top, 'link'))
  lchownSync(join(top, 'link'), 65534, 65534)
  expect(await opened(join(top, 'link', 'x'))).toContain(`${join(top, 'link')} belongs to user 65534`)
  mkdirSync(join(top, 'theirs'), { mode: 0o700 })
  chownSync(join(top, 'theirs'), 65534, 65534)
  const message = `${join(top, 'theirs')} belongs to user 65534: run "chown 0 ${join(top, 'theirs')}"`
  expect(await opened(join(top, 'theirs'))).toBe(message)
  expect(await opened(join(top, 'theirs', 'x'))).toBe(message)
})
