// The facts of a line of the log are those of the webhook's document, made by the same function.
import { expect, test } from 'vitest'
import { jsonLogLine, type LogFacts } from '../../src/base/json-log.ts'
import type { Log } from '../../src/base/log.ts'
import { createRedactor } from '../../src/base/redact.ts'
import type { Delivery } from '../../src/delivery/channel.ts'
import { createNotifications } from '../../src/delivery/notifications.ts'
import { Outbox } from '../../src/delivery/outbox.ts'
import { outcomeFacts } from '../../src/messages/event.ts'
import { messageOf } from '../../src/messages/message.ts'
import { NOTICES } from '../../src/messages/notices.ts'
import { outcomeText } from '../../src/messages/outcome-text.ts'
import type { Noticed, RestartOutcome } from '../../src/rules/outcome.ts'
import { codeBlocks } from '../helpers/documents.ts'
import { failed, MB, outgoing, processNamed, requestFor, restarted, settingsFrom } from '../helpers/values.ts'
import { HOUR, historyOf, leak, lifeOf, NOON } from '../picture/histories.ts'

const request = requestFor(processNamed('shop:web'), 251 * MB, '-p', 'web=200MB')
const history = historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => 100 + minute / 5)], { verdict: leak() })
const context = { host: 'web1', name: undefined, mailUptimeSeconds: undefined }

/** The line that is logged of an outcome, also where no channel is set. */
function lineOf(outcome: RestartOutcome) {
  const lines: { text: string; facts: LogFacts | undefined }[] = []
  const notifications = createNotifications(settingsFrom('-a', '1MB'), {
    log: (_, text, facts) => lines.push({ text, facts: facts?.() }),
    redactor: createRedactor(),
    runOnAlert: async () => ({ ok: true }),
    historyOf: () => history,
    onFailure: () => {},
  })
  notifications.tell(outcome)
  return lines.at(-1)
}

const noticed = (what: Noticed['what']): Noticed => ({
  kind: 'noticed',
  what,
  request,
  occurredAt: NOON,
  detail: 'USR1',
})
const evidence = { path: '/state/x.json', sentences: ['187 of 200 threads wait in a futex'] }

test.each<[what: string, outcome: RestartOutcome]>([
  ['restarted', restarted(request, { evidence })],
  ['failed', failed(request, 'start', 'SPAWN_ERROR (fault 50)')],
  ['capped', { kind: 'capped', request, occurredAt: NOON, cap: '3/1h', until: NOON + HOUR }],
  ...Object.keys(NOTICES).map((what): [string, RestartOutcome] => [what, noticed(what as Noticed['what'])]),
])('%s: the document, but for what each message begins with', (what, outcome) => {
  const { memmon, text, host, name, ...document } = messageOf(outcome, context, history)?.event ?? {}
  expect(document).toMatchObject({ event: what, rule: '-p web=200MB', growth: { verdict: 'leak' } })
  expect(lineOf(outcome)).toEqual({ text: outcomeText(outcome), facts: document })
})

test('what was left alone is in the log alone, with the reason', () => {
  const outcome = {
    kind: 'skipped',
    request,
    occurredAt: NOON,
    reason: 'recovered',
    detail: 'it shrank',
  } as const
  expect(messageOf(outcome, context)).toBeUndefined()
  expect(lineOf(outcome)?.facts).toEqual({
    ...lineOf(noticed('alerted'))?.facts,
    event: 'skipped',
    skip_reason: 'recovered',
    detail: 'it shrank',
    growth: undefined,
  })
})

test.each<[delivery: Delivery, facts: LogFacts]>([
  [
    { ok: true, said: '250 ok' },
    { event: 'sent', channel: 'smtp://mail:587', subject: 'memmon: x', answer: '250 ok' },
  ],
  [
    { ok: false, why: '550 no', permanent: true },
    { event: 'send_failed', channel: 'smtp://mail:587', subject: 'memmon: x', why: '550 no', is_final: true },
  ],
  [
    { ok: false, why: 'ECONNREFUSED', permanent: false },
    {
      event: 'send_failed',
      channel: 'smtp://mail:587',
      subject: 'memmon: x',
      why: 'ECONNREFUSED',
      is_final: false,
    },
  ],
])('a channel that answers %j', async (delivery, facts) => {
  const lines: (LogFacts | undefined)[] = []
  const deliver = async () => delivery
  const channel = { key: 'x', by: 'smtp://mail:587', whatText: (subject: string) => subject, deliver }
  const log: Log = (_level, _text, of) => lines.push(of?.())
  const outbox = new Outbox({
    channels: () => [channel],
    log,
    nowMs: Date.now,
    tick: () => 0,
    random: () => 0,
  })
  outbox.add(outgoing('memmon: x'))
  await outbox.whenIdle()
  outbox.close()
  expect(lines).toEqual([facts])
})

test('the line that docs/logs.md shows is that of a restart', () => {
  const outcome = restarted(request)
  const entry = {
    at: new Date(outcome.occurredAt),
    level: 'info',
    text: outcomeText(outcome),
    facts: () => outcomeFacts(outcome),
  }
  const blocks = codeBlocks('docs/logs.md').filter(({ language }) => language === 'json')
  expect(blocks.map(({ text }) => text)).toEqual([`${jsonLogLine(entry, createRedactor())}\n`])
})
