// `memmon test-notify`, and where secrets may come from: the built binary, and servers that are not there.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Memmon, runMemmon } from '../helpers/memmon.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-test-notify-'))
  writeFileSync(join(folder, 'open'), 'hunter2\n', { mode: 0o644 })
  writeFileSync(join(folder, 'closed'), 'hunter2\n', { mode: 0o600 })
  writeFileSync(join(folder, 'url'), 'http://127.0.0.1:1/hunter2\n', { mode: 0o600 })
  chmodSync(join(folder, 'open'), 0o644)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SMTP = ['-m', 'bob@example.com', '--smtp', 'smtp://bob@127.0.0.1:1']
const at = (name: string): string => join(folder, name)

test.each<[args: () => string[], env: Record<string, string>, stderr: RegExp]>([
  [() => [], {}, /no channel to test: set -m, as in -m bob@example\.com, a webhook or an Alertmanager/],
  [() => SMTP, {}, /--smtp: bob has no password: give it as MEMMON_SMTP_PASSWORD, in smtp_password_file, or/],
  [
    () => [...SMTP, '--smtp-password-file', at('open')],
    {},
    /smtp_password_file \S+ can be read by others: chmod 600 /,
  ],
  [() => [...SMTP, '--smtp-password-file', at('none')], {}, /smtp_password_file \S+: no such file/],
  [() => ['--smtp', 'smtp://127.0.0.1'], {}, /--smtp says how mail goes, and -m has to say to whom/],
  [
    () => ['--smtp', 'smtp://bob:hunter2@127.0.0.1'],
    {},
    /--smtp: a password in the URL can be read by anybody with ps/,
  ],
  [() => ['--webhook', 'http://hooks.example.com/hunter2'], {}, /--webhook: http:\/\/ shows the message/],
  [() => ['--webhook-file', at('open')], {}, /webhook_file \S+ can be read by others/],
  [() => [], { MEMMON_WEBHOOK_URL: 'hunter2' }, /MEMMON_WEBHOOK_URL: it is not a URL/],
])('refused, with exit code 2 and without the secret (%#)', async (args, env, stderr) => {
  const run = await runMemmon(['test-notify', ...args()], env)
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toMatch(stderr)
  expect(run.stderr).not.toContain('hunter2')
})

test.each<[args: () => string[], env: Record<string, string>, stdout: RegExp]>([
  [
    () => [...SMTP, '--smtp-password-file', at('closed')],
    {},
    /Failed to send mail ".* this is a test" to bob@example\.com by smtp:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
  ],
  [() => SMTP, { MEMMON_SMTP_PASSWORD: 'hunter2' }, /ECONNREFUSED/],
  [() => ['--webhook-file', at('url')], {}, /Failed to send ".*" by webhook 127\.0\.0\.1:1: ECONNREFUSED/],
  [
    () => ['-m', 'bob@example.com', '-s', 'echo full >&2; exit 75'],
    {},
    /Failed to send mail .* exit code 75; it said: full/,
  ],
])('not delivered: told, exit code 1, without the secret (%#)', async (args, env, stdout) => {
  const run = await runMemmon(['test-notify', ...args()], env)
  expect(run).toMatchObject({ code: 1, stderr: '' })
  expect(run.stdout).toMatch(stdout)
  expect(run.stdout).not.toContain('hunter2')
})

test('delivered: exit code 0, one marked message, the URL from the environment', async () => {
  const posts: string[] = []
  const server = createServer((request, response) => {
    request.on('data', chunk => void posts.push(String(chunk)))
    request.on('end', () => response.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hunter2`
  const run = await runMemmon(['test-notify', '-n', 'shop'], { MEMMON_WEBHOOK_URL: url })
  server.close()
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toMatch(
    /^Sent "memmon \[shop\]: this is a test" by webhook 127\.0\.0\.1:\d+: HTTP 200\n$/,
  )
  expect(JSON.parse(posts.join(''))).toMatchObject({
    memmon: 1,
    event: 'test',
    name: 'shop',
    text: 'memmon [shop]: this is a test',
  })
})

test('the listener refuses, too, before it says READY', async () => {
  const memmon = new Memmon(['-a', '1MB', ...SMTP], { SUPERVISOR_SERVER_URL: 'unix:///nonexistent.sock' })
  expect(await memmon.end()).toMatchObject({ code: 2, stdout: '' })
})

test.each(['check', 'explain', 'test-notify'])('memmon %s --help', async command => {
  const run = await runMemmon([command, '--help'])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toMatch(new RegExp(`^Usage: memmon ${command}`))
})

test.each<[args: string[], stderr: RegExp]>([
  [['check', '-C', '/nonexistent'], /-C \/nonexistent: no such file/],
  [['check', '-a', '1MB', '-C', '/nonexistent'], /-C \/nonexistent: no such file/],
  [['check', '--metric', 'pss'], /--metric needs a rule beside it, as in -a 200MB/],
  [['check', '-a', '1MB', 'a:b:c'], /a:b:c: "a:b:c" is not a name/],
  [['check', '--sort', 'pid'], /--sort pid: unknown order; use share, size, name, uptime/],
  [['check', '--watch', '0'], /--watch 0: "0" is too short/],
  [['check', '--watch=x'], /--watch x: "x" is not a time/],
  [['check', '-a', '1MB', '--jsno'], /unknown option '--jsno' \(Did you mean --json\?\)/],
  [['explain', '-a', '1MB'], /explain needs a process\nmemmon explain --help shows its options/],
  [['explain', 'web', 'db', '-a', '1MB'], /unexpected argument "db"/],
  [['explain', 'web', '--over'], /unknown option '--over'/],
  [['test-notify', 'web', '-m', 'bob@example.com'], /unexpected argument "web"/],
])('%j is refused', async (args, stderr) => {
  const run = await runMemmon(args)
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toMatch(stderr)
})
