// The options about metrics: what may be given, and what is said of anything else.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accessOf } from '../../src/metrics/access.ts'
import { settingsFrom } from '../helpers/values.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-metrics-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const of = (...args: string[]) => settingsFrom('-a', '1MB', ...args)

test('nothing, if nothing is said', () => expect(accessOf(of())).toBeUndefined())

test('a file has the name that the textfile collector looks for', () => {
  expect(of('--metrics-file', '/x/memmon.prom').metricsFile).toBe('/x/memmon.prom')
  for (const name of ['/x/memmon', '/x/memmon.prom.txt', '/x/.prom'])
    expect(() => of('--metrics-file', name)).toThrow('it has to end in .prom')
})

function secret(text: string, mode = 0o600): string {
  const path = join(folder, 'auth')
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

test('beyond this machine there is no address without a user and a password', () => {
  expect(() => accessOf(of('--metrics-listen', '0.0.0.0:9477'))).toThrow(
    '--metrics-listen 0.0.0.0:9477: other machines can connect there: add --metrics-auth-file, or listen on 127.0.0.1',
  )
  const file = secret('prometheus:s3cret:x\n')
  expect(accessOf(of('--metrics-listen', '0.0.0.0:9477', '--metrics-auth-file', file))).toEqual({
    address: { kind: 'tcp', host: '0.0.0.0', port: 9477 },
    credentials: 'prometheus:s3cret:x',
  })
})

test.each([['9477'], ['[::1]:9477'], ['/run/x/m.sock']])('%s needs none', where =>
  expect(accessOf(of('--metrics-listen', where))?.credentials).toBeUndefined())

test.each<[text: string, mode: number, said: string]>([
  ['prometheus:s3cret', 0o640, 'can be read by others: chmod 600'],
  ['s3cret', 0o600, 'does not hold a user and a password: write one line, user:password'],
  ['a:s3cret\nb:s3cret', 0o600, 'does not hold a user and a password'],
  [':s3cret', 0o600, 'does not hold a user and a password'],
  ['', 0o600, 'does not hold a user and a password'],
])('a secret file that will not do (%#) is refused, and not quoted', (text, mode, said) => {
  const settings = of('--metrics-listen', '9477', '--metrics-auth-file', secret(text, mode))
  expect(() => accessOf(settings)).toThrow(said)
  expect(() => accessOf(settings)).not.toThrow('s3cret')
})
