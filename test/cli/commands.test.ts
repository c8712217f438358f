// Many alerts at once: their commands take turns, and none is forgotten. The built binary.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Memmon, tickText } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const PROGRAMS = 40

let folder = ''
let server: ScriptedSupervisord
let sleeps: ChildProcess[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-commands-'))
  writeFileSync(join(folder, 'log'), '')
  sleeps = Array.from({ length: PROGRAMS }, () => spawn('sleep', ['600']))
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: sleeps.map(({ pid = 0 }, at) => ({ namespec: `p:p${at}`, pid })),
  })
})
afterEach(async () => {
  await server.close()
  for (const sleep of sleeps) sleep.kill()
  rmSync(folder, { recursive: true, force: true })
})

test.each([
  'on-alert',
  'exec',
])('40 processes over their limit at once, --%s-command: 4 run at a time, all run', async kind => {
  const command = join(folder, 'command')
  writeFileSync(
    command,
    `#!/bin/sh\ncd ${folder}\necho "+ $MEMMON_PROCESS" >> log\nsleep 0.1\necho "- $MEMMON_PROCESS" >> log\n`,
    { mode: 0o755 },
  )
  const action = kind === 'exec' ? 'exec' : 'alert'
  const memmon = new Memmon(['-a', '1KB', '--action', action, `--${kind}-command`, command], {
    SUPERVISOR_SERVER_URL: server.url,
  })
  memmon.write(tickText())
  const lines = () => readFileSync(join(folder, 'log'), 'latin1').split('\n').filter(Boolean)
  await waitFor(
    () => `all commands\n${memmon.stderr}`,
    () => lines().length === 2 * PROGRAMS,
  )
  await memmon.end()
  let running = 0
  const counts = lines().map(line => (running += line.startsWith('+') ? 1 : -1))
  expect(Math.max(...counts)).toBeLessThanOrEqual(4)
  expect(new Set(lines()).size).toBe(2 * PROGRAMS)
})
