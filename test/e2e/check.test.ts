// memmon check without rules, under a real supervisord: those of the listeners that run there, as they run.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holder, MEMMON, Supervisord } from '../helpers/supervisord.ts'

let folder = ''
let supervisord: Supervisord
const conf = () => supervisord.conf

/** By its own means: in the folder of supervisord.conf, as supervisorctl would find it. */
const check = (...args: string[]) =>
  spawnSync(process.execPath, [MEMMON, ...args], {
    cwd: supervisord.folder,
    env: { PATH: process.env.PATH, HOME: '/' },
    encoding: 'utf8',
  })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-check-'))
  writeFileSync(
    join(folder, 'broken.conf'),
    `[eventlistener:broken]
command=%(ENV_NODE)s ${MEMMON} --config %(here)s/memmon.rules
directory=/nonexistent
autorestart=false
startretries=0
events=TICK_60
[program:numbered]
command=sleep 3600
process_name=%(program_name)s_%(process_num)02d
numprocs=3
`,
  )
  writeFileSync(join(folder, 'memmon.rules'), '[group:numbered]\nmemory_limit = 1KB\naction = alert\n', {
    mode: 0o600,
  })
  supervisord = await Supervisord.start({
    programs: `${holder('big', 50)}${holder('small', 12)}[include]\nfiles = ${folder}/*.conf\n`,
    memmon: `-p "big=%%(ENV_BIG_LIMIT)s" -a 1GB -n "%%(program_name)s" -s true`.replaceAll('%%', '%'),
    listenerLines: 'environment=BIG_LIMIT="40MB",SUPERVISOR_USERNAME="u",SUPERVISOR_PASSWORD="hunter2"',
    inet: { username: 'u', password: 'hunter2' },
    // No tick at all: TICK_3600 comes at each full hour, and memmon would restart what is to be shown.
    events: 'SUPERVISOR_STATE_CHANGE_STOPPING',
    env: { NODE: process.execPath },
  })
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a variable that supervisord has and this shell has not: what can be judged is, the rest is said', () => {
  const over = check('check')
  expect(over).toMatchObject({ status: 1, stderr: '' })
  expect(over.stdout).toMatch(/^big .* restart +-p big=40MB$/m)
  expect(over.stdout).toMatch(
    /\nRules of \[eventlistener:broken\] in .*broken.conf cannot be read: line 2: %\(ENV_NODE\)s cannot be expanded: NODE is not set/,
  )
  expect(check('check', 'small').status).toBe(2)
  const json = check('check', 'small', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({
    rules_from: [{ section: 'eventlistener:memmon', path: conf() }],
    problems: [expect.stringContaining('[eventlistener:broken]')],
    processes: [{ namespec: 'small:small', verdict: 'ok' }],
  })
  const explained = check('explain', 'small')
  expect(explained.status).toBe(2)
  expect(explained.stdout).toMatch(
    /^Rules of \[eventlistener:memmon\] in .*supervisord.conf\nWhat the memmon with pid \d+ remembers, as of .*\n\nsmall:small: RUNNING, .*\n\n-p big=40MB: .*\n +does not match.\n\n-a 1GB: /,
  )
  expect(explained.stdout).toMatch(/\nRules of \[eventlistener:broken\] in .* cannot be read: .*\n$/)
})

test('diagnose: what a process is made of, by the rules of its listener, and what it could not read of those', () => {
  const big = check('diagnose', 'big')
  expect(big.status).toBe(1)
  expect(big.stdout).toMatch(/^big:big: RUNNING, pid \d+, up .*MB RSS\n.*\n\n1\. \d.*MB of .*MB is /)
  expect(big.stdout).toMatch(/\n\nMemory: .* RSS, .* PSS/)
  const small = check('diagnose', 'small')
  expect(small.status).toBe(2)
  expect(small.stderr).toMatch(/^Rules of \[eventlistener:broken\] in .* cannot be read: .*\n$/)
  const { facts, sentences } = JSON.parse(check('diagnose', 'memmon', '--json').stdout)
  expect(facts).toMatchObject({ version: 1, status: { state: expect.any(String) } })
  expect(facts.threads.count).toBeGreaterThan(1)
  expect(sentences).toEqual(expect.any(Array))
  expect(check('diagnose', 'numbered').stderr).toMatch(
    /^memmon: "numbered" names 3 processes; give one of them: /,
  )
})

test('the rules of all sections that run memmon, and whether anybody acts on them', async () => {
  const run = spawnSync(process.execPath, [MEMMON, 'check'], {
    cwd: supervisord.folder,
    env: { PATH: process.env.PATH, HOME: '/', NODE: process.execPath },
    encoding: 'utf8',
  })
  expect(run).toMatchObject({ status: 1, stderr: '' })
  expect(run.stdout).toMatch(/^big +RUNNING +\d+ +\w+ +[\d.]+MB +RSS +40MB +\d+% +restart +-p big=40MB$/m)
  expect(run.stdout).toMatch(/^numbered:numbered_02 .* alert +\[group:numbered\] memory_limit=1KB$/m)
  expect(run.stdout).toMatch(/^small .* ok +-a 1GB$/m)
  expect(run.stdout).toContain(`\nRules of [eventlistener:memmon] in ${conf()}\n`)
  expect(run.stdout).toMatch(
    /\nRules of \[eventlistener:broken\] in .*\/broken.conf\. Nobody acts on them: it is (FATAL|EXITED|BACKOFF)\n/,
  )
  expect(run.stdout + run.stderr).not.toContain('hunter2')
  // The running listener has read the same.
  await supervisord.waitForLog('-p big=40MB: restarts big in any group over 41943040 bytes')
})
