// A whole mail by RFC 5322, made by nodemailer: nothing that a name holds can become a header. ASCII goes as 7bit, which
// nodemailer does where no line is longer than 76 characters. Where a history is known, the text comes with a chart, and
// a page with the same as a picture beside it.
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
  message: Outgoing,
  { to, from, host }: MailTerms,
  newline: 'unix' | 'windows' = 'unix',
): Promise<Buffer> {
  const { id, subject, thread, createdAt } = message
  const { createTransport } = nodemailer()
  const transport = createTransport({ streamTransport: true, buffer: true, newline })
  // All about one process hang on one Message-ID, which need not exist: so mail readers thread them.
  const root = thread && `<${thread}@${host}>`
  const { message: mail } = await transport.sendMail({
    from,
    to: [...to],
    subject,
    ...(await bodyOf(message, host)),
    messageId: `<${id}@${host}>`,
    date: new Date(createdAt),
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...(root && { references: root, inReplyTo: root }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return mail as Buffer
}

/** The text, which stands alone; with a history, what shows it. */
async function bodyOf(message: Outgoing, host: string) {
  const text = wrapped(message.text)
  const charts = await chartsOf(message, host)
  if (!charts) return { text }
  const { html, png, contentId } = charts
  const content = png && Buffer.from(png.buffer, png.byteOffset, png.byteLength)
  const picture = { filename: 'memory.png', contentType: 'image/png', cid: contentId, content }
  return {
    text: charts.text === '' ? text : `${text.trimEnd()}\n\n${charts.text}`,
    html,
    ...(content && { attachments: [{ ...picture, contentDisposition: 'inline' as const }] }),
  }
}

/** A chart that cannot be drawn, or loaded while npm replaces the package, never costs the mail. */
async function chartsOf({ id, text, history }: Outgoing, host: string) {
  if (!history) return undefined
  const contentId = `${id}.memory@${host}`
  try {
    const { mailCharts } = await import('../picture/charts.ts')
    return { contentId, ...(await mailCharts(text, history, contentId)) }
  } catch {
    return undefined
  }
}
