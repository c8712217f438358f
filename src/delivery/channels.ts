// The channels that the settings ask for, with their secrets: from files that nobody else may read, from the
// environment, or from memmon.conf.
import { hostname } from 'node:os'
import { messageOf, UsageError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { createRedactor, type Redactor } from '../base/redact.ts'
import { environmentSecrets } from '../base/secrets.ts'
import { parseWebhookUrl } from '../base/webhook-url.ts'
import { secretIn, textIn } from '../config/secret-file.ts'
import type { Settings } from '../config/settings.ts'
import type { Channel } from './channel.ts'
import { createSendmailChannel } from './sendmail.ts'
import { createSmtpChannel } from './smtp.ts'
import { createWebhookChannel } from './webhook.ts'

const SMTP_TIMEOUT_MS = 30_000
const WEBHOOK_TIMEOUT_MS = 15_000

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The redactor learns the secrets. Throws a UsageError if a secret is missing, unreadable or readable by others.
 */
export function createChannels(
  settings: Settings,
  environment: Environment,
  redactor: Redactor = createRedactor(environmentSecrets(environment)),
): Channel[] {
  const { mailTo, from, smtpServers, sendmailCommand, allowHttpWebhook } = settings
  const host = hostname()
  const terms = { to: mailTo, from: from ?? `memmon@${host}`, host, redactor }
  const mail = (): Channel =>
    smtpServers.length > 0
      ? createSmtpChannel({
          ...terms,
          servers: smtpServers,
          password: passwordOf(settings, environment),
          timeoutMs: SMTP_TIMEOUT_MS,
          ...(settings.smtpCaFile !== undefined && {
            caText: textIn(settings.smtpCaFile, `${placeOf(settings, 'smtp_ca_file')}--smtp-ca-file`),
          }),
        })
      : createSendmailChannel(sendmailCommand, terms)
  if (smtpServers.length > 0 && mailTo.length === 0) {
    throw new UsageError(
      `${placeOf(settings, 'smtp')}--smtp says how mail goes, and -m has to say to whom: as in -m bob@example.com`,
    )
  }
  return [
    ...(mailTo.length > 0 ? [mail()] : []),
    ...webhookUrls(settings, environment).map(({ text, where }) => {
      try {
        const url = parseWebhookUrl(text, allowHttpWebhook)
        return createWebhookChannel({
          url,
          allowHttp: allowHttpWebhook,
          timeoutMs: WEBHOOK_TIMEOUT_MS,
          redactor,
        })
      } catch (thrown) {
        throw new UsageError(`${where}: ${messageOf(thrown)}`)
      }
    }),
  ]
}

/** One line for each channel, secrets left out. */
export function logChannels(channels: readonly Channel[], settings: Settings, log: Log): void {
  for (const channel of channels) log('INFO', channelText(channel, settings))
}

/** Where the messages of a channel go. */
export const channelText = ({ key, by }: Channel, { mailTo }: Settings): string =>
  key.startsWith('webhook') ? `Messages go to the ${by}` : `Mail goes to ${mailTo.join(', ')} by ${by}`

/** Where a key of [memmon] stands, as errors begin; '' for a flag. */
const placeOf = ({ places }: Settings, key: string): string =>
  places?.has(key) ? `${places.get(key)}: ` : ''

/** MEMMON_SMTP_PASSWORD, the file, or memmon.conf; undefined if no server asks for a user. */
function passwordOf(settings: Settings, environment: Environment): string | undefined {
  const { smtpServers, smtpPasswordFile, smtpPassword } = settings
  const user = smtpServers.find(server => server.user !== undefined)?.user
  if (user === undefined) return undefined
  const password =
    environment.MEMMON_SMTP_PASSWORD ??
    (smtpPasswordFile === undefined
      ? smtpPassword
      : secretIn(smtpPasswordFile, `${placeOf(settings, 'smtp_password_file')}smtp_password_file`))
  if (password) return password
  throw new UsageError(
    `${placeOf(settings, 'smtp')}--smtp: ${user} has no password: give it as MEMMON_SMTP_PASSWORD, in smtp_password_file, or as smtp_password in memmon.conf`,
  )
}

function webhookUrls(settings: Settings, environment: Environment) {
  const { webhooks, webhookFiles } = settings
  const at = placeOf(settings, 'webhook_file')
  const fromEnvironment = environment.MEMMON_WEBHOOK_URL
  return [
    ...webhooks.map(text => ({ text, where: `${placeOf(settings, 'webhook')}--webhook` })),
    ...webhookFiles.map(path => ({
      text: secretIn(path, `${at}webhook_file`),
      where: `${at}webhook_file ${path}`,
    })),
    ...(fromEnvironment ? [{ text: fromEnvironment, where: 'MEMMON_WEBHOOK_URL' }] : []),
  ]
}
