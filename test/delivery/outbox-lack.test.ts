// An outbox that the machine cannot read at this time loses nothing.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { readEntries, writeEntry } from '../../src/delivery/outbox-files.ts'
import { outgoing } from '../helpers/values.ts'

const readOwnFile = vi.hoisted(() => vi.fn())
vi.mock('../../src/base/own-file.ts', async original => ({
  ...(await original<typeof import('../../src/base/own-file.ts')>()),
  readOwnFile,
}))

test.each([
  ['EMFILE', -24],
  ['ENOMEM', -12],
  ['EIO', -5],
])('%s: each message stays where it is', async (code, errno) => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-outbox-'))
  try {
    await writeEntry(folder, { message: outgoing('one'), waiting: [] })
    readOwnFile.mockRejectedValue(Object.assign(new Error(`${code}: open`), { code, errno }))
    expect(await readEntries(folder)).toEqual({ entries: [], unreadable: 0, left: 1 })
    expect(readdirSync(folder)).toHaveLength(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
