// The listener's file: its time is that of the last tick, its text is replaced when it changes, and what a disk does is no
// trouble of memmon's.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LISTENER_FILE, ListenerFile } from '../../src/restart/listener-file.ts'
import { parseListenerLine } from '../../src/restart/listener-line.ts'
import { readListenerFile } from '../../src/restart/listener-look.ts'
import { UNSAFE_FILES } from '../helpers/unsafe-files.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let nowMs = 1_700_000_000_000
let failing: { sinceMs: number; why: string } | undefined
let isIntact = true
let file: ListenerFile
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-listener-'))
  nowMs = 1_700_000_000_000
  failing = undefined
  isIntact = true
  file = new ListenerFile({ run: 'run', failing: () => failing, nowMs: () => nowMs })
})
afterEach(async () => {
  await file.close()
  rmSync(folder, { recursive: true, force: true })
})

const path = () => join(folder, LISTENER_FILE)
const attach = () => file.attach({ path: folder, isIntact: async () => isIntact })
const text = () => (existsSync(path()) ? readFileSync(path(), 'utf8') : '')
const written = (of: string) =>
  waitFor(
    () => `${of} in ${text()}`,
    () => text().includes(of),
  )
const seen = async () => (await readListenerFile(folder, process.geteuid?.() ?? 0)).value
const touched = (atMs: number) =>
  waitFor(`its time to be ${atMs}`, () => existsSync(path()) && Math.round(statSync(path()).mtimeMs) === atMs)

async function tickAt(atMs: number): Promise<void> {
  nowMs = atMs
  await waitFor('the disk to be free', () => {
    file.onTick(60)
    return existsSync(path()) && Math.round(statSync(path()).mtimeMs) === atMs
  })
}

test('before the first tick it says that none has come, mode 0600', async () => {
  attach()
  await written('"run":"run"')
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  expect(await seen()).toEqual({ run: 'run', startedAtMs: 1_700_000_000_000, tickAtMs: undefined })
})

test('a tick is its time, to the millisecond, and changes neither its text nor its inode', async () => {
  attach()
  await tickAt(1_700_000_060_123)
  const { ino } = statSync(path())
  const before = text()
  await tickAt(1_700_000_120_456)
  expect(await seen()).toMatchObject({ tickAtMs: 1_700_000_120_456, periodSeconds: 60 })
  expect([statSync(path()).ino, text()]).toEqual([ino, before])
})

test('ticks before there is a folder count; of several kinds the shortest does', async () => {
  for (const period of [3600, 5, 60]) file.onTick(period)
  attach()
  await touched(nowMs)
  expect(await seen()).toMatchObject({ tickAtMs: nowMs, periodSeconds: 5 })
})

test('why checks fail is written when that begins and when it is over', async () => {
  attach()
  await tickAt(1_700_000_060_000)
  failing = { sinceMs: 7, why: 'supervisord does not answer' }
  file.look()
  await written('does not answer')
  expect(await seen()).toMatchObject({ failing: { sinceMs: 7 }, tickAtMs: 1_700_000_060_000 })
  failing = undefined
  file.look()
  await waitFor('it to be over', () => !text().includes('does not answer'))
})

test('a file that was deleted is made anew within minutes; in a folder that is not ours nothing is written', async () => {
  attach()
  await tickAt(1_700_000_060_000)
  rmSync(path())
  isIntact = false
  nowMs += 300_000
  file.onTick(60)
  await file.close()
  expect(existsSync(path())).toBe(false)
  isIntact = true
  attach()
  await tickAt(1_700_000_180_000)
})

test('closed, it writes no more, and waits for what it writes', async () => {
  attach()
  await file.close()
  expect(text()).toContain('"run"')
  file.onTick(60)
  expect((await seen())?.tickAtMs).toBeUndefined()
})

test.each([
  ['', undefined],
  ['{}', undefined],
  ['{"memmon":2,"run":"a","startedAtMs":1}', undefined],
  ['{"memmon":1,"run":"a","startedAtMs":-1}', undefined],
  ['{"memmon":1,"run":"a","startedAtMs":1,"periodSeconds":"5"}', undefined],
  ['{"memmon":1,"run":"a","startedAtMs":1,"failing":{"sinceMs":1}}', undefined],
  ['{"memmon":1,"run":"a","startedAtMs":1,"more":2}', { run: 'a', startedAtMs: 1 }],
])('%j reads as %j', (line, note) => {
  expect(parseListenerLine(line)).toEqual(note)
})

test.each(UNSAFE_FILES)('%s is not read, which is said', async (_, make, says) => {
  writeFileSync(path(), '{}', { mode: 0o600 })
  make(path())
  const { value, problems } = await readListenerFile(folder, process.geteuid?.() ?? 0)
  expect(value).toBeUndefined()
  expect(problems).toEqual([expect.stringMatching(says)])
})
