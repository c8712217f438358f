// A secret that a hook repeats is nowhere: not in the log, a mail, a webhook's document or what another hook is told.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Memmon, tickText } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const PASSWORD = 'Tr0ub4dor/xyzzy'
const FORMS = [PASSWORD, Buffer.from(`bob:${PASSWORD}`).toString('base64'), encodeURIComponent(PASSWORD)]

let folder = ''
let sized: ChildProcess
let server: ScriptedSupervisord
const posts: string[] = []
const hook = createServer((request, response) => {
  request.on('data', chunk => posts.push(String(chunk)))
  request.on('end', () => response.end())
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-secrets-'))
  sized = spawn('sleep', ['600'])
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: [{ namespec: 'g:n', pid: sized.pid ?? 0 }],
  })
  await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  sized.kill()
  hook.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

function script(name: string, text: string): string {
  writeFileSync(join(folder, name), `#!/bin/sh\ncd ${folder}\n${text}\n`, { mode: 0o755 })
  return join(folder, name)
}
const read = (name: string): string => {
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch {
    return ''
  }
}

test('by log, mail, webhook and hook', async () => {
  const fails = script('fails', `echo "login with ${FORMS.join(' ')} failed" >&2; exit 3`)
  const memmon = new Memmon(
    [
      ...['-a', '1KB', '--action', 'exec', '--exec-command', fails, '-m', 'bob@example.com'],
      ...['-s', script('mail', 'cat > mail.new && mv mail.new mailed')],
      ...['--on-alert-command', script('alert', 'cat > alert.new && mv alert.new alerted')],
      ...['--webhook', `http://127.0.0.1:${(hook.address() as AddressInfo).port}/x`],
    ],
    { SUPERVISOR_SERVER_URL: server.url, SUPERVISOR_USERNAME: 'bob', SUPERVISOR_PASSWORD: PASSWORD },
  )
  memmon.write(tickText())
  await waitFor(
    () => `all four\n${memmon.stderr}`,
    () => posts.length > 0 && read('mailed') !== '' && read('alerted') !== '',
  )
  const said = [memmon.stderr, ...posts, read('mailed'), read('alerted')]
  await memmon.end()
  for (const text of said) {
    for (const form of FORMS) expect(text).not.toContain(form)
    expect(text).toContain('g:n')
  }
  expect(memmon.stderr).toContain('it said: login with *** *** *** failed')
})
