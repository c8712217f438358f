// The journal's file in a real folder: what is read, written and set aside, and what becomes of it when somebody deletes
// or replaces the folder or the file.
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalDisk } from '../../src/restart/journal.ts'
import { createJournalDisk } from '../../src/restart/journal-disk.ts'
import { claimStateFolder, type StateFolder } from '../../src/restart/state-folder.ts'
import { runOf } from '../../src/supervisor/identity.ts'
import { path, prepareContenders, root } from '../helpers/contenders.ts'
import { ROOT } from '../helpers/documents.ts'

prepareContenders()
let folder: StateFolder
let disk: JournalDisk
let told: string[]
beforeEach(async () => {
  told = []
  const ports = { runOf, sleep: async () => {}, isEnding: () => false, tell: () => {} }
  folder = (await claimStateFolder(root(), 'memmon-1', ports)) as StateFolder
  disk = createJournalDisk({
    path: path(),
    claim: async () => folder,
    tell: text => void told.push(text),
    sleep: async () => {},
  })
})
afterEach(() => folder.release())
const file = () => join(path(), 'restarts.jsonl')
const ANEW = () => [`The state folder ${path()} was deleted or replaced: memmon has recreated it`]

test('there is no journal yet: it is empty', async () => expect(await disk.read()).toBe(''))

test('what is written, and what is added, can be read; the next text replaces it all', async () => {
  await disk.replace('one\n')
  await disk.append('two\n')
  await disk.append('three\n')
  expect([await disk.read(), lstatSync(file()).mode & 0o777]).toEqual(['one\ntwo\nthree\n', 0o600])
  await disk.replace('four\n')
  await disk.append('five\n')
  expect([await disk.read(), told]).toEqual(['four\nfive\n', []])
})

test('a journal of another version is set aside under a name that says so', async () => {
  writeFileSync(file(), 'of another version\n', { mode: 0o600 })
  expect(await disk.setAside(7)).toBe('restarts.jsonl.version-7')
  expect(await disk.read()).toBe('')
  expect(readFileSync(`${file()}.version-7`, 'utf8')).toBe('of another version\n')
})

test('a journal that others could have written is not read', async () => {
  writeFileSync(file(), 'forged\n')
  chmodSync(file(), 0o666)
  await expect(disk.read()).rejects.toThrow(`${file()} is writable by others: remove it`)
})

test('a journal with a job for each of thousands of programs is read', async () => {
  const text = 'a job of some hundred characters\n'.repeat(100_000)
  await disk.replace(text)
  expect(await disk.read()).toBe(text)
})

test('a file that has grown past all measure is not read into memory', async () => {
  writeFileSync(file(), '', { mode: 0o600 })
  truncateSync(file(), 64 * 1024 * 1024 + 1)
  await expect(disk.read()).rejects.toThrow(`${file()} is too large (67108865 bytes): remove it`)
})

test.each<[what: string, harm: () => void]>([
  ['nothing has been written to it yet', () => {}],
  [
    'it is deleted',
    () => {
      rmSync(file())
    },
  ],
  [
    'another file is in its place',
    () => {
      renameSync(file(), `${file()}.old`)
      appendFileSync(file(), 'another\n')
    },
  ],
  ['its folder is deleted', () => rmSync(path(), { recursive: true })],
  ['its folder is moved away', () => renameSync(path(), join(root(), 'aside'))],
  ['its lock is deleted', () => rmSync(join(path(), 'lock'))],
])('nothing is added to a journal when %s; all of it is written anew', async (what, harm) => {
  if (!what.startsWith('nothing')) await disk.replace('one\n')
  harm()
  await expect(disk.append('lost\n')).rejects.toThrow(`${file()} is not the file that memmon has opened`)
  await disk.replace('all\n')
  await disk.append('more\n')
  expect(await disk.read()).toBe('all\nmore\n')
  expect(told).toEqual(what.includes('folder') || what.includes('lock') ? ANEW() : [])
})

test('no file is left open, however often all of it is written', async () => {
  const opened = () => readdirSync('/proc/self/fd').length
  await disk.replace('one\n')
  const before = opened()
  for (let write = 0; write < 20; write++) await disk.replace('again\n')
  expect(opened()).toBeLessThan(before + 10)
})

test('a folder that cannot be claimed is an error of the write, not of the read', async () => {
  const closed = createJournalDisk({
    path: path(),
    claim: () => Promise.reject(new Error('in use')),
    tell: () => {},
    sleep: async () => {},
  })
  expect(await closed.read()).toBe('')
  await expect(closed.replace('x')).rejects.toThrow('in use')
  await expect(closed.append('x')).rejects.toThrow('in use')
})

test('no descriptor left for a moment, in a process of its own that may open 64: read all the same', async () => {
  await disk.replace('one\n')
  const module = JSON.stringify(join(ROOT, 'build', 'restart', 'journal-disk.js'))
  const script = `
    import { closeSync, openSync } from 'node:fs'
    import { createJournalDisk } from ${module}
    const open = []
    let slept = 0
    const sleep = async () => { if (++slept === 2) for (const one of open) closeSync(one) }
    const disk = createJournalDisk({ path: ${JSON.stringify(path())}, sleep })
    try { for (;;) open.push(openSync('/dev/null')) } catch {}
    console.log(JSON.stringify([await disk.read(), slept]))`
  const command = 'ulimit -n 64; exec "$0" --input-type=module -e "$1"'
  const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual(['one\n', 2])
})
