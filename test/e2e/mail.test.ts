// Mail under a real supervisord: who gets it, when none is due, and sendmails that print, fail or hang.
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitForChecks } from '../helpers/checks.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'

let young: Supervisord
let old: Supervisord
let prints: Supervisord
let fails: Supervisord
let hangs: Supervisord
beforeAll(async () => {
  const programs = holder('big', 50)
  const start = (memmon: string) =>
    Supervisord.start({ programs, memmon: `-a 30MB --restart-backoff 0 -m bob@example.com ${memmon}` })
  ;[young, old, prints, fails, hangs] = await Promise.all([
    start('-n shop -u 1h -m eve@example.com,ann@example.com -s @sendmail'),
    start('-u 0 -s @sendmail'),
    start(`-s "echo noise; echo more noise; cat"`),
    start(`-s "echo no route to host >&2; exit 75"`),
    start(`-s "sleep 3600"`),
  ])
})
afterAll(() => Promise.all([young, old, prints, fails, hangs].map(supervisord => supervisord.stop())))

test('a restart within -u is mailed, once to all, with the -n name', async () => {
  const [raw = ''] = await young.waitForMails(1)
  const mail = await simpleParser(raw)
  expect(mail.subject).toBe('memmon [shop]: process big:big restarted')
  expect(
    [mail.to]
      .flat()
      .map(to => to?.text)
      .join(),
  ).toBe('bob@example.com, eve@example.com, ann@example.com')
  expect(mail.text).toMatch(/^Rule: +-a 30MB \(31457280 bytes\)$/m)
  expect(mail.text).toMatch(/^Pid: +\d+ before, \d+ now$/m)
})

test('a restart of what ran longer than -u is not mailed', async () => {
  await old.waitForLog('Restarted big:big')
  await waitForChecks(old, 1)
  expect(old.mails()).toEqual([])
  expect(old.memmonLog()).not.toContain('Sent mail')
})

test.each([
  ['prints', () => prints, /INFO Sent mail "memmon: process big:big restarted" to bob@example.com/],
  ['fails', () => fails, /ERRO Failed to send mail .* exit code 75; it said: no route to host/],
  ['hangs', () => hangs, /Restarted big:big[\s\S]*Restarted big:big/],
])('a sendmail that %s: memmon hears on and restarts on', async (_, supervisord, wanted) => {
  const log = await supervisord().waitForLog(wanted)
  const { length: times } = log.split('Restarted big:big')
  await supervisord().waitForLog('Restarted big:big', { times })
  expect((await supervisord().process('memmon:memmon')).state).toBe(20)
})
