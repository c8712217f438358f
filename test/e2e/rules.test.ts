// Every kind of rule under a real supervisord, side by side, each with a program that must be left alone; measured from
// /proc, and by pidusage and ps-list, which nobody on Linux would meet otherwise.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { holder, holdsThen, Supervisord } from '../helpers/supervisord.ts'

const SAMPLERS = [
  ['proc', '/proc'],
  ['ps', 'pidusage and ps-list'],
]

const RULES = [
  '-p named=30MB',
  '-p spaced:inner=30MB',
  '-p "glob_*=30MB"',
  '-p w=30MB',
  '-p "v:*=30MB"',
  '-g team=30MB',
  '-p twice=40MB -g twice=30MB',
  '-p fine=100MB',
  '-p naemd=1GB',
]

describe.each(SAMPLERS)('--sampler %s', (sampler, source) => {
  let supervisord: Supervisord
  beforeAll(async () => {
    supervisord = await Supervisord.start({
      programs: [
        // Over their limits once: however late the tests look, there is one restart to be seen.
        holdsThen('named', 50, 5),
        holdsThen('inner', 50, 5),
        '[group:spaced]\nprograms=inner',
        holdsThen('glob_a', 50, 5),
        holder('w', 5, 'process_name=%(program_name)s_%(process_num)02d\nnumprocs=2'),
        holdsThen('v', 50, 5, 'process_name=%(program_name)s_%(process_num)02d\nnumprocs=2'),
        holdsThen('lead', 50, 5),
        holder('mate', 5),
        '[group:team]\nprograms=lead,mate',
        holdsThen('twice', 60, 5),
        holder('fine', 50),
        holder('free', 50),
        holder('ignored', 50, ''),
      ].join('\n'),
      memmon: `${RULES.join(' ')} --sampler ${sampler} -p ignored=30MB --ignore ignored -m bob@example.com --mail-interval 0 -s @sendmail`,
    })
  })
  afterAll(() => supervisord.stop())

  test('the start log names the sampler', async () => {
    await supervisord.waitForLog(`, by ${source}\n`)
  })

  test.each([
    ['a bare name', 'named:named', '-p named=30MB'],
    ['a namespec', 'spaced:inner', '-p spaced:inner=30MB'],
    ['a pattern', 'glob_a:glob_a', '-p glob_*=30MB'],
    ['group:* of a numprocs program', 'v:v_01', '-p v:*=30MB'],
    ['a group', 'team:lead', '-g team=30MB'],
  ])('%s restarts what is over its size', async (_, namespec, rule) => {
    await supervisord.waitForLog(`Restarted ${namespec}: pid`)
    const line = supervisord
      .memmonLog()
      .split('\n')
      .find(text => text.includes(`Restarting ${namespec} `))
    expect(line).toContain(`over ${rule} by`)
  })

  test('two rules broken at once: one restart, one mail, the program rule is the reason', async () => {
    const subject = 'Subject: memmon: process twice:twice restarted'
    await supervisord.waitForMails(1, subject)
    await waitForChecks(supervisord, 2)
    const restarts = supervisord.memmonLog().match(/Restarting twice:twice .*/g)
    expect(restarts).toEqual([expect.stringMatching(/ over -p twice=40MB by /)])
    expect(await supervisord.waitForMails(1, subject)).toHaveLength(1)
  })

  test('what is under its limit, unmatched or ignored is left alone over several checks', async () => {
    const names = ['fine:fine', 'free:free', 'team:mate', 'w:w_00', 'ignored:ignored']
    const before = await Promise.all(names.map(name => supervisord.process(name)))
    await waitForChecks(supervisord, 2)
    const after = await Promise.all(names.map(name => supervisord.process(name)))
    expect(after.map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid))
  })

  test('a rule that matches nothing is told with the name or pattern that would match', async () => {
    const log = await supervisord.waitForLog('-p naemd=1GB matches no process')
    expect(log).toMatch(
      /WARN -p w=30MB matches no process: w is a group; -p 'w:\*' would match w:w_00, w:w_01/,
    )
    expect(log).toMatch(/WARN -p naemd=1GB matches no process; did you mean named\?/)
    expect(log.split('-p w=30MB matches no process')).toHaveLength(2)
  })
})
