// --log-format json under a real supervisord: every line of a real log is JSON, and what happened can be selected from it with
// all its facts.
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runByHand } from '../helpers/by-hand.ts'
import { codeBlocks } from '../helpers/documents.ts'
import { jsonLines } from '../helpers/json-lines.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'

let supervisord: Supervisord
beforeAll(async () => {
  supervisord = await Supervisord.start({
    programs: holder('big', 60) + holder('loud', 50) + holder('calm', 5),
    memmon:
      '-p big=40MB -p loud=40MB -p calm=1GB --action restart --max-restarts 1/1h --verbose --log-format json --agent-socket %(here)s/a.sock -m bob@example.com -s false',
  })
})
afterAll(() => supervisord.stop())

test('the restarts of a log have all facts, and every line is JSON, to the end', async () => {
  const big = await supervisord.process('big:big')
  const loud = await supervisord.process('loud:loud')
  const now = [await supervisord.waitForRestart(big), await supervisord.waitForRestart(loud)]
  await supervisord.waitForLog('"event":"capped"', { times: 2 })
  await supervisord.waitForLog('"event":"send_failed"')
  const calm = await supervisord.process('calm:calm')
  expect(runByHand(supervisord, 'restart', 'calm').status).toBe(0)
  await supervisord.ctl('stop', 'memmon')
  const log = await supervisord.waitForLog('"event":"ending"')

  const lines = jsonLines(log)
  expect(lines[0]).toMatchObject({ event: 'started' })
  const facts = lines.filter(({ event }) => event === 'restarting' || event === 'restarted')
  // What a person has asked for says so, with the process that it was about.
  const asked = { process: { namespec: 'calm:calm', pid: calm.pid }, cause: 'by_hand', limit: null }
  const byHand = lines.filter(({ cause }) => cause === 'by_hand')
  expect(byHand.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['asked', 'restarting', 'restarted']),
  )
  for (const line of byHand) expect(line).toMatchObject(asked)

  for (const [index, { group, name, pid }] of [big, loud].entries()) {
    const of = facts.filter(({ process }) => (process as { name: string }).name === name).slice(0, 2)
    const breach = {
      process: { group, name, namespec: `${group}:${name}`, pid, uptime_seconds: expect.any(Number) },
      cause: 'limit',
      rule: `-p ${name}=40MB`,
      metric: 'rss',
      cumulative: false,
      value: expect.any(Number),
      limit: 40 * 1024 * 1024,
      reason: null,
    }
    expect(of).toMatchObject([
      {
        ...breach,
        event: 'restarting',
        message: expect.stringMatching(`^Restarting ${group}:${name} \\(pid ${pid},`),
      },
      {
        ...breach,
        event: 'restarted',
        new_pid: now[index]?.pid,
        started_by: 'memmon',
        duration_ms: expect.any(Number),
      },
    ])
    for (const { value } of of) expect(value).toBeGreaterThan(40 * 1024 * 1024)
  }
  // As docs/logs.md selects them.
  const [command = ''] = codeBlocks('docs/logs.md').flatMap(({ text }) => /^jq .*/m.exec(text) ?? [])
  const selected = spawnSync('sh', ['-c', command], { cwd: supervisord.folder, encoding: 'utf8' })
  expect({ command, ...selected }).toMatchObject({ status: 0, stderr: '' })
  const rows = selected.stdout
    .trimEnd()
    .split('\n')
    .map(row => JSON.parse(row))
  const restarts = lines.filter(({ event }) => event === 'restarted')
  expect(rows).toEqual(
    restarts.map(({ at, process, value, limit, rule }) => {
      const { namespec, pid } = process as { namespec: string; pid: number }
      return [at, namespec, pid, value, limit, rule]
    }),
  )

  expect(lines.find(({ event }) => event === 'capped')).toMatchObject({
    level: 'warn',
    cap: '1/1h',
    until: expect.any(String),
  })
  expect(lines.find(({ event }) => event === 'send_failed')).toMatchObject({
    channel: 'false',
    is_final: false,
  })
  expect(lines.filter(({ level }) => level === 'debug').length).toBeGreaterThan(0)
  expect(lines.at(-1)).toMatchObject({ event: 'ending', cause: 'SIGTERM' })
})
