// The folder of evidence on a real disk: modes, links, half files, bounds.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEvidenceStore, EVIDENCE_FOLDER, readEvidence } from '../../src/evidence/store.ts'
import { victimIn } from '../helpers/unsafe-files.ts'

let state = ''
let folder = ''
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'memmon-evidence-'))
  folder = join(state, EVIDENCE_FOLDER)
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const AT = Date.UTC(2026, 10, 22)
const of = (minute = 0, name = 'web') => ({ group: 'app', name, pid: 7, takenAt: AT + minute * 60_000 })
const document = { version: 1, facts: { pid: 7 } }
const mode = (path: string) => lstatSync(path).mode & 0o777

test('a file 0600 in a folder 0700, and what is read is what was written', async () => {
  const path = await createEvidenceStore(state).write(of(), document)
  expect(path).toBe(join(folder, 'memmon-20261122T000000000Z-app_web-7.json'))
  expect([mode(folder), mode(path)]).toEqual([0o700, 0o600])
  expect(await readEvidence(path)).toEqual(document)
  expect(readdirSync(folder)).toHaveLength(1)
})

test('a folder that others could look into is closed to them', async () => {
  mkdirSync(folder, { mode: 0o755 })
  chmodSync(folder, 0o755)
  await createEvidenceStore(state).write(of(), document)
  expect(mode(folder)).toBe(0o700)
})

test('a folder that is a link is not written through', async () => {
  const elsewhere = join(state, 'elsewhere')
  mkdirSync(elsewhere)
  symlinkSync(elsewhere, folder)
  await expect(createEvidenceStore(state).write(of(), document)).rejects.toMatchObject({ kind: 'unsafe' })
  expect(readdirSync(elsewhere)).toEqual([])
})

test('a link in place of a file is replaced, not followed', async () => {
  mkdirSync(folder, { mode: 0o700 })
  const victim = victimIn(state)
  const name = 'memmon-20261122T000000000Z-app_web-7.json'
  victim.linkAt(join(folder, name))
  victim.linkAt(join(folder, `${name}.new`))
  const path = await createEvidenceStore(state).write(of(), document)
  expect(victim.isUntouched).toBe(true)
  expect(lstatSync(path).isFile()).toBe(true)
})

test('reading follows no link', async () => {
  const path = await createEvidenceStore(state).write(of(), document)
  symlinkSync(path, join(folder, 'link.json'))
  await expect(readEvidence(join(folder, 'link.json'))).rejects.toMatchObject({ kind: 'unsafe' })
})

test('cut at any byte it is never read as whole', async () => {
  const path = await createEvidenceStore(state).write(of(), document)
  const whole = readFileSync(path)
  // The line end alone may be missing.
  for (let length = 0; length < whole.length - 1; length++) {
    writeFileSync(path, whole.subarray(0, length))
    expect(await readEvidence(path), `${length} bytes`).toBeUndefined()
  }
})

test('what a memmon that was killed has left half is swept away by the next', async () => {
  mkdirSync(folder, { mode: 0o700 })
  const half = join(folder, 'memmon-20261121T000000000Z-app_api-9.json.new')
  const notes = join(folder, 'notes.txt')
  writeFileSync(half, '{"version"')
  writeFileSync(notes, "somebody's")
  await createEvidenceStore(state).write(of(), document)
  expect([existsSync(half), existsSync(notes)]).toEqual([false, true])
})

test('20 a program are kept, also when many are written at once', async () => {
  const store = createEvidenceStore(state)
  for (let minute = 0; minute < 24; minute += 4)
    await Promise.all([0, 1, 2, 3].map(more => store.write(of(minute + more), document)))
  const names = readdirSync(folder).sort()
  expect(names).toHaveLength(20)
  expect(names[0]).toContain('20261122T000400000Z')
})

test('a disk that does not keep up is not waited for by more than 16 MB', async () => {
  const store = createEvidenceStore(state)
  const large = { facts: 'x'.repeat(3 * 2 ** 20) }
  const writes = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map(minute => store.write(of(minute), large)))
  const [first] = writes.filter(({ status }) => status === 'rejected')
  expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  expect(first).toMatchObject({
    reason: { message: expect.stringMatching(/^the disk has yet to take 15\d+ bytes/) },
  })
  await store.write(of(9), document)
  expect(readdirSync(folder)).toHaveLength(6)
})

test('a document that is far too large is refused, and nothing goes for it', async () => {
  const store = createEvidenceStore(state)
  await store.write(of(), document)
  await expect(store.write(of(1), { facts: 'x'.repeat(5 * 2 ** 20) })).rejects.toThrow(/bytes, more than/)
  expect(readdirSync(folder)).toHaveLength(1)
})
