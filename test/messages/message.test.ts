// What a mail says, and to whom nothing is said.
import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { buildMail } from '../../src/delivery/mail-text.ts'
import { messageOf } from '../../src/messages/message.ts'
import type { Noticed } from '../../src/rules/outcome.ts'
import { failed, MB, outgoing, processNamed, requestFor, restarted } from '../helpers/values.ts'

const CONTEXT = { host: 'web1', name: undefined, mailUptimeSeconds: undefined }
const request = requestFor(processNamed('shop:web'), 251 * MB, '-p', 'web=200MB')
const TO = { to: ['bob@example.com'], from: 'memmon@web1', host: 'web1' }

test.each([
  ['restarted', restarted(request), 'memmon: process shop:web restarted'],
  [
    'failed to start',
    failed(request, 'start', 'NO_FILE: x (fault 20)'),
    'memmon: failed to start process shop:web',
  ],
  ['failed to stop', failed(request, 'stop', 'x'), 'memmon: failed to stop process shop:web'],
  ['failed to look', failed(request, 'check', 'x'), 'memmon: failed to stop process shop:web'],
])('%s has the subject of superlance', (_, outcome, subject) => {
  expect(messageOf(outcome, CONTEXT)?.subject).toBe(subject)
  expect(messageOf(outcome, { ...CONTEXT, name: 'EU' })?.subject).toBe(
    subject.replace('memmon:', 'memmon [EU]:'),
  )
})

test('what was left alone is not mailed', () => {
  const skipped = { kind: 'skipped', request, occurredAt: 0, reason: 'recovered', detail: 'x' } as const
  expect(messageOf(skipped, CONTEXT)).toBeUndefined()
})

test.each<[what: Noticed['what'], subject: string, done: RegExp]>([
  [
    'recovered',
    'memmon: process shop:web is back under its soft limit',
    /^Done: {4}Left running; memmon watches it until it ends$/m,
  ],
  ['held', 'memmon: process shop:web exceeds its limit soon after each start', /^Done: {4}It waits$/m],
])('%s is mailed, and the second time in a row it is for the log alone', (what, subject, done) => {
  const noticed: Noticed = { kind: 'noticed', what, request, occurredAt: 0, detail: 'It waits' }
  const message = messageOf(noticed, CONTEXT)
  expect(message?.subject).toBe(subject)
  expect(message?.text).toMatch(done)
  expect(messageOf({ ...noticed, isRepeated: false }, CONTEXT)).toEqual(message)
  expect(messageOf({ ...noticed, isRepeated: true }, CONTEXT)).toBeUndefined()
})

test.each([
  [3722, false],
  [3723, true],
  [undefined, true],
])('-u %s, up 3723 s: a restart is mailed: %s; a failure always', (mailUptimeSeconds, mailed) => {
  const context = { ...CONTEXT, mailUptimeSeconds }
  expect(messageOf(restarted(request), context) !== undefined).toBe(mailed)
  expect(messageOf(failed(request, 'start', 'x'), context)).toBeDefined()
})

test.each([
  ['it has been STOPPING for 5 minutes', 'It has been STOPPING for 5 minutes'],
  ['no answer from supervisord at unix:///x: ENOENT', 'No answer from supervisord at unix:///x: ENOENT'],
  ['drain_command: exit code 1', 'drain_command: exit code 1'],
  ['NO_FILE: x (fault 20)', 'NO_FILE: x (fault 20)'],
  ['memmon has no right to', 'memmon has no right to'],
  ['web:web is gone', 'web:web is gone'],
])('%s: a sentence begins with a capital, a name stays as it is', (fault, text) => {
  expect(messageOf(failed(request, 'stop', fault), CONTEXT)?.text).toContain(`\nError:   ${text}\n`)
})

test('the mail as a whole: every header a mail needs, every fact a person needs', async () => {
  const raw = await buildMail(outgoing('', messageOf(restarted(request), CONTEXT)), TO)
  const mail = await simpleParser(raw)
  expect(mail.from?.text).toBe('memmon@web1')
  expect([mail.to].flat()[0]?.text).toBe('bob@example.com')
  expect(mail.messageId).toMatch(/^<.+@web1>$/)
  expect(mail.date).toBeInstanceOf(Date)
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated')
  expect(mail.headers.get('mime-version')).toBe('1.0')
  expect(raw.includes('\r')).toBe(false)
  for (const fact of [
    /^Process: shop:web$/m,
    /^Host: {4}web1$/m,
    /^Rule: {4}-p web=200MB \(209715200 bytes\)$/m,
    /^Size: {4}251MB RSS \(263192576 bytes\), 51MB over$/m,
    /^Pid: {5}4711 before, 4712 now$/m,
    /^Uptime: {2}1h 2m, when/m,
    /^When: {4}2026-11-21 \d\d:\d\d:\d\d,000 \(UTC[+-]\d\d:\d\d\)$/m,
    /^Done: {4}Stopped and started, running again after 1\.2 s$/m,
  ]) {
    expect(mail.text).toMatch(fact)
  }
})

test.each<[what: Noticed['what'], valueMb: number, isFree: boolean, subject: string, size: string]>([
  ['alerted', 120, true, 'too little memory is free', '120MB free, under --total 200MB by 80MB; why'],
  ['relieved', 300, true, 'enough memory is free again', '300MB free, over --total 200MB by 100MB; why'],
  [
    'alerted',
    300,
    false,
    'a budget is exceeded',
    'they use 300MB RSS (314572800 bytes), over --total 200MB by 100MB; why',
  ],
  [
    'relieved',
    120,
    false,
    'a budget is met again',
    'they use 120MB RSS (125829120 bytes), under --total 200MB by 80MB; why',
  ],
])('a budget that is %s at %d MB is about no single process', (what, valueMb, isFree, subject, size) => {
  const budget = { id: 'x', whom: 'they', victim: 'why', ...(isFree && { isFree }) }
  const breach = { ...request.breach, rule: '--total 200MB', value: valueMb * MB, limit: 200 * MB, budget }
  const process = processNamed('free', { pid: 0 })
  const message = messageOf(
    { kind: 'noticed', what, request: { process, breach }, occurredAt: 0, detail: '' },
    CONTEXT,
  )
  expect(message?.subject).toBe(`memmon: ${subject} (--total 200MB)`)
  expect(message?.text).toMatch(new RegExp(`^${subject} on web1\\. [A-Z][a-z ]+\\.\n\nHost: `, 'i'))
  expect(message?.text).toContain(`Size:    ${size.charAt(0).toUpperCase()}${size.slice(1)}\n`)
  expect(message?.text).not.toMatch(/Process|Pid|Uptime/)
})

test.each([
  'héllo→😀',
  'x\r\nBcc: eve@example.com',
  '"quoted" <b>',
  `${'long'.repeat(60)}`,
])('the name %j stays in its place', async name => {
  const odd = requestFor(processNamed(`${name}`), 2 * MB, '-a', '1MB')
  const message = outgoing('', messageOf(restarted(odd), CONTEXT))
  const mail = await simpleParser(await buildMail(message, TO))
  expect(mail.references).toMatch(/^<memmon\.[\w.%-]+@web1>$/)
  expect(mail.subject).toBe(message.subject)
  expect(mail.subject).toContain(name.replace('\r\n', '\\x0d\\x0a'))
  expect(mail.bcc).toBeUndefined()
  expect([mail.to].flat().map(to => to?.text)).toEqual(['bob@example.com'])
  expect(mail.text).not.toMatch(/^Bcc:/m)
})
