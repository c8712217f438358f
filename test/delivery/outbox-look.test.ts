// How many messages wait, seen from outside: by the names that an outbox gives its files.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeEntry } from '../../src/delivery/outbox-files.ts'
import { lookIntoOutbox } from '../../src/delivery/outbox-look.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-outbox-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const message = (id: string, createdAt: number) => ({
  message: { id, createdAt, subject: 's', text: 't', event: {}, thread: '' },
  waiting: [],
})

test('none, or no folder: nothing waits', async () => {
  expect(await lookIntoOutbox(folder)).toEqual({ count: 0, sinceMs: undefined })
  mkdirSync(join(folder, 'outbox'))
  expect(await lookIntoOutbox(folder)).toEqual({ count: 0, sinceMs: undefined })
})

test('as many as were written, since the oldest; nothing else counts, and nothing is touched', async () => {
  const outbox = join(folder, 'outbox')
  await writeEntry(outbox, message('memmon.b.1', 1_700_000_000_000))
  await writeEntry(outbox, message('memmon.a.2', 1_600_000_000_000))
  writeFileSync(join(outbox, '01500000000000-half.json.new'), '')
  writeFileSync(join(outbox, 'README'), '')
  const before = readdirSync(outbox)
  expect(await lookIntoOutbox(folder)).toEqual({ count: 2, sinceMs: 1_600_000_000_000 })
  expect(readdirSync(outbox)).toEqual(before)
})

test('what is no folder is not known', async () => {
  symlinkSync('/etc/passwd', join(folder, 'outbox'))
  expect(await lookIntoOutbox(folder)).toBeUndefined()
})
