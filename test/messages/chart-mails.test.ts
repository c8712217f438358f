// Mails about processes with a history: the text and the page as readers get them, in test/messages/mails. After a change
// on purpose: npx vitest run test/messages -u.
import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { buildMail } from '../../src/delivery/mail-text.ts'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { messageOf } from '../../src/messages/message.ts'
import type { Noticed, RestartOutcome } from '../../src/rules/outcome.ts'
import { inUtc } from '../helpers/time-zone.ts'
import { failed, outgoing, processNamed, requestFor, restarted } from '../helpers/values.ts'
import { endedLife, HOUR, historyOf, leak, lifeOf, MB, MINUTE, NOON } from '../picture/histories.ts'

inUtc()

const CONTEXT = { host: 'web1', name: undefined, mailUptimeSeconds: undefined }
const TO = { to: ['bob@example.com'], from: 'memmon@web1', host: 'web1' }
const request = requestFor(processNamed('shop:web'), 251 * MB, '-p', 'web=250MB')
const limited = { limitBytes: 250 * MB }

const tooth = (minute: number) => 90 + minute * 1.3
const grown = historyOf(
  [
    endedLife(NOON - 16 * HOUR, NOON - 8 * HOUR, () => 150),
    lifeOf(NOON - 8 * HOUR, NOON, minute => [155 + minute / 5, 160 + minute / 5]),
  ],
  { ...limited, verdict: leak({ forSeconds: 6 * 3600 }) },
)
const nears = historyOf([lifeOf(NOON - 6 * HOUR, NOON, minute => [100 + minute / 5, 104 + minute / 5])], {
  ...limited,
  verdict: leak({ secondsToLimit: 6.2 * 3600 }),
})
const again = historyOf(
  [6, 4, 2, 0].map(hours => endedLife(NOON - (hours + 2) * HOUR, NOON - hours * HOUR, tooth)),
  limited,
)
const jumped = historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => (minute < 477 ? 120 : 251))], limited)

const alert = (what: Noticed['what'], detail: string, more: Partial<Noticed> = {}): Noticed => ({
  kind: 'noticed',
  what,
  request,
  occurredAt: NOON,
  detail,
  ...more,
})
const growth = {
  forSeconds: 6 * 3600,
  fromBytes: 100 * MB,
  slopeBytesPerHour: 12 * MB,
  secondsToLimit: 6.2 * 3600,
  sureness: 0.96,
  isOverBelowBytes: 130 * MB,
}
const evidence = { path: '/state/evidence/x.json', sentences: ['<b>187</b> of 200 threads wait in a futex'] }
const leaking = { ...request, breach: { ...request.breach, value: 172 * MB, growth } }

test.each<[file: string, outcome: RestartOutcome, history: ProcessHistory]>([
  ['restarted-leak', restarted(request, { evidence }), grown],
  ['restarted-again', restarted(request), again],
  ['restarted-jump', restarted(request), jumped],
  ['failed-with-chart', failed(request, 'start', 'SPAWN_ERROR: shop:web (fault 50)'), again],
  ['alerted-with-chart', alert('alerted', ''), jumped],
  [
    'leaking-with-chart',
    alert('leaking', 'Left running (growth = alert); another message follows when it no longer leaks', {
      request: leaking,
    }),
    nears,
  ],
])('%s', async (file, outcome, history) => {
  const message = messageOf(outcome, CONTEXT, history)
  if (!message) throw new Error('no mail is due')
  const raw = await buildMail(outgoing('', { ...message, createdAt: NOON + 5 * MINUTE }), TO)
  const { text, html } = await simpleParser(raw, { skipImageLinks: true })
  await expect(text).toMatchFileSnapshot(`mails/${file}.txt`)
  await expect(html).toMatchFileSnapshot(`mails/${file}.html`)
})
