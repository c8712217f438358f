// A listener that supervisord no longer sends events, or never sends a tick, as the real one treats it.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { Installed } from '../helpers/installed.ts'
import { Memmon, tickText } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

// Each waits for more than a minute.
test.concurrent('a deaf listener is noticed and starts afresh', async () => {
  const deaf = await Supervisord.start({ programs: holder('small', 5), memmon: '-a 1GB --verbose' })
  try {
    await deaf.waitForLog('The check took') // a first tick has told it how often they come
    const before = await deaf.process('memmon:memmon')
    await promisify(execFile)('sh', ['-c', `echo stray > /proc/${before.pid}/fd/1`])
    await deaf.waitForLog('it no longer sends memmon events. memmon ends', { withinMs: 240_000 })
    const after = await waitFor('memmon to be back', async () => {
      const info = await deaf.process('memmon:memmon')
      return info.state === 20 && info.pid !== before.pid && info
    })
    expect(after.pid).not.toBe(before.pid)
  } finally {
    await deaf.stop()
  }
})

test.concurrent('its only tick came while it was being loaded: the silence after it is noticed all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-deaf-'))
  const server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock'), programs: [] })
  const memmon = new Memmon(['-a', '1GB'], { SUPERVISOR_SERVER_URL: server.url })
  memmon.write(tickText())
  try {
    expect([await memmon.ended, memmon.stderr]).toEqual([
      1,
      expect.stringContaining('it no longer sends memmon events. memmon ends'),
    ])
  } finally {
    memmon.child.kill('SIGKILL')
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

test.concurrent('no tick from the start, and npm has taken memmon away meanwhile: said all the same', async () => {
  const installed = new Installed()
  const server = await ScriptedSupervisord.start({ programs: [] })
  const memmon = new Memmon(['-a', '1GB'], { SUPERVISOR_SERVER_URL: server.url }, installed.command)
  try {
    await memmon.waitForLog('Checks read the sizes')
    for (const file of readdirSync(join(installed.folder, 'dist'))) installed.takeAway(join('dist', file))
    await memmon.waitForLog(
      /WARN No tick has come in 1m \d+s, so nothing is checked: events= of memmon's section/,
    )
    expect(memmon.child.exitCode).toBeNull()
  } finally {
    memmon.child.kill('SIGKILL')
    await server.close()
    installed.remove()
  }
})

test.concurrent('no tick from the start, and a server that wants a password: said with what helps', async () => {
  const server = await ScriptedSupervisord.start({ programs: [] })
  server.misbehave('*', { kind: 'status', status: 401 }, 1000)
  const memmon = new Memmon(['-a', '1GB'], { SUPERVISOR_SERVER_URL: server.url })
  try {
    await memmon.waitForLog(/ERRO No tick has come in 1m \d+s.*HTTP 401\): set SUPERVISOR_USERNAME and /)
  } finally {
    memmon.child.kill('SIGKILL')
    await server.close()
  }
})

/**
 * Each is a memmon that never gets a tick, and what it says of that. The fourth stands for TICK_3600, which memmon cannot
 * tell from it: supervisord sends that one at each full hour, which may be in the middle of this test.
 */
const WITHOUT_TICKS: readonly [string, string, RegExp][] = [
  ['program', '', /WARN No tick has come in .*looks like a \[program:memmon\]/],
  ['eventlistener', 'priority=5\nevents=SUPERVISOR_STATE_CHANGE_STOPPING', /INFO Waiting for the first tick/],
  ['eventlistener', 'events=PROCESS_STATE', /WARN No tick has come in .*other events have come/],
  ['eventlistener', 'events=SUPERVISOR_STATE_CHANGE_STOPPING', /INFO Waiting for the first tick/],
  ['eventlistener', 'events=TICK_5', /ERRO No tick has come in .*wrote "Loading profile" to memmon's stdout/],
]

test.concurrent('a memmon that gets no tick from the start says so, and why', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-deaf-'))
  const log = (at: number) => join(folder, `${at}.log`)
  const textOf = (at: number) => (existsSync(log(at)) ? readFileSync(log(at), 'utf8') : '')
  const wrapper = join(folder, 'wrapper')
  const run = `"${process.execPath}" "${MEMMON}" -a 1GB --state-dir ${folder}`
  writeFileSync(wrapper, `#!/bin/sh\necho Loading profile\nexec ${run}/3\n`, { mode: 0o755 })
  const sections = WITHOUT_TICKS.map(
    ([kind, events], at) => `[${kind}:memmon${at}]
command=${events === 'events=TICK_5' ? wrapper : `${run}/${at}`}
stderr_logfile=${log(at)}
${events}
`,
  )
  const supervisord = await Supervisord.start({ programs: sections.join('') })
  try {
    await waitFor('each to say it', () => WITHOUT_TICKS.every(([, , line], at) => line.test(textOf(at))))
    for (const at of WITHOUT_TICKS.keys()) {
      expect(textOf(at).match(/.*(No tick has come|Waiting for the first).*/g)).toHaveLength(1)
    }
  } finally {
    await supervisord.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
