// Evidence under a real supervisord: what the mail says of a process that was restarted, and the file with all of it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOCKED_THREADS } from '../helpers/locked-threads.ts'
import { stateFolderIn } from '../helpers/own-state.ts'
import { PYTHON } from '../helpers/python.ts'
import { holder, holdsThen, Supervisord } from '../helpers/supervisord.ts'

const MAILED = '--restart-backoff 0 --mail-interval 0 -m bob@example.com -s @sendmail'

const DIAGNOSED = `--diagnose-command "sh -c 'echo $MEMMON_PID; cat /proc/$MEMMON_PID/comm'"`

let folder = ''
let locked: Supervisord
let large: Supervisord
let without: Supervisord
let reloaded: Supervisord
let conf = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-evidence-'))
  const [worker, firstTime] = [join(folder, 'worker.py'), join(folder, 'ran')]
  // The next one has the threads that it should have.
  const leaks = LOCKED_THREADS.split('\n')
    .map(line => `    ${line}`)
    .join('\n')
  writeFileSync(
    worker,
    `import os, time\nif not os.path.exists('${firstTime}'):\n    open('${firstTime}', 'w').close()\n${leaks}\ntime.sleep(3600)\n`,
  )
  conf = join(folder, 'memmon.conf')
  writeFileSync(conf, '[any]\nmemory_limit = 1GB\n')
  ;[locked, large, without, reloaded] = await Promise.all([
    Supervisord.start({
      programs: `[program:worker]\ncommand=${PYTHON} ${worker}\n`,
      memmon: `-a 1GB --threads-limit 100 ${MAILED}`,
    }),
    Supervisord.start({ programs: holdsThen('big', 120, 5), memmon: `-a 60MB ${DIAGNOSED} ${MAILED}` }),
    Supervisord.start({ programs: holdsThen('big', 50, 5), memmon: `-a 30MB --no-evidence ${MAILED}` }),
    Supervisord.start({ programs: holder('big', 50), memmon: `--config ${conf} ${MAILED}` }),
  ])
})
afterAll(async () => {
  await Promise.all([locked, large, without, reloaded].map(supervisord => supervisord.stop()))
  rmSync(folder, { recursive: true, force: true })
})

/** What the first mail about a restart says. */
async function mailText(supervisord: Supervisord): Promise<string> {
  const [raw = ''] = await supervisord.waitForMails(1, 'restarted')
  return (await simpleParser(raw)).text?.replace(/\n {9}/g, ' ') ?? ''
}

const detailsIn = (text: string): string => /^Details: (.*)$/m.exec(text)?.[1] ?? ''
const modeOf = (path: string): number => statSync(path).mode & 0o777

test('115 threads where 100 are allowed: the mail says what they wait for, and where all of it is', async () => {
  const text = await mailText(locked)
  expect(text).toMatch(/^Rule: +-a --threads-limit 100/m)
  expect(text).toMatch(/^Found: +114 of 115 threads wait in a futex/m)
  const path = detailsIn(text)
  expect(dirname(path)).toBe(join(stateFolderIn(locked), 'evidence'))
  expect([modeOf(dirname(path)), modeOf(path)]).toEqual([0o700, 0o600])
  const { breach, facts, process } = JSON.parse(readFileSync(path, 'utf8'))
  expect(breach).toMatchObject({ metric: 'threads', value: 115, limit: 100 })
  expect(facts.threads).toMatchObject({ count: 115, looked_at_count: 115 })
  expect(facts.threads.by_wchan[0]).toEqual({ what: expect.stringMatching(/futex/), count: 114 })
  expect(text).toMatch(new RegExp(`^Pid: +${process.pid} before`, 'm'))
  expect(locked.memmonLog()).toContain(
    `INFO Evidence of worker:worker (pid ${process.pid}) is in ${path}: 114 of 115`,
  )
})

test('a size over its limit: its mappings, and what memmon has measured', async () => {
  const text = await mailText(large)
  expect(text).toMatch(/^Found: +1\d\d(\.\d)?MB of 1\d\d(\.\d)?MB is anonymous memory/m)
  const { facts, known, breach } = JSON.parse(readFileSync(detailsIn(text), 'utf8'))
  expect(breach.metric).toBe('rss')
  expect(facts.mappings.groups[0].rss_bytes).toBeGreaterThan(120 * 2 ** 20)
  expect(known.samples.at(-1).bytes).toBeGreaterThan(120 * 2 ** 20)
  expect(facts.missing).toEqual({})
  const [, printed = ''] = /^Command: diagnose_command: its output is in (.*)$/m.exec(text) ?? []
  expect(printed).toBe(detailsIn(text).replace(/json$/, 'txt'))
  expect(readFileSync(printed, 'utf8')).toMatch(new RegExp(`^${facts.pid}\\npython`))
  expect(modeOf(printed)).toBe(0o600)
})

test('--no-evidence: restarted as before', async () => {
  const text = await mailText(without)
  expect(text).not.toMatch(/^(Found|Details):/m)
  expect(readdirSync(stateFolderIn(without))).not.toContain('evidence')
  expect(without.memmonLog()).not.toContain('vidence of')
})

test('a folder that cannot be: one warning, the restart goes on, the mail says why; then it is turned off', async () => {
  await reloaded.waitForLog('memmon watches')
  writeFileSync(join(stateFolderIn(reloaded), 'evidence'), '')
  writeFileSync(conf, '[any]\nmemory_limit = 30MB\n')
  const text = await mailText(reloaded)
  expect(text).toMatch(/^Details: Not written: .*evidence/m)
  const log = reloaded.memmonLog()
  expect(log).toMatch(
    /WARN No evidence file of big:big \(pid \d+\): .*\. The restart continues\n.*Restarted big:big/,
  )
  writeFileSync(conf, '[memmon]\nevidence = false\n[any]\nmemory_limit = 30MB\n')
  await reloaded.waitForLog(/--no-evidence: [\s\S]*Restarting [\s\S]*Restarted/)
  expect(reloaded.memmonLog().split('--no-evidence').at(-1)).not.toContain('vidence file')
})
