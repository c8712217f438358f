// memmon.conf with included files, changed below a running memmon: the built binary reads all of it again.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Memmon } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let server: ScriptedSupervisord
let memmon: Memmon | undefined
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-reload-'))
  mkdirSync(join(folder, 'conf.d'))
  server = await ScriptedSupervisord.start()
})
afterEach(async () => {
  memmon?.child.kill('SIGKILL')
  await memmon?.ended
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 })

/** A memmon with a memmon.conf of this text. */
async function start(text: string): Promise<Memmon> {
  write('memmon.conf', text)
  memmon = new Memmon(['--config', join(folder, 'memmon.conf')], { SUPERVISOR_SERVER_URL: server.url })
  await waitFor('READY', () => memmon?.stdout === 'READY\n')
  return memmon
}

test('an included file that changes, comes or becomes wrong is noticed at the next tick', async () => {
  write('conf.d/a.conf', '[program:a]\nmemory_limit = 1MB\n')
  const running = await start('[memmon]\ninclude = conf.d/*.conf\n')
  await running.waitForLog('[program:a] memory_limit=1MB: restarts')
  write('conf.d/a.conf', '[program:a]\nmemory_limit = 20MB\n')
  await running.tickUntil('the change', () => running.logHolds('[program:a] memory_limit=20MB: restarts'))
  write('conf.d/b.conf', '[program:b]\nmemory_limit = 300MB\n')
  await running.tickUntil('a new file', () => running.logHolds('[program:b] memory_limit=300MB: restarts'))
  write('conf.d/b.conf', '[program:b]\nmemory_limit = x\n')
  await running.tickUntil('a wrong one', () =>
    running.logHolds(/b\.conf, line 2: memory_limit = x: .*The current settings stay in force/),
  )
  write('conf.d/b.conf', '[program:b]\nmemory_limit = 4000MB\n')
  await running.tickUntil('a mended one', () => running.logHolds('[program:b] memory_limit=4000MB: restarts'))
  rmSync(join(folder, 'conf.d', 'b.conf'))
  await running.tickUntil('one that has gone', () => /4000MB: restarts[\s\S]*reloaded/.test(running.stderr))
})

test('shares that come to nothing are refused at a reload, and the old limits stay', async () => {
  const running = await start('[any]\nmemory_limit = 1TB\n')
  await running.waitForLog('[any] memory_limit=1TB: restarts')
  write('memmon.conf', '[any]\nmemory_limit = 0.0000000000001%\n')
  await running.tickUntil('the refusal', () =>
    running.logHolds(
      /line 2: \[any\] memory_limit=.*comes to 0 bytes here.*The current settings stay in force/,
    ),
  )
  expect(running.stderr).not.toContain('reloaded')
})

test('an own_limit below what memmon uses is refused at a reload', async () => {
  const running = await start('[any]\nmemory_limit = 1TB\n')
  write('memmon.conf', '[memmon]\nown_limit = 1MB\n[any]\nmemory_limit = 1TB\n')
  await running.tickUntil('the refusal', () =>
    running.logHolds(
      /line 2: --own-limit 1MB: memmon itself already uses .*The current settings stay in force/,
    ),
  )
  expect(running.child.exitCode).toBeNull()
})

test('a sampler in memmon.conf counts from the start, and another one is said to need a restart', async () => {
  const running = await start('[memmon]\nsampler = ps\n[any]\nmemory_limit = 1TB\n')
  await running.waitForLog(/watches supervisord at .*, by pidusage and ps-list$/m)
  write('memmon.conf', '[memmon]\nsampler = proc\n[any]\nmemory_limit = 20TB\n')
  await running.tickUntil('the reload', () =>
    running.logHolds('WARN sampler has changed; it takes effect when memmon is restarted'),
  )
})

test('what is doubtful is warned about at a reload, what is wrong is refused', async () => {
  const running = await start('[any]\nmemory_limit = 1TB\n')
  write('memmon.conf', '[any]\nmemory_limit = 200\n')
  await running.tickUntil('the warning', () =>
    running.logHolds(/WARN .*line 2: \[any\] memory_limit=200 means 200 bytes: did you mean 200MB\?$/m),
  )
  expect(running.stderr).toContain('reloaded')
  write('memmon.conf', '[any]\nmemory_limit = 1TB\npre_restart_command = "/opt/x\n')
  await running.tickUntil('the refusal', () =>
    running.logHolds(/ERRO .*line 3: .* never closed\. The current settings stay in force$/m),
  )
})

test('chmod 600, as memmon says, is enough: it changes nothing but the mode', async () => {
  const running = await start('[any]\nmemory_limit = 1TB\n')
  write('memmon.conf', '[memmon]\nwebhook = https://127.0.0.1:1/x\n[any]\nmemory_limit = 2TB\n')
  chmodSync(join(folder, 'memmon.conf'), 0o644)
  await running.tickUntil('the refusal', () => running.logHolds(/webhook is a secret.* chmod 600 \S+\. The/))
  chmodSync(join(folder, 'memmon.conf'), 0o600)
  await running.tickUntil('the new limit', () => running.logHolds('[any] memory_limit=2TB: restarts'))
})

test('a file with a password that is mended later is enough, too', async () => {
  const running = await start('[any]\nmemory_limit = 1TB\n')
  const mail = 'email = a@b.c\nsmtp = smtp://u@127.0.0.1:1\nsmtp_password_file = password\n'
  write('memmon.conf', `[memmon]\n${mail}[any]\nmemory_limit = 2TB\n`)
  await running.tickUntil('the refusal', () => running.logHolds('password: no such file. The current'))
  write('password', 'x')
  await running.tickUntil('the new limit', () => running.logHolds('[any] memory_limit=2TB: restarts'))
})

test('what cannot be read at the moment is not invalid, and is taken when it can be', async () => {
  const running = await start('[memmon]\ninclude = conf.d/*.conf\n[program:a]\nmemory_limit = 1TB\n')
  const limit = (descriptors: number) =>
    void execFileSync('prlimit', ['--pid', String(running.child.pid), `--nofile=${descriptors}:`])
  await running.tick(2)
  limit(3)
  write('conf.d/a.conf', '[any]\nmemory_limit = 2TB\n')
  await running.tickUntil('the lack', () =>
    running.logHolds(
      /ERRO .*EMFILE.*\. The current settings stay in force; memmon tries again at each tick$/m,
    ),
  )
  limit(1024)
  await running.tickUntil('the new limit', () => running.logHolds('[any] memory_limit=2TB: restarts'))
  expect(running.stderr.match(/The current settings stay in force/g)).toHaveLength(1)
})
