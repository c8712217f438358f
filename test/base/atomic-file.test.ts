// Replacing a file: whole or not at all, whatever fails and whoever reads meanwhile.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { removeFile, replaceAndOpen, replaceFile } from '../../src/base/atomic-file.ts'
import { victimIn } from '../helpers/unsafe-files.ts'

/** The calls that count for what a power failure leaves, in their order; and what happens right before a file is opened. */
const { calls, meanwhile } = vi.hoisted(() => ({
  calls: [] as string[],
  meanwhile: { act: (_: string) => {} },
}))
vi.mock('node:fs/promises', async original => {
  const real = await original<typeof import('node:fs/promises')>()
  const open: typeof real.open = async (path, ...more) => {
    meanwhile.act(String(path))
    const file = await real.open(path, ...more)
    const name = String(path).split('/').at(-1)
    file.sync = noted(`sync ${name}`, file.sync.bind(file))
    file.writeFile = noted(`write ${name}`, file.writeFile.bind(file))
    return file
  }
  const noted =
    <A extends unknown[], R>(call: string, work: (...args: A) => R) =>
    (...args: A): R => {
      calls.push(call)
      return work(...args)
    }
  const rename = noted('rename', real.rename)
  return { ...real, open, rename }
})

let folder = ''
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'memmon-atomic-')), 'folder')
  mkdirSync(folder)
  calls.length = 0
  meanwhile.act = () => {}
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))
const path = () => join(folder, 'x')
const text = () => readFileSync(path(), 'utf8')

test('synced before it is renamed, and the folder after that; 0600', async () => {
  await replaceFile(path(), 'one')
  expect(calls).toEqual(['write x.new', 'sync x.new', 'rename', 'sync folder'])
  expect(text()).toBe('one')
  expect(lstatSync(path()).mode & 0o777).toBe(0o600)
  await replaceFile(path(), 'two')
  expect(text()).toBe('two')
  expect(readdirSync(folder)).toEqual(['x'])
})

test('the open file is the one in place, and is appended to', async () => {
  const file = await replaceAndOpen(path(), 'one\n')
  await file.appendFile('two\n')
  await file.writeFile('three\n')
  await file.close()
  expect(text()).toBe('one\ntwo\nthree\n')
})

test('writers of one file take turns: the last one wins, and nothing is mixed or left behind', async () => {
  const texts = Array.from({ length: 20 }, (_, at) => String(at).repeat(5000))
  await Promise.all(texts.map(one => replaceFile(path(), one)))
  expect(text()).toBe(texts.at(-1))
  expect(readdirSync(folder)).toEqual(['x'])
})

test('what is removed while it is written stays removed', async () => {
  const written = replaceFile(path(), 'one')
  await removeFile(path())
  await written
  expect(readdirSync(folder)).toEqual([])
  await removeFile(path())
})

test('a half-written one of a killed process is replaced; a link in its place is not followed', async () => {
  writeFileSync(`${path()}.new`, 'half')
  await replaceFile(path(), 'one')
  const victim = victimIn(folder)
  victim.linkAt(`${path()}.new`)
  await replaceFile(path(), 'two')
  victim.linkAt(join(folder, 'link'))
  await replaceFile(join(folder, 'link'), 'three')
  expect(victim.isUntouched).toBe(true)
  expect(text()).toBe('two')
  expect(readdirSync(folder).sort()).toEqual(['link', 'victim', 'x'])
})

test('a link that is put there in the very last moment is not followed either', async () => {
  const victim = victimIn(folder)
  meanwhile.act = opened => {
    if (opened.endsWith('.new')) victim.linkAt(opened)
  }
  await expect(replaceFile(path(), 'one')).rejects.toMatchObject({ code: 'EEXIST' })
  expect(victim.isUntouched).toBe(true)
})

test('what cannot be written leaves the old file, and the next writer its turn', async () => {
  await replaceFile(path(), 'one')
  mkdirSync(`${path()}.new`)
  await expect(replaceFile(path(), 'two')).rejects.toThrow()
  expect(text()).toBe('one')
  rmSync(`${path()}.new`, { recursive: true })
  await replaceFile(path(), 'three')
  expect(text()).toBe('three')
  await expect(replaceFile(join(folder, 'missing', 'x'), 'one')).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a disk that fills up in the middle: the old file stays, and no half of the new one', async () => {
  writeFileSync(path(), 'one')
  const script = join(folder, '..', 'replace.mjs')
  const contents =
    "import { replaceFile } from './src/base/atomic-file.ts'\n" +
    "await replaceFile(process.argv[2], 'x'.repeat(100_000)).catch(({ code }) => (process.exitCode = code === 'EFBIG' ? 7 : 8))"
  const root = join(import.meta.dirname, '..', '..')
  await build({
    stdin: { contents, resolveDir: root },
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
  // 32 KB or 64 KB a file, as the shell counts: a limit in the middle of the text.
  const child = spawn('sh', ['-c', 'ulimit -f 64; exec "$0" "$@"', process.execPath, script, path()])
  expect(await once(child, 'exit')).toEqual([7, null])
  expect(text()).toBe('one')
  expect(readdirSync(folder)).toEqual(['x'])
})
