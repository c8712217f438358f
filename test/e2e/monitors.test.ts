// Monitors of the operator's own under a real supervisord: one restarts by CPU time and alerts by name, another loops
// for ever; both may print what they like, and end with memmon.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOf } from '../../src/supervisor/identity.ts'
import { isAlive } from '../helpers/alive.ts'
import { waitForChecks } from '../helpers/checks.ts'
import { PYTHON } from '../helpers/python.ts'
import { MEMMON, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

/** Spins for three seconds, once; from its second run on it sleeps. */
const SPINS = `[program:spins]
command=${PYTHON} -c "import os, time; p = '%(here)s/spun'; n = 0 if os.path.exists(p) else 3; open(p, 'w').close(); [None for _ in iter(lambda: time.process_time() < n, False)]; time.sleep(3600)"
[program:calm]
command=${PYTHON} -c "import time; time.sleep(3600)"
`

const NOTES_PID = `import { writeFileSync } from 'node:fs'
writeFileSync(import.meta.filename + '.pid', String(process.pid))
console.log('RESULT 2\\nOKREADY\\n')
`
const CPU = `${NOTES_PID}
export const name = 'cpu', needs = ['cpu_time', 'threads'], evaluate = samples => samples.flatMap(({ process, name, cpuSeconds, threads }) => [
  ...(cpuSeconds > 2 ? [{ process, action: 'restart', reason: \`it has used \${cpuSeconds.toFixed(0)} s of CPU time\` }] : []),
  ...(name === 'calm' ? [{ process, action: 'alert', reason: \`it sleeps with \${threads} thread\` }] : []),
])`
const LOOPS = `${NOTES_PID}; export const name = 'loops', evaluate = () => { for (;;) {} }`

let folder: string
let supervisord: Supervisord

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const conf = (...monitors: string[]) =>
  write(
    'memmon.conf',
    `[memmon]\nmonitor_timeout = 4s\nemail = bob@example.com\n${monitors.length > 0 ? `monitor = ${monitors.join(', ')}\n` : ''}[any]\nmemory_limit = 1GB\n`,
  )
const pidOf = (module: string): number => {
  const path = join(folder, `${module}.pid`)
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
}

/** Whether what now runs by this pid has ended: other tests start thousands of threads, which take pids that are free. */
const endOf = (pid: number): (() => boolean) => {
  const run = runOf(pid)
  return () => !isAlive(pid) || runOf(pid) !== run
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-monitors-'))
  write('cpu.mjs', CPU)
  write('loops.mjs', LOOPS)
  conf('./cpu.mjs', './loops.mjs')
  supervisord = await Supervisord.start({
    programs: SPINS,
    memmon: `--config ${folder}/memmon.conf --mail-interval 0 -s @sendmail`,
  })
})
afterAll(async () => {
  await supervisord?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('what a monitor asks for is restarted, and the mail holds its reason', async () => {
  await supervisord.waitForLog('Restarted spins:spins: pid')
  const mails = await supervisord.waitForMails(2)
  // Long lines of a mail are cut by quoted-printable.
  const about = (name: string) =>
    mails.find(mail => mail.includes(`process ${name}`))?.replace(/=\r?\n/g, '') ?? ''
  expect(about('spins:spins')).toMatch(/^Subject: memmon: process spins:spins restarted$/m)
  expect(about('spins:spins')).toMatch(/^Restarted spins:spins on .*: monitor cpu asked for it\./m)
  expect(about('spins:spins')).toMatch(/^Rule: {4}monitor cpu: it has used [23] s of CPU time$/m)
  expect(about('calm:calm')).toMatch(/^Subject: memmon: monitor cpu reports process calm:calm$/m)
  expect(about('calm:calm')).toMatch(/^Rule: {4}monitor cpu: it sleeps with 1 thread$/m)
})

test('one that loops for ever is ended and told, and the checks go on', async () => {
  await supervisord.waitForLog('Monitor loops failed: it did not answer within 4s and was ended')
  await waitFor('its process to end', () => !isAlive(pidOf('loops.mjs')))
  await waitForChecks(supervisord, 3)
  expect(supervisord.memmonLog()).toContain('INFO Monitor cpu.mjs says: OKREADY')
  expect(supervisord.memmonLog()).not.toContain('Skipped')
  expect((await supervisord.process('memmon:memmon')).state).toBe(20)
  expect(supervisord.memmonLog().split('calm:calm (pid').length - 1).toBe(1)
})

test('check and explain name the monitor, and do not run it', () => {
  const own = pidOf('cpu.mjs')
  for (const words of [['check'], ['explain', 'calm']]) {
    const args = [...words, '--config', join(folder, 'memmon.conf'), '--server-url', supervisord.serverUrl]
    const { stdout } = spawnSync(process.execPath, [MEMMON, ...args], { encoding: 'utf8' })
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `The monitor ${folder}/cpu.mjs judges processes, too; the listener alone asks it`,
    )
  }
  expect(pidOf('cpu.mjs')).toBe(own)
})

test('a module that changes is loaded again; one that the settings no longer name is ended', async () => {
  const before = pidOf('cpu.mjs')
  write('cpu.mjs', CPU.replace("name = 'cpu'", "name = 'cpu-2'").replace("'alert'", "'none'"))
  await supervisord.waitForLog('Monitor cpu-2 is loaded')
  await supervisord.waitForLog(
    'Monitor cpu-2: rejected a verdict: the verdict about "calm:calm": its action is "none"',
  )
  expect(isAlive(before)).toBe(false)
  const now = pidOf('cpu.mjs')
  expect(isAlive(now)).toBe(true)
  const hasEnded = endOf(now)
  conf()
  await waitFor('its process to end', hasEnded)
  await waitForChecks(supervisord, 1)
})

test('its monitors end with memmon, also if that is killed; no rule is needed beside them', async () => {
  // Read before memmon is killed: the next one may have its monitor at once.
  let old = pidOf('cpu.mjs')
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    write('memmon.conf', '[memmon]\nmonitor = ./cpu.mjs\n')
    const own = await waitFor('its monitor', () => pidOf('cpu.mjs') !== old && pidOf('cpu.mjs'))
    old = own
    const hasEnded = endOf(own)
    const memmon = await supervisord.process('memmon:memmon')
    process.kill(memmon.pid, signal)
    const seen = () =>
      `its monitor ${own} to end after ${signal} to ${memmon.pid}\n${supervisord.memmonLog()}`
    await waitFor(seen, hasEnded)
    if (signal === 'SIGKILL') await supervisord.waitForRestart(memmon)
  }
})
