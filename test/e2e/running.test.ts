// memmon check and explain beside a memmon that runs, under a real supervisord: what it has counted, begun and holds back.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runByHand } from '../helpers/by-hand.ts'
import { waitForChecks } from '../helpers/checks.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let supervisord: Supervisord
const names = ['capped', 'drained', 'patient', 'slow', 'told', 'postponed']

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-running-'))
  writeFileSync(join(folder, 'pre'), '#!/bin/sh\nexit 75\n', { mode: 0o755 })
  writeFileSync(
    join(folder, 'memmon.conf'),
    `[memmon]
max_restarts = 1/1h
stagger = 0
[program:capped]
memory_limit = 30MB
[program:drained]
soft_limit = 30MB
drain_signal = CONT
grace = 50m
[program:patient]
memory_limit = 30MB
for = 90/100
[program:slow]
memory_limit = 30MB
for = 90m
[program:told]
memory_limit = 30MB
action = alert
[program:postponed]
memory_limit = 30MB
pre_restart_command = ${folder}/pre
[group:some]
memory_limit = 1GB
total_limit = 1GB
`,
    { mode: 0o600 },
  )
  supervisord = await Supervisord.start({
    programs: `${names.map(name => holder(name, 50)).join('\n')}
[program:some]
command=sleep 3600
process_name=%(program_name)s_%(process_num)02d
numprocs=3
`,
    memmon: `--config ${folder}/memmon.conf`,
  })
})
afterAll(async () => {
  await supervisord.stop()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...args: string[]) => runByHand(supervisord, ...args)
const document = (...args: string[]) => JSON.parse(run(...args, '--json').stdout)
/** By name what NOW says. */
function nows(): Record<string, string> {
  const { processes } = document('check')
  return Object.fromEntries(processes.map(({ name, now }: { name: string; now: string }) => [name, now]))
}
const stateFolder = () => {
  const state = join(supervisord.folder, 'state')
  return join(state, readdirSync(state)[0] ?? '')
}

test('NOW is what memmon does and will do; reading that changes nothing', async () => {
  await supervisord.waitForLog('Restarted capped:capped: pid')
  await supervisord.waitForLog(/postponed it to a later check \(exit code 75\), 2 times in a row/)
  const seen = await waitFor(
    () => `all that is known to be shown: ${JSON.stringify(nows())}`,
    () => {
      const now = nows()
      return (
        now.capped?.startsWith('capped') && now.postponed === 'postponed' && now.told === 'alerted' && now
      )
    },
  )
  expect(seen).toMatchObject({
    capped: expect.stringMatching(/^capped until \d\d:\d\d$/),
    drained: expect.stringMatching(/^draining \d+[sm] of 50m$/),
    patient: expect.stringMatching(/^waits \d+ of 90$/),
    slow: expect.stringMatching(/^waits \d+[sm] of 1h30m$/),
    memmon: 'listener',
    some_00: 'ok',
  })
  const before = files()
  const { pid } = await supervisord.process('memmon:memmon')
  const screen = run('check')
  expect(screen).toMatchObject({ status: 1, stderr: '' })
  expect(screen.stdout).toMatch(
    new RegExp(
      `\\nWhat the memmon with pid ${pid} remembers, as of \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\n`,
    ),
  )
  expect(files().map(({ name }) => name)).toEqual(before.map(({ name }) => name))
  expect(files().every(({ mode }) => (mode & 0o077) === 0)).toBe(true)
  expect(readFileSync(join(stateFolder(), 'lock'), 'latin1')).toMatch(new RegExp(`^${pid} `))
})

const files = () =>
  readdirSync(stateFolder())
    .filter(name => !name.endsWith('.new'))
    .map(name => ({ name, mode: statSync(join(stateFolder(), name)).mode }))

test('each check that memmon makes is one more', async () => {
  const counted = () => Number(/^waits (\d+) of 90$/.exec(nows().patient ?? '')?.[1])
  const before = counted()
  await waitForChecks(supervisord, 2)
  await waitFor('two checks more', () => counted() >= before + 2)
})

test('the rules that are tried by hand have no past', async () => {
  const { processes, rules_from } = document('check', '-p', 'slow=30MB', '--for', '3')
  expect(processes.find(({ name }: { name: string }) => name === 'slow')).toMatchObject({
    now: 'over, waits 3/3',
    pending: null,
    rules: [{ progress: null }],
  })
  expect(rules_from).toEqual([{ section: null, path: null, memmon: null }])
})

test('explain says it in sentences, and as a document', () => {
  const explained = run('explain', 'capped')
  expect(explained.stdout).toMatch(
    /^Rules of .*\nWhat the memmon with pid \d+ remembers, as of .*\n\ncapped:capped: RUNNING, /,
  )
  expect(explained.stdout).toMatch(
    /\n\nmemmon would restart it, but --max-restarts 1\/1h allows no restart before .*\.\n$/,
  )
  expect(run('explain', 'drained').stdout).toMatch(
    /memmon drains it: it was asked to finish .* ago, and is restarted when it has finished, at the latest in \d+m/,
  )
  expect(run('explain', 'postponed').stdout).toMatch(/has postponed that \d+ times in a row/)
  const { by, problems } = document('explain', 'slow')
  expect(problems).toEqual([])
  expect(by).toMatchObject([
    {
      rules_from: {
        section: 'eventlistener:memmon',
        memmon: { as_of: expect.stringMatching(/Z$/), problems: [] },
      },
      processes: [
        { name: 'slow', verdict: 'waiting', conclusion: expect.stringMatching(/^memmon does nothing yet/) },
      ],
      budgets: [],
    },
  ])
  const own = by[0].processes[0].rules.find(({ matches }: { matches: boolean }) => matches)
  expect(own).toMatchObject({ is_over: true, progress: { needed_seconds: 5_400 } })
  expect(by[0].processes[0].rules).toHaveLength(7)
})

test.each([
  ['some', 3],
  ['some:*', 3],
  ['some_0*', 3],
  ['some:some_01', 1],
])('explain %s is about %s processes, and the budget in which they count', (name, count) => {
  const { status, stdout } = run('explain', name)
  expect(status).toBe(0)
  expect(stdout.match(/^some:some_0\d: RUNNING/gm)).toHaveLength(count)
  expect(stdout).toMatch(/\[group:some\] total_limit=1GB: .*\n {2}.* together, .* under the limit\.\n/)
  expect(stdout.match(/memmon does nothing: it is under its limits\.$/gm)).toHaveLength(count)
})

test('explain memmon: no rule applies to it', () => {
  const { status, stdout } = run('explain', 'memmon')
  expect(status).toBe(0)
  expect(stdout).toMatch(/\nmemmon leaves it alone: this is memmon itself\.\n$/)
  expect(document('explain', 'memmon').by[0].processes).toMatchObject([
    { is_memmon: true, is_listener: true },
  ])
})

test('what is not readable is said, and the rest is shown', async () => {
  const path = join(stateFolder(), 'restarts.jsonl')
  const whole = readFileSync(path)
  writeFileSync(path, 'garbage\n')
  const { stdout, stderr } = run('check')
  expect(stderr).toMatch(/^Of the memmon with pid \d+ not all is known: .*restarts.jsonl is unreadable\n$/)
  expect(stdout).toMatch(/^slow .* waits /m)
  writeFileSync(path, whole)
})

test('a memmon that is stopped remembers nothing that counts, nor does the next one before it has looked', async () => {
  await supervisord.ctl('stop', 'memmon')
  expect(nows()).toMatchObject({ slow: 'over, waits 1h30m', told: 'alert', capped: 'restart' })
  expect(run('check').stdout).not.toContain('remembers')
  await supervisord.ctl('start', 'memmon')
  const started = Date.now()
  const { pid } = await supervisord.process('memmon:memmon')
  await waitFor('the new one', () =>
    run('check').stdout.includes(`What the memmon with pid ${pid} remembers, as of`),
  )
  const { progress } = document('explain', 'slow').by[0].processes[0].rules.find(
    ({ matches }: { matches: boolean }) => matches,
  )
  expect(progress.over_seconds).toBeLessThanOrEqual((Date.now() - started) / 1000 + 10)
})
