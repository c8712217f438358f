// The line that `npm test` closes with: whatever makes a run fail is counted in it.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closing, countsTo, type EndedRun, readCounts } from '../../scripts/counts.mjs'
import { ROOT } from '../helpers/documents.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-counts-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs vitest over one file; what the reporter has counted, and how it ended. */
async function run(text: string) {
  writeFileSync(join(folder, 'some.test.mjs'), text)
  const counted = join(folder, 'counts.json')
  const reporter = `--reporter=${join(ROOT, 'scripts', 'counts.mjs')}`
  const args = ['run', '--root', folder, '--globals', reporter]
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...countsTo(counted) },
    stdio: 'ignore',
  })
  const exitCode = await new Promise<number>(resolve => child.on('close', resolve))
  return { counts: readCounts(counted), exitCode }
}

const GOOD: EndedRun = { counts: undefined, exitCode: 0, typesHold: true, styleHolds: true, isCi: false }
const PASSES = "test('passes', () => {})\n"

test.each<[what: string, text: string, exitCode: number, line: string]>([
  ['a test that passes', PASSES, 0, '1 passed, 0 failed, 0 skipped'],
  ['a test that is skipped', `${PASSES}test.skip('not yet', () => {})`, 0, '1 passed, 0 failed, 1 skipped'],
  [
    'a test that fails',
    `${PASSES}test('fails', () => { throw new Error('x') })`,
    1,
    '1 passed, 1 failed, 0 skipped',
  ],
  [
    'an error that no test caught',
    "test('passes', async () => { setTimeout(() => { throw new Error('x') }); await new Promise(r => setTimeout(r)) })",
    1,
    '1 passed, 1 failed, 0 skipped',
  ],
  ['a file that cannot be loaded', "import '../scripts/nowhere.mjs'", 1, '0 passed, 1 failed, 0 skipped'],
  [
    'a hook that fails',
    `${PASSES}describe('a group', () => { beforeAll(() => { throw new Error('x') }); test('is not run', () => {}) })`,
    1,
    '1 passed, 1 failed, 1 skipped',
  ],
  ['a file without a test', '', 1, '0 passed, 1 failed, 0 skipped'],
])('%s', async (_, text, exitCode, line) => {
  const ran = await run(text)
  expect(ran.exitCode).toBe(exitCode)
  const { lines, isGood } = closing({ ...GOOD, ...ran })
  expect(lines.at(-1)).toBe(line)
  expect(isGood).toBe(exitCode === 0)
})

const COUNTS = { passed: 3, failed: 0, skipped: 1, broken: 0, unhandled: 0 }
test.each<[what: string, run: Partial<EndedRun>, line: string]>([
  ['types that do not hold', { counts: COUNTS, typesHold: false }, '3 passed, 1 failed, 1 skipped'],
  ['style that does not hold', { counts: COUNTS, styleHolds: false }, '3 passed, 1 failed, 1 skipped'],
  ['a skipped test in CI', { counts: COUNTS, isCi: true }, '3 passed, 1 failed, 1 skipped'],
  ['no counts', { exitCode: 1 }, '0 passed, 1 failed, 0 skipped'],
  ['nothing but the exit code', { counts: COUNTS, exitCode: 1 }, '3 passed, 1 failed, 1 skipped'],
  ['no test at all', { counts: { ...COUNTS, passed: 0, skipped: 0 } }, '0 passed, 1 failed, 0 skipped'],
])('%s: failed', (_, ran, line) => {
  const { lines, isGood } = closing({ ...GOOD, ...ran })
  expect(lines.at(-1)).toBe(line)
  expect(lines).toHaveLength(2)
  expect(isGood).toBe(false)
})
