// A whole mail by RFC 5322, made by nodemailer: nothing that a name holds can become a header. ASCII goes as 7bit, which
// nodemailer does where no line is longer than 76 characters.
import type { Outgoing } from './channel.ts'
import { nodemailer } from './nodemailer.ts'
import { wrapped } from './wrap.ts'

export interface MailTerms {
  readonly to: readonly string[]
  readonly from: string
  readonly host: string
}

/** The mail as bytes, lines ended by `newline`. */
export async function buildMail(
  { id, subject, text, thread, createdAt }: Outgoing,
  { to, from, host }: MailTerms,
  newline: 'unix' | 'windows' = 'unix',
): Promise<Buffer> {
  const { createTransport } = nodemailer()
  const transport = createTransport({ streamTransport: true, buffer: true, newline })
  // All about one process hang on one Message-ID, which need not exist: so mail readers thread them.
  const root = thread && `<${thread}@${host}>`
  const { message } = await transport.sendMail({
    from,
    to: [...to],
    subject,
    text: wrapped(text),
    messageId: `<${id}@${host}>`,
    date: new Date(createdAt),
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...(root && { references: root, inReplyTo: root }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return message as Buffer
}
