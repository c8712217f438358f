// The main job under a real supervisord: what is over its limit is restarted, and a mail says so.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holder, Supervisord } from '../helpers/supervisord.ts'

let supervisord: Supervisord
beforeAll(async () => {
  supervisord = await Supervisord.start({
    programs: holder('big', 60) + holder('small', 5),
    memmon: '-a 40MB -m bob@example.com -s @sendmail',
  })
})
afterAll(() => supervisord.stop())

test('a process over -a is restarted with one mail, the others are left alone', async () => {
  const big = await supervisord.process('big:big')
  const small = await supervisord.process('small:small')
  await supervisord.waitForRestart(big)
  const [mail] = await supervisord.waitForMails(1)
  expect(mail).toContain('Subject: memmon: process big:big restarted')
  expect((await supervisord.process('small:small')).pid).toBe(small.pid)
})
