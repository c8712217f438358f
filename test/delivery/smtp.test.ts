// Mail to real SMTP servers: TLS, STARTTLS, users, and every way in which a server may fail.
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { parseSmtpUrl } from '../../src/base/smtp-url.ts'
import type { Delivery, Outgoing } from '../../src/delivery/channel.ts'
import { createSmtpChannel, type SmtpTerms } from '../../src/delivery/smtp.ts'
import { briefOf } from '../../src/history/brief.ts'
import { outgoing } from '../helpers/values.ts'
import { HOUR, historyOf, lifeOf, NOON } from '../picture/histories.ts'

const TLS = join(import.meta.dirname, '..', 'fixtures', 'tls')
const key = readFileSync(join(TLS, 'key.pem'), 'utf8')
const cert = readFileSync(join(TLS, 'cert.pem'), 'utf8')

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

interface Mailbox {
  readonly port: number
  readonly mails: string[]
  readonly rcpt: string[]
}

/** A server that keeps what it takes. */
async function smtpServer(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const box = { port: 0, mails: [] as string[], rcpt: [] as string[] }
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    logger: false,
    onData(stream, _session, callback) {
      let text = ''
      stream.on('data', chunk => {
        text += chunk
      })
      stream.on('end', () => {
        box.mails.push(text)
        callback(null, 'kept')
      })
    },
    onRcptTo({ address }, _session, callback) {
      box.rcpt.push(address)
      callback()
    },
    ...options,
  })
  server.on('error', () => {})
  closing.push(() => server.close())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  box.port = (server.server.address() as AddressInfo).port
  return box
}

const deliver = (
  urls: readonly string[],
  more: Partial<SmtpTerms> = {},
  message: Partial<Outgoing> = {},
): Promise<Delivery> =>
  createSmtpChannel({
    servers: urls.map(parseSmtpUrl),
    to: ['"Bob, Jr." <bob@example.com>', 'ops@example.com'],
    from: 'memmon@example.com',
    host: 'web1',
    password: 'hunter2',
    timeoutMs: 60_000,
    caText: cert,
    ...more,
  }).deliver(outgoing('memmon: process web:web restarted', message))

test.each<[what: string, url: (port: number) => string, options: SMTPServerOptions]>([
  ['STARTTLS', port => `smtp://localhost:${port}`, {}],
  ['TLS from the first byte', port => `smtps://localhost:${port}`, { secure: true }],
  ['neither, where it was said', port => `smtp://localhost:${port}?starttls=no`, { hideSTARTTLS: true }],
  [
    'optional STARTTLS that is not offered',
    port => `smtp://localhost:${port}?starttls=optional`,
    { hideSTARTTLS: true },
  ],
])('%s: the whole mail arrives, at all', async (_, url, options) => {
  const box = await smtpServer(options)
  expect(await deliver([url(box.port)])).toMatchObject({
    ok: true,
    said: expect.stringMatching(/^250 .*kept/),
  })
  expect(box.rcpt).toEqual(['bob@example.com', 'ops@example.com'])
  const mail = await simpleParser(box.mails[0] ?? '')
  expect(mail.subject).toBe('memmon: process web:web restarted')
  expect(mail.messageId).toBe('<id-memmonprocesswebwebrestarted@web1>')
  expect(mail.references).toBe('<memmon.web_web@web1>')
  expect(mail.from?.text).toBe('memmon@example.com')
  expect([mail.to].flat().map(to => to?.text)).toEqual(['"Bob, Jr." <bob@example.com>, ops@example.com'])
})

test('a mail with charts arrives whole: text, page and picture', async () => {
  const box = await smtpServer()
  const span = { sinceMs: NOON - HOUR, untilMs: NOON }
  const history = briefOf(historyOf([lifeOf(NOON - HOUR, NOON, minute => 100 + minute)]), span)
  expect(await deliver([`smtp://localhost:${box.port}`], {}, { history })).toMatchObject({ ok: true })
  const raw = box.mails[0] ?? ''
  expect(raw.split('\r\n').filter(line => line.length > 76)).toEqual([])
  const { text, html, attachments } = await simpleParser(raw)
  expect(text).toMatch(/^It was\.\n\nRSS since .*:\n\n(.*\n)+ +\++-/)
  expect(html).toContain('<img src="data:image/png;base64,iVBOR')
  expect(attachments.map(({ contentType }) => contentType)).toEqual(['image/png'])
})

test('a user logs in, over TLS alone', async () => {
  const seen: unknown[] = []
  const auth: SMTPServerOptions = {
    authOptional: false,
    onAuth({ username, password }, _session, callback) {
      seen.push(username ?? '', password)
      callback(null, { user: String(username) })
    },
  }
  const box = await smtpServer(auth)
  expect(await deliver([`smtp://bob%40example.com@localhost:${box.port}`])).toMatchObject({ ok: true })
  expect(seen).toEqual(['bob@example.com', 'hunter2'])
  const open = await smtpServer({ ...auth, disabledCommands: ['STARTTLS'], allowInsecureAuth: true })
  expect(await deliver([`smtp://bob@localhost:${open.port}`])).toMatchObject({ ok: false, permanent: false })
  expect(seen).toHaveLength(2)
})

test('a password that is refused is not in the text, and the mail waits for a better one', async () => {
  const box = await smtpServer({
    authOptional: false,
    onAuth({ password }, _session, callback) {
      callback(new Error(`535 wrong: ${password} ${Buffer.from(String(password)).toString('base64')}`))
    },
  })
  const delivery = await deliver([`smtp://bob@localhost:${box.port}`])
  expect(delivery).toMatchObject({ ok: false, permanent: false })
  expect(JSON.stringify(delivery)).toContain('***')
  expect(JSON.stringify(delivery)).not.toMatch(/hunter2|aHVudGVyMg/)
})

test('a certificate that nobody vouches for is refused', async () => {
  const box = await smtpServer()
  const channel = createSmtpChannel({
    servers: [parseSmtpUrl(`smtp://localhost:${box.port}`)],
    to: ['bob@example.com'],
    from: 'memmon@example.com',
    host: 'web1',
    password: undefined,
    timeoutMs: 60_000,
  })
  const delivery = await channel.deliver(outgoing('x'))
  expect(delivery).toMatchObject({ ok: false, permanent: false, why: expect.stringMatching(/self.signed/i) })
  expect(box.mails).toEqual([])
})

const refusing = (code: number): SMTPServerOptions => ({
  onMailFrom(_address, _session, callback) {
    callback(Object.assign(new Error(`${code} not now`), { responseCode: code }))
  },
})

test.each([
  [451, false],
  [421, false],
  [550, true],
])('%d: permanent %s', async (code, permanent) => {
  const box = await smtpServer(refusing(code))
  const delivery = await deliver([`smtp://localhost:${box.port}`])
  expect(delivery).toMatchObject({ ok: false, permanent, why: expect.stringContaining(String(code)) })
})

test('several servers: the next one if one is down or busy, not if one has refused the mail', async () => {
  const [busy, refuses, good] = await Promise.all([
    smtpServer(refusing(451)),
    smtpServer(refusing(550)),
    smtpServer(),
  ])
  const url = ({ port }: Mailbox) => `smtp://localhost:${port}`
  expect(await deliver(['smtp://localhost:1', url(busy), url(good)])).toMatchObject({ ok: true })
  expect(await deliver([url(refuses), url(good)])).toMatchObject({ ok: false, permanent: true })
  expect(good.mails).toHaveLength(1)
})

/** A server that answers each line of `script` with what stands behind it, and hangs or hangs up at its end. */
async function scripted(script: readonly [RegExp, string][], atEnd: 'hang' | 'reset'): Promise<number> {
  const sockets: Socket[] = []
  const server: Server = createServer(socket => {
    sockets.push(socket)
    const steps = [...script]
    const end = () => (atEnd === 'reset' ? socket.resetAndDestroy() : undefined)
    socket.on('error', () => {})
    if (steps[0]?.[0].source === '^$') socket.write(steps.shift()?.[1] ?? '')
    if (steps.length === 0) end()
    socket.on('data', chunk => {
      const [step] = steps
      if (!step?.[0].test(chunk.toString('latin1'))) return
      steps.shift()
      if (step[1]) socket.write(step[1])
      if (steps.length === 0) end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const GREETING: [RegExp, string] = [/^$/, '220 hello\r\n']
const EHLO: [RegExp, string] = [/^EHLO/, '250 hello\r\n']
const FROM: [RegExp, string] = [/^MAIL/, '250 ok\r\n']
const RCPT: [RegExp, string] = [/^RCPT/, '250 ok\r\n']
const DATA: [RegExp, string] = [/^DATA/, '354 go on\r\n']
const PHASES: [string, [RegExp, string][]][] = [
  ['before the greeting', []],
  ['after the greeting', [GREETING]],
  ['after EHLO', [GREETING, EHLO]],
  ['after MAIL', [GREETING, EHLO, FROM]],
  ['after RCPT', [GREETING, EHLO, FROM, RCPT, RCPT]],
  ['after DATA', [GREETING, EHLO, FROM, RCPT, RCPT, DATA, [/\r\n\.\r\n$/, '']]],
]

test.each(
  PHASES.flatMap(([phase, script]) => (['hang', 'reset'] as const).map(end => [phase, end, script] as const)),
)('%s a %s: not delivered, tried again, and the try has an end', async (_phase, end, script) => {
  const port = await scripted(script, end)
  const delivery = await deliver([`smtp://127.0.0.1:${port}?starttls=no`], { timeoutMs: 400 })
  expect(delivery).toMatchObject({ ok: false, permanent: false, why: expect.stringMatching(/\S/) })
})

test('time that is over before the mail was built, as on a machine that hangs: not delivered, and no defect', async () => {
  const port = await scripted([], 'hang')
  const defects: unknown[] = []
  const onDefect = (thrown: unknown) => void defects.push(thrown)
  process.on('unhandledRejection', onDefect)
  const tries = Array.from({ length: 20 }, () =>
    deliver([`smtp://127.0.0.1:${port}?starttls=no`], { timeoutMs: 0 }),
  )
  for (const delivery of await Promise.all(tries))
    expect(delivery).toMatchObject({ ok: false, permanent: false })
  process.off('unhandledRejection', onDefect)
  expect(defects).toEqual([])
})

test.each<[url: string, server: object]>([
  [
    'smtp://mail.example.com',
    { host: 'mail.example.com', port: 587, user: undefined, isTls: false, startTls: 'required' },
  ],
  ['smtps://mail.example.com', { port: 465, isTls: true }],
  ['smtp://bob@[::1]:25?starttls=no', { host: '::1', port: 25, user: 'bob', startTls: 'none' }],
])('%s', (url, server) => expect(parseSmtpUrl(url)).toMatchObject(server))

test.each<[url: string, error: RegExp]>([
  ['mail.example.com', /is not an SMTP server: give smtp:\/\/user@host:587/],
  [
    'smtp://bob:hunter2@mail.example.com',
    /a password in the URL can be read by anybody with ps: give it as MEMMON_SMTP_PASSWORD/,
  ],
  ['smtp://mail.example.com:99999', /is not an SMTP server/],
  ['smtp://mail.example.com?starttls=maybe', /is not an SMTP server/],
  ['http://mail.example.com', /is not an SMTP server/],
])('%s is refused', (url, error) => {
  expect(() => parseSmtpUrl(url)).toThrow(error)
  expect(() => parseSmtpUrl(url)).not.toThrow(/hunter2/)
})
