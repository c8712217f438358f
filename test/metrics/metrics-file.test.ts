// The file for the textfile collector: whole, readable, seldom, and never while a check runs.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MetricsFile } from '../../src/metrics/metrics-file.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let path = ''
let now = 0
let isBusy = false
let rendered = 0
let log: string[] = []
let file: MetricsFile
let umask = 0
beforeEach(() => {
  umask = process.umask(0o077)
  folder = mkdtempSync(join(tmpdir(), 'memmon-prom-'))
  path = join(folder, 'memmon.prom')
  now = 0
  isBusy = false
  rendered = 0
  // What an earlier test's file has still to say is not said here.
  const own: string[] = []
  log = own
  file = new MetricsFile({
    render: async () => `text ${++rendered}\n`,
    isBusy: () => isBusy,
    log: (level, text) => void own.push(`${level} ${text}`),
    tick: () => now,
  })
})
afterEach(() => {
  process.umask(umask)
  rmSync(folder, { recursive: true, force: true })
})

const holds = (text: string) =>
  waitFor(`${text} in ${path}`, () => existsSync(path) && readFileSync(path, 'utf8') === `${text}\n`)
const said = (text: string) => waitFor(`${text} in ${log}`, () => log.some(line => line.includes(text)))
/** All that a look has begun is over: the next one, of its own time, writes. */
async function nextWrite(text: string): Promise<void> {
  now += 15_000
  await waitFor(text, () => {
    file.look()
    return existsSync(path) && readFileSync(path, 'utf8') === `${text}\n`
  })
}

test('it is readable by everybody, whatever the umask is, and nothing is beside it', async () => {
  file.use(path)
  file.look()
  await holds('text 1')
  expect(statSync(path).mode & 0o777).toBe(0o644)
  expect(readdirSync(folder)).toEqual(['memmon.prom'])
  expect(log).toEqual([`INFO Metrics are written to ${path} after a check, every 15 s at most`])
})

test('a look that comes too soon writes nothing', async () => {
  file.use(path)
  file.look()
  await holds('text 1')
  now = 14_999
  file.look()
  await nextWrite('text 2')
  expect(rendered).toBe(2)
})

test('while a check runs nothing is rendered; the next look does it', async () => {
  file.use(path)
  isBusy = true
  file.look()
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(rendered).toBe(0)
  isBusy = false
  file.look()
  await holds('text 1')
})

test('a link at its place is replaced, not followed', async () => {
  const victim = join(folder, 'victim')
  symlinkSync(victim, path)
  file.use(path)
  file.look()
  await holds('text 1')
  expect(existsSync(victim)).toBe(false)
})

test('what cannot be written is said once, tried again, and said when it can', async () => {
  const missing = join(folder, 'missing')
  path = join(missing, 'memmon.prom')
  file.use(path)
  file.look()
  await said(`WARN Metrics cannot be written to ${path} (ENOENT`)
  now = 15_000
  await waitFor('another try', () => {
    file.look()
    return rendered === 2
  })
  mkdirSync(missing)
  await nextWrite('text 3')
  await said(`INFO ${path} can be written again`)
  expect(log.filter(line => line.startsWith('WARN'))).toHaveLength(1)
})

test('other settings: another file at once, or none', async () => {
  file.use(path)
  file.look()
  await holds('text 1')
  path = join(folder, 'other.prom')
  await waitFor('the end of the first', () => {
    file.use(path)
    file.look()
    return existsSync(path)
  })
  file.use(undefined)
  now = 1e9
  file.look()
  expect(rendered).toBe(2)
})
