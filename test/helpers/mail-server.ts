// A mail server that keeps what it takes, as a program takes it that knows no TLS.
import type { AddressInfo } from 'node:net'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface KeptMail {
  readonly to: string
  /** Its subject, and the words of its HTML part below. */
  readonly text: string
}

export interface MailServer {
  readonly port: number
  readonly mails: readonly KeptMail[]
  readonly close: () => Promise<void>
}

export async function startMailServer(): Promise<MailServer> {
  const mails: KeptMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope }, callback) {
      void simpleParser(stream).then(({ html, subject }) => {
        mails.push({ to: String(envelope.rcptTo[0]?.address), text: `${subject}\n${html}` })
        callback()
      })
    },
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return { port, mails, close: () => new Promise(resolve => server.close(() => resolve())) }
}
