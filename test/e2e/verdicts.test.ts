// Patience, hard limits, budgets, a changed memmon.conf and --dry-run under a real supervisord.
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, holdsThen, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let supervisord: Supervisord
const config = () => join(folder, 'memmon.conf')
const conf = () =>
  `[memmon]
email = bob@example.com
[program:spike]
memory_limit = 40MB
for = 6
[program:hard]
memory_limit = 40MB
for = 100
hard_limit = 70MB
[group:team]
total_limit = 110MB
min_uptime = 1s
[program:later]
memory_limit = 1GB
[program:threads]
threads_limit = 200
action = alert
[program:signalled]
memory_limit = 30MB
action = signal:USR1
[program:ran]
memory_limit = 30MB
action = exec
exec_command = sh -c 'cat > "$0.json"; echo "$MEMMON_EVENT $MEMMON_PROCESS $MEMMON_PID $MEMMON_METRIC" >> "$0"' @folder/ran
`.replace('@folder', folder)

const read = (name: string): string =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : ''

/** In one step: memmon may read it at any time. */
function writeConf(text: string): void {
  writeFileSync(`${config()}.new`, text)
  renameSync(`${config()}.new`, config())
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-verdicts-'))
  writeConf(conf())
  supervisord = await Supervisord.start({
    programs: [
      // Freed long before a sixth check can see it.
      `[program:spike]\ncommand=${PYTHON} -c "import time; b = bytearray(60 << 20); b[::4096] = b'x' * len(b[::4096]); time.sleep(8); del b; time.sleep(3600)"\n`,
      holdsThen('hard', 80, 5),
      holdsThen('a', 20, 20),
      holdsThen('b', 60, 5),
      holdsThen('c', 30, 30),
      '[group:team]\nprograms=a,b,c\n',
      holder('later', 50),
      `[program:threads]\ncommand=${PYTHON} -c "import threading, time; [threading.Thread(target=time.sleep, args=(3600,), daemon=True).start() for _ in range(200)]; time.sleep(3600)"\n`,
      `[program:signalled]\ncommand=${PYTHON} -c "import signal, time; signal.signal(10, lambda *a: open('${join(folder, 'signals')}', 'a').write('x')); b = b'x' * (50 << 20); [time.sleep(1) for _ in range(3600)]"\n`,
      holder('ran', 50),
    ].join('\n'),
    memmon: `--config ${config()} -s @sendmail`,
  })
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a hard limit does not wait, and a group budget takes the largest and stops when it fits', async () => {
  await supervisord.waitForLog('Restarted hard:hard: pid')
  expect(supervisord.memmonLog()).toMatch(/Restarting hard:hard .* over hard_limit, which does not wait/)
  await supervisord.waitForLog('Restarted team:b: pid')
  await waitForChecks(supervisord, 3)
  const restarted = [...supervisord.memmonLog().matchAll(/Restarting (team:\S+) /g)].map(([, name]) => name)
  expect(restarted).toEqual(['team:b'])
  expect(supervisord.memmonLog()).toMatch(
    /Restarting team:b .*: the group team use [\d.]+MB PSS .* over \[group:team\] total_limit=110MB .*it has the most of 3/,
  )
})

test('200 threads are told once, and nothing is done about them', async () => {
  await supervisord.waitForLog('threads:threads (pid')
  await waitForChecks(supervisord, 2)
  const lines = supervisord.memmonLog().match(/threads:threads \(pid \d+\) exceeds its limit.*/g) ?? []
  expect(lines).toEqual([
    expect.stringContaining('201 threads, over [program:threads] threads_limit=200 by 1'),
  ])
})

test('a signal and a command, once each, and what the command is told', async () => {
  await supervisord.waitForLog('Sent SIGUSR1 to signalled:signalled (pid')
  await supervisord.waitForLog('Ran exec_command for ran:ran (pid')
  await waitForChecks(supervisord, 2)
  const { pid } = await supervisord.process('ran:ran')
  await waitFor('the signal', () => read('signals') !== '')
  expect(read('signals')).toBe('x')
  expect(readFileSync(join(folder, 'ran'), 'utf8')).toBe(`over_limit ran:ran ${pid} rss\n`)
  expect(JSON.parse(readFileSync(join(folder, 'ran.json'), 'utf8'))).toMatchObject({
    memmon: 1,
    process: { namespec: 'ran:ran', pid },
    rule: '[program:ran] memory_limit=30MB',
  })
})

test('a spike of two checks survives for = 6', async () => {
  expect(supervisord.memmonLog()).not.toContain('Restarting spike:spike')
  expect(await supervisord.process('spike:spike')).toMatchObject({ state: 20 })
})

test('memmon check sees what the listener sees, and changes nothing', async () => {
  const before = await supervisord.client.getAllProcessInfo()
  const url = ['--server-url', supervisord.serverUrl]
  const table = await runMemmon(['check', ...url, '--config', config(), '-s', 'true'])
  expect(table).toMatchObject({ code: 1, stderr: '' })
  expect(table.stdout).toMatch(/^PROCESS +STATE +PID +UPTIME +SIZE +METRIC +LIMIT +USED +NOW +RULE\n/)
  expect(table.stdout).toMatch(
    /^later +RUNNING +\d+ +\w+ +[\d.]+MB +RSS +1GB +\d+% +ok +\[program:later\] memory_limit=1GB$/m,
  )
  expect(table.stdout).toMatch(/^threads +RUNNING .* 201 +threads +200 +101% +alert +\[program:threads\]/m)
  expect(table.stdout).toMatch(
    /^\[group:team\] .*MB +sum +110MB +\d+% +ok +\[group:team\] total_limit=110MB$/m,
  )
  expect(table.stdout).toMatch(/\n\n\d of \d+ over, .* of .* in use.*\n/)
  expect(table.stdout).not.toContain('\u001b')
  const found = await runMemmon(['check', '-C', supervisord.conf, '-a', '9GB'])
  expect(found).toMatchObject({ code: 0, stderr: '' })
  // Without rules: those of the section that runs this very memmon.
  const own = await runMemmon(['check', '-C', supervisord.conf])
  expect(own.stdout).toMatch(/^later +RUNNING .* ok +\[program:later\] memory_limit=1GB$/m)
  expect(own.stdout).toContain(`\nRules of [eventlistener:memmon] in ${supervisord.conf}\n`)
  const json = await runMemmon(['check', ...url, '--json', '-p', 'later=30MB'])
  expect(json.code).toBe(1)
  const { processes } = JSON.parse(json.stdout)
  expect(processes.find((one: { namespec: string }) => one.namespec === 'later:later')).toMatchObject({
    state: 'RUNNING',
    limit_bytes: 30 * 1024 * 1024,
    rule: '-p later=30MB',
    verdict: 'restart',
  })
  expect((await runMemmon(['check', ...url, '-a', '9GB'])).code).toBe(0)
  expect((await runMemmon(['check', '--server-url', 'unix:///nonexistent.sock', '-a', '1GB'])).code).toBe(2)
  const explained = await runMemmon([
    'explain',
    'later',
    ...url,
    '-p',
    'later=30MB',
    '-g',
    'team=1MB',
    '--for',
    '3',
  ])
  expect(explained.code).toBe(1)
  expect(explained.stdout).toMatch(/^later:later: RUNNING, pid \d+, up .*, [\d.]+MB RSS\n/)
  expect(explained.stdout).toContain('over the limit, and it waits (1 of the 3 checks')
  expect(explained.stdout).toContain('does not match.')
  expect((await runMemmon(['explain', 'latter', ...url, '-a', '1GB'])).stderr).toContain(
    'did you mean later?',
  )
  const pids = (list: readonly { namespec: string; pid: number }[]) =>
    list.map(({ namespec, pid }) => [namespec, pid])
  expect(pids(await supervisord.client.getAllProcessInfo())).toEqual(pids(before))
})

test('memmon.conf that becomes wrong is told and mailed, once, and the old one stays', async () => {
  writeConf(conf().replace('memory_limit = 1GB', 'memory_limit = 30 megs'))
  await supervisord.waitForLog('"30 megs" is not a size')
  await waitForChecks(supervisord, 2)
  const lines = supervisord.memmonLog().match(/ERRO .*30 megs.*/g) ?? []
  expect(lines).toEqual([
    expect.stringMatching(
      /memmon.conf, line 14: memory_limit = 30 megs: .* The current settings stay in force/,
    ),
  ])
  await supervisord.waitForLog('Sent mail "memmon: ')
  expect(supervisord.memmonLog()).not.toContain('Restarting later:later')
})

test('SIGHUP takes a changed limit, without a restart of memmon', async () => {
  const { pid } = await supervisord.process('memmon:memmon')
  writeConf(conf().replace('memory_limit = 1GB', 'memory_limit = 30MB'))
  process.kill(pid, 'SIGHUP')
  await supervisord.waitForLog('Restarting later:later')
  expect(supervisord.memmonLog()).toContain('memmon.conf reloaded')
  expect((await supervisord.process('memmon:memmon')).pid).toBe(pid)
})

test('--dry-run tells once what it would do, and touches nothing', async () => {
  const dry = await Supervisord.start({
    programs: [holder('big', 50), holder('small', 12)].join('\n'),
    memmon: '-a 40MB --total 60MB --dry-run -m bob@example.com --mail-interval 0 -s @sendmail',
  })
  try {
    await dry.waitForLog('Would restart big:big')
    const before = await dry.process('big:big')
    await waitForChecks(dry, 3)
    expect(await dry.process('big:big')).toMatchObject({ pid: before.pid, startSeconds: before.startSeconds })
    const would = dry.memmonLog().match(/Would restart .*/g) ?? []
    expect(would).toEqual([
      expect.stringMatching(/^Would restart big:big \(pid \d+\): .* over -a 40MB by /),
      expect.stringMatching(
        /^Would restart big:big \(pid \d+\): all processes together use .* over --total 60MB/,
      ),
    ])
    await dry.waitForLog('Sent mail "memmon: would restart process big:big"')
    expect(dry.memmonLog()).not.toContain('Restarting')
  } finally {
    await dry.stop()
  }
})
