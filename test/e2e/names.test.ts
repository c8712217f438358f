// Names that hold anything supervisord allows: watched, restarted, told; and one that XML-RPC cannot carry.
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const NAMES = ['héllo→😀', `it's"quoted"`, '<b>&amp;', 'a=b', 'star*', '100%']

let supervisord: Supervisord
beforeAll(async () => {
  supervisord = await Supervisord.start({
    identifier: 'my sup:1',
    programs: [...NAMES.map(name => holder(name, 50)), holder('ctl\x01z', 50)].join('\n'),
    memmon: '-a 30MB -m bob@example.com --mail-interval 0 -s @sendmail',
  })
})
afterAll(() => supervisord.stop())

test.each(NAMES)('%j is restarted and told by its name', async name => {
  await supervisord.waitForLog(`Restarted ${name}:${name}: pid`)
  const subject = `memmon: process ${name}:${name} restarted`
  await waitFor(
    () => `the mail "${subject}"\n${supervisord.memmonLog()}`,
    async () => {
      const mails = await Promise.all(supervisord.mails().map(mail => simpleParser(mail)))
      return mails.some(mail => mail.subject === subject)
    },
  )
})

test('a name with a control character is told once as what cannot be restarted', async () => {
  const log = await supervisord.waitForLog('cannot be restarted')
  expect(log).toMatch(/WARN ctl\ufffdz:ctl\ufffdz cannot be restarted/)
  expect(
    (await supervisord.client.getAllProcessInfo()).filter(({ name }) => name.startsWith('ctl')),
  ).toHaveLength(1)
})
