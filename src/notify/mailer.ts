// Mails, one after the other, beside everything else: built by nodemailer, handed to the -s command.
import type { Log } from '../observe/log.ts'
import type { Message } from './message.ts'
import { pipeToCommand } from './pipe-command.ts'

/** Mails that wait while the command is slow; past that the oldest is dropped, and the log says so. */
const MOST_WAITING = 100
const COMMAND_TIMEOUT_MS = 30_000

export interface MailSettings {
  readonly to: readonly string[]
  readonly host: string
  readonly command: string
}

export class Mailer {
  readonly #settings: () => MailSettings
  readonly #log: Log
  readonly #waiting: Message[] = []
  #sending: Promise<void> | undefined

  /** `settings` is asked for each mail: they may change. */
  constructor(settings: () => MailSettings, log: Log) {
    this.#settings = settings
    this.#log = log
  }

  /** Takes a mail and returns at once; what becomes of it is told in the log. */
  send(message: Message): void {
    if (this.#waiting.length === MOST_WAITING) {
      this.#log(
        'ERRO',
        `Dropped the mail "${this.#waiting.shift()?.subject}": ${MOST_WAITING} mails are waiting`,
      )
    }
    this.#waiting.push(message)
    this.#sending ??= this.#sendAll()
  }

  /** Resolves when every mail that was taken has been handed over or has failed. */
  async whenIdle(): Promise<void> {
    await this.#sending
  }

  async #sendAll(): Promise<void> {
    for (let message = this.#waiting.shift(); message; message = this.#waiting.shift())
      await this.#deliver(message)
    this.#sending = undefined
  }

  async #deliver(message: Message): Promise<void> {
    const settings = this.#settings()
    const { to, command } = settings
    const result = await pipeToCommand(command, await buildMail(message, settings), COMMAND_TIMEOUT_MS)
    const what = `mail "${message.subject}" to ${to.join(', ')}`
    if (result.ok) this.#log('INFO', `Sent ${what}`)
    else this.#log('ERRO', `Failed to send ${what} by ${command}: ${result.why}`)
  }
}

/** A whole message by RFC 5322, header values encoded by nodemailer. */
export async function buildMail(
  { subject, text }: Message,
  { to, host }: Pick<MailSettings, 'to' | 'host'>,
): Promise<Buffer> {
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
  const { message } = await transport.sendMail({
    from: `memmon@${host}`,
    to: [...to],
    subject,
    text,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return message as Buffer
}
