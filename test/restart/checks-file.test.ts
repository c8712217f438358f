// When what memmon remembers is written for those who look by hand: if it has changed, and never often.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CHECKS_FILE, ChecksFile } from '../../src/restart/checks-file.ts'
import { parseChecks, windowKey } from '../../src/restart/checks-lines.ts'
import type { RememberedWindow } from '../../src/rules/judgement.ts'
import { MB, rulesFrom } from '../helpers/values.ts'
import { waitFor } from '../helpers/wait.ts'

const rules = rulesFrom('-a', '100MB', '--for', '3')
const signature = rules[0]?.signature ?? ''
let folder = ''
let windows: RememberedWindow[]
let isIntact: boolean
/** What the file waits for; each call releases the first. */
let waiting: (() => void)[]
let file: ChecksFile
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-checks-'))
  windows = []
  waiting = []
  isIntact = true
  const monitor = {
    get remembersNothing() {
      return windows.length === 0
    },
    get remembered() {
      return { rules, windows, budgets: new Map(), leaks: [] }
    },
  }
  const sleep = () => new Promise<void>(resolve => waiting.push(resolve))
  file = new ChecksFile({ run: 'run', monitor, restarts: { waits: [] }, nowMs: () => 5, sleep })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = () => join(folder, CHECKS_FILE)
const attach = () => file.attach({ path: folder, isIntact: async () => isIntact })
const remember = (...values: number[]) => {
  const window = { run: { pid: 1, startSeconds: 2 }, values, overSince: 3, warned: false, told: false }
  windows = [{ namespec: 'web:web', signature, window }]
}
/** The moment is over, and what had to be done is done. */
async function pass(): Promise<void> {
  waiting.shift()?.()
  await waitFor('its pause', () => waiting.length === 1)
}
/** So is the pause behind it. */
async function rest(): Promise<void> {
  waiting.shift()?.()
  await new Promise(resolve => setImmediate(resolve))
}
const found = () => (existsSync(path()) ? parseChecks(readFileSync(path(), 'utf8')) : undefined)

test('nothing remembered: no timer, no file', () => {
  attach()
  for (let tick = 0; tick < 100; tick++) file.look()
  expect(waiting).toHaveLength(0)
  expect(existsSync(path())).toBe(false)
})

test('nothing is written before the folder is ours', () => {
  remember(200 * MB)
  file.look()
  expect(waiting).toHaveLength(0)
  attach()
  expect(waiting).toHaveLength(1)
})

test('written after a moment, mode 0600, once for all that happens until then; then again only for a change', async () => {
  remember(200 * MB)
  attach()
  for (let tick = 0; tick < 100; tick++) file.look()
  expect(waiting).toHaveLength(1)
  await pass()
  expect(found()?.windows.get(windowKey('web:web', signature))?.values).toEqual([200 * MB])
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  const { ino } = statSync(path())
  await rest()
  remember(300 * MB)
  file.look()
  await pass()
  expect(statSync(path()).ino).toBe(ino)
  remember(300 * MB, 200 * MB)
  file.look()
  expect(waiting).toHaveLength(1)
  await rest()
  expect(statSync(path()).ino).toBe(ino)
  await pass()
  expect(found()?.windows.get(windowKey('web:web', signature))?.values).toEqual([300 * MB, 200 * MB])
})

test('what is forgotten is written once, and then nothing more', async () => {
  remember(200 * MB)
  attach()
  await pass()
  await rest()
  windows = []
  file.look()
  await pass()
  expect(found()?.windows.size).toBe(0)
  await rest()
  const { ino, mtimeMs } = statSync(path())
  for (let tick = 0; tick < 10; tick++) file.look()
  expect(waiting).toHaveLength(0)
  expect(statSync(path())).toMatchObject({ ino, mtimeMs })
})

test('a disk that fails matters to nobody, and is tried again with the next look', async () => {
  remember(200 * MB)
  const whole = folder
  folder = join(whole, 'missing')
  attach()
  await pass()
  await rest()
  expect(existsSync(folder)).toBe(false)
  folder = whole
  attach()
  await pass()
  expect(found()?.windows.size).toBe(1)
})

test('nothing is written into a folder that is no longer ours', async () => {
  remember(200 * MB)
  isIntact = false
  writeFileSync(path(), "somebody else's")
  attach()
  await pass()
  expect(readFileSync(path(), 'utf8')).toBe("somebody else's")
})
