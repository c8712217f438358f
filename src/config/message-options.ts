// The options about messages: who is told, by what, and when.
import { resolve } from 'node:path'
import { parseAlertmanagerUrl } from '../base/alertmanager-url.ts'
import { parseCommand } from '../base/command-line.ts'
import { parseAddresses } from '../base/mail-address.ts'
import { parseSmtpUrl } from '../base/smtp-url.ts'
import { parseDuration, timerTime } from '../base/units.ts'
import { parseWebhookUrl } from '../base/webhook-url.ts'
import { parseSwitch } from '../rules/limits.ts'
import type { GeneralOption } from './option.ts'

export const MESSAGE_OPTIONS: readonly GeneralOption[] = [
  {
    flags: ['-s', '--sendmail', '--sendmail_program', '--sendmail-program'],
    group: 'messages',
    value: 'command',
    help: 'The shell command that takes a mail on stdin. Default: /usr/sbin/sendmail -t -i',
    example: "-a 200MB -m bob@example.com -s 'msmtp -t'",
    exampleHelp: 'send mail through msmtp',
    apply: (draft, text) => {
      if (text.trim() === '')
        throw new Error(`"${text}" is not a command: use one that reads a mail from stdin`)
      draft.sendmailCommand = text
    },
  },
  {
    flags: ['-m', '--email'],
    group: 'messages',
    value: 'address',
    repeatable: true,
    brief: 'send mail about restarts and failures there',
    mayBeEmpty: true,
    help: 'Send mail about restarts and failures there; several with commas. Without it no mail is sent.',
    example: '-a 200MB -m bob@example.com,ops@example.com',
    exampleHelp: 'mail two people',
    apply: (draft, text) => {
      draft.mailTo = [...new Set([...(draft.mailTo ?? []), ...parseAddresses(text)])]
    },
  },
  {
    flags: ['--smtp'],
    group: 'messages',
    value: 'url',
    repeatable: true,
    secret: true,
    brief: 'by this server: smtp://mail.example.com:587',
    help: 'Send mail by this SMTP server instead of a command: smtp://user@host:587, where STARTTLS is required unless ?starttls=optional or ?starttls=no says otherwise, or smtps://user@host. Several are tried in order. The password: MEMMON_SMTP_PASSWORD, --smtp-password-file, or smtp_password in memmon.conf.',
    example: '-a 200MB -m bob@example.com --smtp smtp://mail.example.com:587',
    exampleHelp: 'send mail without a mail command',
    apply: (draft, text) => {
      draft.smtpServers = [...(draft.smtpServers ?? []), parseSmtpUrl(text)]
    },
  },
  {
    flags: ['--from'],
    group: 'messages',
    value: 'address',
    help: 'Who the mail is from. Default: memmon@ and the name of this machine',
    example: '-a 200MB -m bob@example.com --from memmon@example.com',
    exampleHelp: 'an address that the mail server takes',
    apply: (draft, text) => {
      const [from = '', ...others] = parseAddresses(text)
      if (others.length > 0) throw new Error(`"${text}" is more than one address: a mail is from one`)
      draft.from = from
    },
  },
  {
    flags: ['--smtp-password-file'],
    group: 'messages',
    value: 'file',
    isPath: true,
    help: 'A file that holds the SMTP password, and that nobody else may read.',
    example: '-a 200MB -m bob@example.com --smtp-password-file /etc/memmon.secret',
    exampleHelp: 'log in at the mail server',
    apply: (draft, text) => {
      draft.smtpPasswordFile = resolve(text)
    },
  },
  {
    flags: ['--smtp-ca-file'],
    group: 'messages',
    value: 'file',
    isPath: true,
    help: "Certificates to trust at the SMTP server, as PEM, instead of the system's.",
    example: '-a 200MB -m bob@example.com --smtp-ca-file /etc/ssl/internal.pem',
    exampleHelp: 'a mail server with a certificate of your own',
    apply: (draft, text) => {
      draft.smtpCaFile = resolve(text)
    },
  },
  {
    flags: ['--webhook'],
    group: 'messages',
    value: 'url',
    repeatable: true,
    secret: true,
    help: 'Post every message there as JSON that Slack, Mattermost and Discord accept. https, or http to this machine. Anybody can read arguments with ps: a URL that is a secret belongs in --webhook-file, MEMMON_WEBHOOK_URL or memmon.conf.',
    example: '-a 200MB --webhook http://127.0.0.1:8080/memmon',
    exampleHelp: 'notify your own program',
    apply: (draft, text) => {
      parseWebhookUrl(text, true) // --webhook-http may still come
      draft.webhooks = [...(draft.webhooks ?? []), text]
    },
  },
  {
    flags: ['--webhook-file'],
    group: 'messages',
    value: 'file',
    repeatable: true,
    brief: 'post to the webhook whose URL this file holds',
    isPath: true,
    help: 'A file that holds the URL of a webhook, and that nobody else may read.',
    example: '-a 200MB --webhook-file /etc/memmon.slack',
    exampleHelp: 'notify a Slack channel',
    apply: (draft, text) => {
      draft.webhookFiles = [...(draft.webhookFiles ?? []), resolve(text)]
    },
  },
  {
    flags: ['--webhook-http'],
    group: 'messages',
    help: 'Let webhooks be http to other machines, too.',
    example: '-a 200MB --webhook http://hooks.internal/memmon --webhook-http',
    exampleHelp: 'notify a host in your network, unencrypted',
    apply: (draft, text) => {
      draft.allowHttpWebhook = parseSwitch(text)
    },
  },
  {
    flags: ['--alertmanager'],
    group: 'messages',
    value: 'url',
    repeatable: true,
    secret: true,
    help: 'Send what memmon finds as alerts to this Alertmanager, for hosts without a Prometheus; several each get all. Anybody can read arguments with ps: a URL with a password belongs in MEMMON_ALERTMANAGER_URL or memmon.conf.',
    example: '-a 200MB --alertmanager http://alerts.example.com:9093',
    exampleHelp: 'let an Alertmanager group, silence and route',
    apply: (draft, text) => {
      parseAlertmanagerUrl(text)
      draft.alertmanagers = [...(draft.alertmanagers ?? []), text]
    },
  },
  {
    flags: ['--on-alert-command'],
    group: 'messages',
    value: 'command',
    help: 'Run for each warning, alert and failure, with the same facts as a webhook on stdin and in the environment.',
    example: "-a 200MB --warn 80% --on-alert-command '/opt/app/page-me'",
    exampleHelp: 'run a program of your own',
    apply: (draft, text) => {
      draft.onAlertCommand = parseCommand(text)
    },
  },
  {
    flags: ['--mail-interval'],
    group: 'messages',
    value: 'time',
    help: 'The first message goes at once; what follows within this time is gathered into one, failures within a minute. 24d at most. Default: 5m. 0 sends each by itself.',
    example: '-a 200MB -m bob@example.com --mail-interval 1h',
    exampleHelp: 'one mail an hour at most, failures aside',
    apply: (draft, text) => {
      draft.mailIntervalSeconds = timerTime(parseDuration(text), text)
    },
  },
  {
    flags: ['-u', '--uptime'],
    group: 'messages',
    value: 'time',
    help: 'Send mail about a restart only if the process had run no longer than this. Mail about failures is always sent.',
    example: '-a 200MB -m bob@example.com -u 1h',
    exampleHelp: 'mail only about what grew within an hour',
    apply: (draft, text) => {
      draft.mailUptimeSeconds = parseDuration(text)
    },
  },
  {
    flags: ['-n', '--name'],
    group: 'messages',
    value: 'name',
    mayBeEmpty: true,
    help: 'A name for this memmon in the subject of its mails.',
    example: '-a 200MB -m bob@example.com -n shop',
    exampleHelp: 'subjects begin with "memmon [shop]:"',
    apply: (draft, text) => {
      draft.name = text
    },
  },
]
