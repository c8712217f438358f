// A program that leaks, under a real supervisord: told once, restarted before its limit, remembered over a restart of
// memmon. By --increase-limit, since the detector takes a quarter of an hour; that one is in growth.slow.test.ts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHistories } from '../../src/history/read-histories.ts'
import { waitForChecks } from '../helpers/checks.ts'
import { stateFolderIn } from '../helpers/own-state.ts'
import { PYTHON } from '../helpers/python.ts'
import { Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let supervisord: Supervisord

/** Grows by 35 MB, five times; from its second run on it stays as it is. */
const GROWS = `[program:grows]
command=${PYTHON} -c "import os, time; p = '%(here)s/grew'; n = 0 if os.path.exists(p) else 5; open(p, 'w').close(); b = []; [(time.sleep(5.5), b.append(b'x' * (35 << 20))) for _ in range(n)]; time.sleep(3600)"
`

beforeAll(async () => {
  supervisord = await Supervisord.start({
    programs: GROWS,
    memmon:
      '-a 200MB --growth restart --increase-limit 2 --threshold-size 20MB -m bob@example.com --mail-interval 0 -s @sendmail',
  })
})
afterAll(() => supervisord.stop())

const linesAbout = (text: string): string[] =>
  supervisord
    .memmonLog()
    .split('\n')
    .filter(line => line.includes(text))

test('it is told once that it leaks, and restarted before its limit', async () => {
  await supervisord.waitForLog('grows:grows (pid')
  expect(linesAbout(') leaks: ')[0]).toMatch(
    /WARN grows:grows \(pid \d+\) leaks: [\d.]+MB RSS \(\d+ bytes\), 2 new maxima in \d+s, with a limit of 200MB \(-a 200MB\)$/,
  )
  await supervisord.waitForLog('Restarted grows:grows: pid')
  expect(linesAbout('Restarting grows')).toEqual([
    expect.stringMatching(/1[6-9]\d(\.\d)?MB RSS \(\d+ bytes\), \d new maxima in /),
  ])
  await supervisord.waitForLog('no longer leaks: it runs anew, as pid')
  expect(linesAbout(') leaks: ').length).toBe(1)
  const mails = await supervisord.waitForMails(3)
  expect(mails.map(mail => /^Subject: (.*)$/m.exec(mail)?.[1])).toEqual([
    'memmon: process grows:grows leaks',
    'memmon: process grows:grows restarted',
    'memmon: process grows:grows no longer leaks',
  ])
})

test('its history is kept by the memmon that ends, and goes on with the next', async () => {
  const [old = 0, now = 0] =
    /Restarted grows:grows: pid (\d+) is now pid (\d+)/.exec(supervisord.memmonLog())?.slice(1).map(Number) ??
    []
  for (const times of [1, 2]) {
    process.kill((await supervisord.process('memmon:memmon')).pid)
    await waitFor('memmon to end', async () => (await supervisord.process('memmon:memmon')).state !== 20)
    const [history] = (await readHistories(stateFolderIn(supervisord))).histories
    const lives = history?.lives.map(({ pid, end }) => [pid, end])
    expect(lives, `after ${times}`).toEqual([
      [old, { by: 'memmon', rule: '-a 200MB' }],
      [now, undefined],
    ])
    expect(history?.lives[0]?.peakBytes).toBeGreaterThan(150 << 20)
    expect(history?.lives[1]?.endBytes).toBeLessThan(60 << 20)
    await supervisord.client.startProcess('memmon:memmon')
    await waitForChecks(supervisord, 2)
  }
  expect(linesAbout(') leaks: ').length).toBe(1)
})
