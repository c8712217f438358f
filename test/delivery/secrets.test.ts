// What servers and commands say, secrets and all, by each channel: nothing of a secret is left, wherever it is cut.
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { runCommand } from '../../src/base/pipe-command.ts'
import { createRedactor } from '../../src/base/redact.ts'
import { parseSmtpUrl } from '../../src/base/smtp-url.ts'
import { createSendmailChannel } from '../../src/delivery/sendmail.ts'
import { createSmtpChannel } from '../../src/delivery/smtp.ts'
import { createWebhookChannel } from '../../src/delivery/webhook.ts'
import { outgoing } from '../helpers/values.ts'

const USER = 'postmaster@example.com'
const PASSWORD = 'Tr0ub4dor&3/xyzzy'
const PLAIN = Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64')
const TERMS = { to: ['bob@example.com'], from: 'memmon@example.com', host: 'web1' }
/** Six characters of a secret in a row. */
const PARTS = [USER, PASSWORD, PLAIN, encodeURIComponent(PASSWORD)].flatMap(form =>
  [...form]
    .map((_, at) => form.slice(at, at + 6))
    .filter(part => part.length === 6 && !part.includes('example')),
)

const open: { close(): void }[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const one of open.splice(0)) one.close()
})

function listening<T extends Server>(server: T): Promise<number> {
  open.push(server)
  server.on('connection', socket => sockets.add(socket))
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}

/** An SMTP server that refuses the login and repeats it behind so many characters. */
const smtpServer = (padding: number): Promise<number> =>
  listening(
    createServer(socket => {
      socket.on('error', () => {})
      socket.write('220 mail\r\n')
      socket.on('data', chunk => {
        const line = chunk.toString().trim()
        if (line.startsWith('EHLO')) socket.write('250-mail\r\n250 AUTH PLAIN\r\n')
        else if (line.startsWith('QUIT')) socket.end('221 bye\r\n')
        else socket.write(`535 ${'-'.repeat(padding)} ${line} for ${USER} ${'-'.repeat(260)}\r\n`)
      })
    }),
  )

const cuts = Array.from({ length: 12 }, (_, at) => at * 30)

test.each(cuts)('SMTP: a login that the server repeats, %d characters on', async padding => {
  const url = `smtp://${encodeURIComponent(USER)}@127.0.0.1:${await smtpServer(padding)}?starttls=no`
  const channel = createSmtpChannel({
    ...TERMS,
    servers: [parseSmtpUrl(url)],
    password: PASSWORD,
    timeoutMs: 60_000,
  })
  const delivery = await channel.deliver(outgoing('x'))
  expect(delivery).toMatchObject({ ok: false, why: expect.stringContaining('--') })
  for (const part of PARTS) expect(JSON.stringify(delivery)).not.toContain(part)
})

test.each(cuts)('a webhook: its path and its token, %d characters on', async padding => {
  const port = await listening(
    createHttpServer((request, response) => {
      const { pathname, search } = new URL(request.url ?? '', 'http://x')
      const said = `Cannot POST ${pathname}${search} nor ${encodeURIComponent(search)}`
      response.writeHead(404).end(`${'-'.repeat(padding)} ${said} ${'-'.repeat(500)}`)
    }),
  )
  const url = new URL(`http://127.0.0.1:${port}/services/T0123456/B0123456/aAbBcCdDeEfF?key=s3cr3ts3cr3t`)
  const channel = createWebhookChannel({ url, allowHttp: true, timeoutMs: 60_000 })
  const delivery = await channel.deliver(outgoing('x'))
  expect(delivery).toMatchObject({ ok: false, why: expect.stringContaining('HTTP 404') })
  expect(JSON.stringify(delivery)).not.toMatch(/T0123|B0123|aAbB|cCdD|eEfF|s3cr|services/)
})

test.each(
  cuts,
)('a mail command and a hook: what they say on stderr, %d characters before its end', async padding => {
  const redactor = createRedactor([{ text: PASSWORD }, { text: USER, isOnlyQuoted: true }])
  const said = `${'-'.repeat(900)} ${PLAIN} ${PASSWORD} ${USER} ${'-'.repeat(padding)}`
  const script = `printf %s '${said}' >&2; exit 75`
  const mail = await createSendmailChannel(script, { ...TERMS, redactor }).deliver(outgoing('x'))
  const hook = await runCommand(['/bin/sh', '-c', script], Buffer.alloc(0), { timeoutMs: 60_000, redactor })
  for (const result of [mail, hook]) {
    expect(result).toMatchObject({ ok: false, why: expect.stringContaining('exit code 75') })
    for (const part of PARTS) expect(JSON.stringify(result)).not.toContain(part)
  }
})
