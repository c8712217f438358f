// Where a mail server is: smtp://user@host:587, smtps://host.
import { withoutUser } from './url-credentials.ts'

export interface SmtpServer {
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  /** TLS from the first byte. */
  readonly isTls: boolean
  /** Whether TLS begins by STARTTLS: 'optional' takes it if it is offered. */
  readonly startTls: 'required' | 'optional' | 'none'
}

const FORM = 'give smtp://user@host:587, or smtps://user@host; ?starttls=no for a server without TLS'

/** Parses it. Throws an Error that says what would be right, without a password. */
export function parseSmtpUrl(text: string): SmtpServer {
  const [, scheme, user, password, bracketed, host, port, query] =
    /^(smtps?):\/\/(?:([^:@/]+)(:[^@/]*)?@)?(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?\/?(?:\?(.*))?$/i.exec(
      text,
    ) ?? []
  if (password !== undefined) {
    throw new Error(
      'a password in the URL can be read by anybody with ps: give it as MEMMON_SMTP_PASSWORD, smtp_password_file or in memmon.conf',
    )
  }
  const name = bracketed ?? host
  const startTls = {
    '': 'required',
    'starttls=required': 'required',
    'starttls=optional': 'optional',
    'starttls=no': 'none',
  }[query ?? ''] as SmtpServer['startTls'] | undefined
  const isTls = scheme?.toLowerCase() === 'smtps'
  const number = Number(port ?? (isTls ? 465 : 587))
  if (name === undefined || startTls === undefined || number < 1 || number > 65_535) {
    throw new Error(`"${withoutUser(text)}" is not an SMTP server: ${FORM}`)
  }
  return { host: name, port: number, user: user === undefined ? undefined : decode(user), isTls, startTls }
}

/** A user may be an address: bob%40example.com. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
