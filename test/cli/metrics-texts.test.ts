// What memmon check says of where metrics go: with real folders, ports and sockets, beside a memmon that runs and one that does not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { metricsTexts } from '../../src/cli/metrics-texts.ts'
import type { RunningMemmon } from '../../src/cli/running-memmon.ts'
import { freePort } from '../helpers/free-port.ts'
import { settingsFrom } from '../helpers/values.ts'

let folder = ''
let server: Server | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-metrics-'))
})
afterEach(async () => {
  await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

const SECTION = { name: 'eventlistener:memmon', group: 'memmon', path: '/etc/supervisord.conf' }

/** Of the rules of a section. */
async function textsOf(isRunning: boolean, ...flags: string[]) {
  const source = { settings: settingsFrom('-a', '1GB', ...flags), environment: {}, section: SECTION }
  const running = isRunning ? ({} as RunningMemmon) : undefined
  return (await metricsTexts([{ source, running }])).map(({ ok, text }) => `${ok ? '+' : '-'} ${text}`)
}

async function occupied(at: { port: number; host: string } | { path: string }): Promise<void> {
  const made = createServer()
  server = made
  await new Promise<void>(resolve => made.listen(at, resolve))
}

test('nothing, where there are none, and where there are no rules', async () => {
  expect(await textsOf(false)).toEqual([])
  expect(await metricsTexts([{ source: undefined, running: undefined }])).toEqual([])
})

test('a file: whether its folder is there', async () => {
  const path = join(folder, 'memmon.prom')
  expect(await textsOf(true, '--metrics-file', path)).toEqual([`+ Metrics go to ${path}`])
  const lost = join(folder, 'none', 'memmon.prom')
  expect(await textsOf(true, '--metrics-file', lost)).toEqual([
    `- Metrics cannot be written to ${lost}: ${folder}/none does not exist`,
  ])
  writeFileSync(join(folder, 'file'), '')
  expect(await textsOf(true, '--metrics-file', join(folder, 'file', 'x.prom'))).toEqual([
    `- Metrics cannot be written to ${folder}/file/x.prom: ${folder}/file is not a directory`,
  ])
})

test('a port: free for a memmon that does not run, and served by one that does', async () => {
  const port = await freePort()
  const where = `127.0.0.1:${port}`
  const served = `+ Metrics are served at ${where}, path /metrics`
  expect(await textsOf(false, '--metrics-listen', String(port))).toEqual([served])
  expect(await textsOf(true, '--metrics-listen', String(port))).toEqual([
    `- Metrics cannot be served at ${where}: memmon runs, and nothing listens there: its log says why`,
  ])
  await occupied({ port, host: '127.0.0.1' })
  expect(await textsOf(true, '--metrics-listen', String(port))).toEqual([served])
  expect(await textsOf(false, '--metrics-listen', String(port))).toEqual([
    `- Metrics cannot be served at ${where}: another process listens there`,
  ])
})

test('a socket: its folder, and who listens', async () => {
  const path = join(folder, 'm.sock')
  expect(await textsOf(false, '--metrics-listen', path)).toEqual([
    `+ Metrics are served at ${path}, path /metrics`,
  ])
  expect(await textsOf(false, '--metrics-listen', join(folder, 'none', 'm.sock'))).toEqual([
    `- Metrics cannot be served at ${folder}/none/m.sock: ${folder}/none does not exist`,
  ])
  await occupied({ path })
  expect(await textsOf(false, '--metrics-listen', path)).toEqual([
    `- Metrics cannot be served at ${path}: another process listens there`,
  ])
})

test('an address of another machine', async () => {
  const auth = join(folder, 'auth')
  writeFileSync(auth, 'bob:s3cret\n', { mode: 0o600 })
  // Of TEST-NET-1: nobody has it.
  expect(await textsOf(false, '--metrics-listen', '192.0.2.7:9477', '--metrics-auth-file', auth)).toEqual([
    '- Metrics cannot be served at 192.0.2.7:9477: this machine has no address 192.0.2.7',
  ])
})

test('beyond this machine without a password: what memmon itself would refuse', async () => {
  const why = '--metrics-listen 0.0.0.0:9477: other machines can connect there: add --metrics-auth-file'
  expect(await textsOf(false, '--metrics-listen', '0.0.0.0:9477')).toEqual([
    expect.stringContaining(`- Metrics cannot be served at 0.0.0.0:9477: ${why}`),
  ])
  // Of the options of the command itself: it says so as for any other mistake.
  const source = { settings: settingsFrom('-a', '1GB', '--metrics-listen', '0.0.0.0:9477'), environment: {} }
  await expect(metricsTexts([{ source, running: undefined }])).rejects.toThrow(why)
})
