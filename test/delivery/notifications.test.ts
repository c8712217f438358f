// From an outcome to the mail that a command takes: with charts where the history of the process is known.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import { Gathering } from '../../src/delivery/gathering.ts'
import { createNotifications, type NotificationPorts } from '../../src/delivery/notifications.ts'
import { Notifier } from '../../src/delivery/notifier.ts'
import { readEntries, writeEntry } from '../../src/delivery/outbox-files.ts'
import { createSendmailChannel } from '../../src/delivery/sendmail.ts'
import { briefOf } from '../../src/history/brief.ts'
import { messageOf } from '../../src/messages/message.ts'
import type { RestartOutcome } from '../../src/rules/outcome.ts'
import { outgoing, processNamed, requestFor, restarted, settingsFrom } from '../helpers/values.ts'
import { HOUR, historyOf, leak, lifeOf, MB, NOON } from '../picture/histories.ts'

const request = requestFor(processNamed('shop:web'), 251 * MB, '-p', 'web=250MB')
const history = historyOf([lifeOf(NOON - 8 * HOUR, NOON, minute => 100 + minute / 5)], { verdict: leak() })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-notifications-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const notificationsOf = (command: string, ports: Partial<NotificationPorts>, ...flags: string[]) =>
  createNotifications(settingsFrom('-a', '1MB', '-m', 'bob@example.com', '-s', command, ...flags), {
    ...{ log: () => {}, redactor: createRedactor(), runOnAlert: async () => ({ ok: true }) },
    ...{ onFailure: () => {}, historyOf: () => undefined, ...ports },
  })

/** The mail about this outcome, as the command got it. */
async function mailAbout(
  outcome: RestartOutcome,
  ports: Pick<NotificationPorts, 'historyOf'>,
  ...flags: string[]
) {
  const file = join(folder, 'mail')
  const notifications = notificationsOf(`cat > '${file}'`, ports, ...flags)
  notifications.tell(outcome)
  await notifications.flush()
  await notifications.keep()
  return await simpleParser(readFileSync(file), { skipImageLinks: true })
}

test('the history is asked for by the name of the process, and its mail has charts', async () => {
  const asked: string[] = []
  const historyFor = (namespec: string) => {
    asked.push(namespec)
    return history
  }
  const mail = await mailAbout(restarted(request), { historyOf: historyFor })
  expect(asked).toEqual(['shop:web'])
  expect(mail.text).toMatch(/\nTrend: {3}Grew by 12MB an hour[\s\S]*\nRSS since .*:\n\n/)
  expect(mail.html).toContain('Grew by 12MB an hour')
})

test.each<[what: string, outcome: RestartOutcome, historyFor: NotificationPorts['historyOf']]>([
  ['no process', restarted({ ...request, breach: { ...request.breach, metric: 'threads' } }), () => history],
  ['a process that is not known', restarted(request), () => undefined],
  [
    'a history that cannot be had',
    restarted(request),
    () => {
      throw new Error('a defect')
    },
  ],
])('%s: the mail is as it was', async (_, outcome, historyFor) => {
  const mail = await mailAbout(outcome, { historyOf: historyFor })
  expect(mail.text).toContain('Process: shop:web\n')
  expect(mail.text).not.toContain('Trend')
  expect(mail.html).toBe(false)
})

test('what is told while memmon ends, and after, is on disk like what was gathered before', async () => {
  const notifications = notificationsOf('exit 1', {}, '--mail-interval', '5m')
  const tellOf = (name: string) =>
    notifications.tell(restarted({ ...request, process: processNamed(`${name}:${name}`) }))
  notifications.attach({ path: folder, isIntact: async () => true })
  tellOf('first')
  await notifications.flush()
  tellOf('gathered')
  const kept = notifications.keep()
  tellOf('meanwhile')
  await kept
  tellOf('after')
  await notifications.keep()
  const { entries } = await readEntries(join(folder, 'outbox'))
  expect(entries.map(({ message: { subject } }) => subject.split(' ')[2]).sort()).toEqual([
    'after:after',
    'first:first',
    'gathered:gathered',
    'meanwhile:meanwhile',
  ])
})

test('a mail whose picture was being drawn when memmon ended is left to the next one', async () => {
  const file = join(folder, 'mail')
  const channel = createSendmailChannel(`cat > '${file}'`, {
    to: ['bob@example.com'],
    from: 'memmon',
    host: 'web1',
  })
  const kept = briefOf(history, { sinceMs: NOON - 8 * HOUR, untilMs: NOON })
  const delivery = channel.deliver(outgoing('one', { history: kept }))
  channel.abandon?.()
  expect(await delivery).toEqual({ ok: false, why: 'memmon ends', permanent: false })
  expect(readdirSync(folder)).toEqual([])
})

test('other settings: what waits for the old mail command goes at once by the new one', async () => {
  const file = join(folder, 'mail')
  const settings = (command: string) => settingsFrom('-a', '1MB', '-m', 'bob@example.com', '-s', command)
  const log: string[] = []
  const notifications = createNotifications(settings('exit 1'), {
    ...{ redactor: createRedactor(), runOnAlert: async () => ({ ok: true }) },
    ...{ onFailure: () => {}, historyOf: () => undefined },
    log: (_, text) => void log.push(text),
  })
  notifications.tell(restarted(request))
  await notifications.flush()
  expect(log.at(-1)).toContain('exit code 1. Retrying in')
  notifications.use(settings(`cat > '${file}'`))
  await notifications.flush()
  await notifications.keep()
  expect(readFileSync(file, 'utf8')).toContain('To: bob@example.com')
})

test('a digest has the sentence of each, and no chart', () => {
  const sent: ReturnType<typeof outgoing>[] = []
  const context = { host: 'web1', name: undefined }
  const notifier = new Notifier({
    send: message => void sent.push(message),
    intervalMs: () => 300_000,
    context: () => context,
    newId: () => 'id',
    nowMs: () => NOON,
    tick: () => 0,
  })
  const message = () =>
    messageOf(restarted(request), { ...context, mailUptimeSeconds: undefined }, history) ??
    expect.unreachable()
  for (let count = 0; count < 3; count++) notifier.take(message())
  notifier.flush()
  notifier.take(message())
  notifier.flush()
  expect(sent.map(one => one.history !== undefined)).toEqual([true, false, true])
  const gathering = new Gathering()
  for (let count = 0; count < 3; count++) gathering.add(message())
  expect(gathering.take().messages.map(one => one.history)).toEqual([undefined, undefined, undefined])
  expect(sent[1]?.text.match(/^Trend: {3}Grew by/gm)).toHaveLength(2)
  expect(sent[1]?.event).toMatchObject({ events: [{ growth: { verdict: 'leak' } }, { growth: {} }] })
})

test('the outbox keeps the history; without it, or with one that is torn, the message is kept', async () => {
  const message = messageOf(
    restarted(request),
    { host: 'web1', name: undefined, mailUptimeSeconds: undefined },
    history,
  )
  const kept = message?.history ?? expect.unreachable()
  const waiting = [{ channel: 'smtp', failures: 0, dueTick: 1 }]
  const box = join(folder, 'outbox')
  await writeEntry(box, { message: outgoing('with', { history: kept, createdAt: 1 }), waiting })
  await writeEntry(box, { message: outgoing('without', { createdAt: 2 }), waiting })
  await writeEntry(box, {
    message: outgoing('torn', { history: { ...kept, lives: [] }, createdAt: 3 }),
    waiting,
  })
  const torn = join(box, readdirSync(box).sort()[2] ?? '')
  writeFileSync(torn, readFileSync(torn, 'utf8').replace('"lives":[]', '"lives":[{"points":["x"]}]'), {
    mode: 0o600,
  })
  const { entries, unreadable } = await readEntries(box)
  expect(unreadable).toBe(0)
  expect(entries.map(({ message: { subject, history } }) => [subject, history])).toEqual([
    ['with', kept],
    ['without', undefined],
    ['torn', undefined],
  ])
})
