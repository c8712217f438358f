// Mail straight to SMTP servers (RFC 5321, by nodemailer): several, tried in order, a connection for each mail.

import { addressIn } from '../base/mail-address.ts'
import { createRedactor, type Redactor } from '../base/redact.ts'
import type { SmtpServer } from '../base/smtp-url.ts'
import { type Channel, type Delivery, failedTry, type Outgoing } from './channel.ts'
import { buildMail, type MailTerms } from './mail-text.ts'
import { nodemailer } from './nodemailer.ts'

export interface SmtpTerms extends MailTerms {
  readonly servers: readonly SmtpServer[]
  readonly password: string | undefined
  /** For one server, from the connection to the answer behind DATA. */
  readonly timeoutMs: number
  /** A certificate to be trusted beside those of the system, as PEM. */
  readonly caText?: string
  /** What the servers say goes through it. */
  readonly redactor?: Redactor
}

export function createSmtpChannel(given: SmtpTerms): Channel {
  const { to, servers, password, redactor = createRedactor() } = given
  const terms = { ...given, redactor }
  redactor.learn([
    { text: password ?? '' },
    ...servers.map(({ user = '' }) => ({ text: user, isOnlyQuoted: true })),
  ])
  return {
    key: 'smtp',
    by: servers.map(urlOf).join(', '),
    whatText: subject => `mail "${subject}" to ${to.join(', ')}`,
    async deliver(message) {
      const failures: string[] = []
      for (const server of servers) {
        const delivery = await tryServer(server, message, terms)
        if (delivery.ok || delivery.permanent) return delivery
        failures.push(delivery.why)
      }
      return failedTry(failures.join('; '))
    },
  }
}

const urlOf = ({ host, port, isTls }: SmtpServer): string => `${isTls ? 'smtps' : 'smtp'}://${host}:${port}`

async function tryServer(
  server: SmtpServer,
  message: Outgoing,
  terms: SmtpTerms & { readonly redactor: Redactor },
): Promise<Delivery> {
  const { timeoutMs, password, caText, to, redactor } = terms
  const transport = nodemailer().createTransport({
    host: server.host,
    port: server.port,
    secure: server.isTls,
    requireTLS: server.startTls === 'required',
    ignoreTLS: server.startTls === 'none',
    ...(server.user !== undefined && { auth: { user: server.user, pass: password ?? '' } }),
    ...(caText !== undefined && { tls: { ca: caText } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${timeoutMs / 1000} s`)), timeoutMs)
  })
  const send = async () => {
    const raw = await buildMail(message, terms, 'windows')
    return await transport.sendMail({ envelope: { from: addressIn(terms.from), to: to.map(addressIn) }, raw })
  }
  try {
    const { response, rejected } = await Promise.race([send(), late])
    const some = rejected.length > 0 ? `; refused for ${rejected.join(', ')}` : ''
    return { ok: true, said: `${redactor.quote(response)}${some}` }
  } catch (thrown) {
    return failureOf(server, thrown as SmtpError, redactor)
  } finally {
    clearTimeout(timer)
    transport.close()
  }
}

interface SmtpError extends Error {
  readonly code?: string
  readonly responseCode?: number
  readonly response?: string
}

/**
 * 5xx is the server's last word; anything else may pass. A connection that breaks behind DATA may have delivered it:
 * it is sent again, with the same Message-ID.
 */
function failureOf(server: SmtpServer, error: SmtpError, { quote }: Redactor): Delivery {
  const { responseCode = 0, response, code, message } = error
  const said = quote(response ?? `${code ? `${code}: ` : ''}${message}`)
  // A refused user or TLS is mended in the settings, and the mail should still arrive then: only what is said about
  // the mail itself is final.
  const permanent = responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
  return { ok: false, why: `${urlOf(server)}: ${said}`, permanent }
}
