// Faults that only the kernel can bring about, under a real supervisord: a disk that is full, no descriptor left, and
// memmon as another user. Mounting a disk and changing the user take root, which these tests say if they do not have it.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { Installed } from '../helpers/installed.ts'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'

const NOBODY = 65_534
const LATER = 'autostart=false'

let folder = ''
let supervisord: Supervisord | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-faults-'))
})
afterEach(async () => {
  await supervisord?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function needsRoot(): void {
  if (process.geteuid?.() !== 0) throw new Error('this test needs root: run npm test as root, as CI does')
}

/** The section of a memmon that is run by this command line. */
const listener = (command: string, lines = ''): string => `
[eventlistener:memmon]
command=${command}
events=TICK_5
stderr_logfile=%(here)s/memmon.log
${lines}
`

test('a full disk: restarts go on, unprotected, and are protected again when there is room', async () => {
  needsRoot()
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const wrapper = join(folder, 'full')
  const full = `mount -t tmpfs -o size=64k,mode=0700 tmpfs ${disk} && { dd if=/dev/zero of=${disk}/fill bs=4k 2>/dev/null; exec "$@"; }`
  writeFileSync(wrapper, `#!/bin/sh\nexec unshare --mount sh -c '${full}' full "$@"\n`, { mode: 0o755 })
  const memmon = `${wrapper} ${process.execPath} ${MEMMON} -a 30MB --restart-backoff 0 --state-dir ${disk}/state`
  supervisord = await Supervisord.start({ programs: holder('big', 50) + listener(memmon) })
  await supervisord.waitForLog(/WARN The journal cannot be written \(.*ENOSPC.*\): restarts continue/)
  await supervisord.waitForLog('Restarted big:big: ')
  const { pid } = await supervisord.process('memmon:memmon')
  // It is mounted for memmon alone.
  rmSync(`/proc/${pid}/root${disk}/fill`)
  await supervisord.waitForLog('The journal can be written again: restarts are protected')
  const [name = ''] = readdirSync(`/proc/${pid}/root${disk}/state`)
  expect(readdirSync(`/proc/${pid}/root${disk}/state/${name}`)).toContain('restarts.jsonl')
  expect((await supervisord.process('memmon:memmon')).pid).toBe(pid)
})

/** Of the soft limit of open files; descriptors that are open stay so. */
const limitFiles = (pid: number, soft: number): void =>
  void execFileSync('prlimit', ['--pid', String(pid), `--nofile=${soft}:`])

const softLimit = (pid: number): number =>
  Number(/^Max open files +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1])

test('no descriptor left: memmon goes on, and checks and restarts as soon as there is one', async () => {
  const hook = join(folder, 'ran')
  supervisord = await Supervisord.start({
    programs: holder('big', 50, LATER),
    memmon: `-a 30MB --pre-restart-command 'touch ${hook}'`,
  })
  await supervisord.waitForLog('Checks read the sizes')
  await waitForChecks(supervisord, 2)
  const { pid } = await supervisord.process('memmon:memmon')
  const before = softLimit(pid)
  limitFiles(pid, 3)
  await supervisord.ctl('start', 'big')
  const big = await supervisord.process('big:big')
  await supervisord.waitForLog('EMFILE')
  await waitForChecks(supervisord, 2)
  expect([
    (await supervisord.process('memmon:memmon')).pid,
    (await supervisord.process('big:big')).pid,
  ]).toEqual([pid, big.pid])
  limitFiles(pid, before)
  await supervisord.waitForRestart(big)
  expect(readdirSync(folder)).toContain('ran')
  expect((await supervisord.process('memmon:memmon')).pid).toBe(pid)
})

test('memmon as nobody: it restarts by RSS, keeps its journal, and says what it may not read', async () => {
  needsRoot()
  const installed = new Installed()
  const state = join(folder, 'state')
  for (const path of [folder, installed.folder]) chmodSync(path, 0o755)
  mkdirSync(state, { mode: 0o700 })
  chownSync(state, NOBODY, NOBODY)
  try {
    const { status } = spawnSync(process.execPath, [installed.command, '--version'], {
      uid: NOBODY,
      gid: NOBODY,
    })
    expect(status, `nobody has to be able to run ${process.execPath}`).toBe(0)
    const memmon = `${process.execPath} ${installed.command} -a 30MB --fds-limit 1000 -p small=20MB --metric pss --state-dir ${state}/own`
    supervisord = await Supervisord.start({
      programs:
        holder('big', 50) +
        holder('small', 25) +
        listener(memmon, 'user=nobody\nenvironment=SUPERVISOR_USERNAME=u,SUPERVISOR_PASSWORD=p'),
      inet: { username: 'u', password: 'p' },
    })
    await supervisord.waitForLog('Restarted big:big: ')
    await supervisord.waitForLog(/(PSS|open files) of \S+ .*it is another user's process, run memmon as root/)
    const [name = ''] = readdirSync(join(state, 'own'))
    expect(readdirSync(join(state, 'own', name))).toContain('restarts.jsonl')
    expect(supervisord.memmonLog()).not.toMatch(/journal cannot|defect/)
  } finally {
    installed.remove()
  }
})
