// Every option, declared once: the parsers of flags and of memmon.conf, the help and the documents are made from it.

import { MOST_COUNTED } from '../core/history.ts'
import { LIMIT_FORM, parseLimit, parseSwitch } from '../core/limits.ts'
import type { RuleScope } from '../core/rules.ts'
import { parseGroupSelector, parseSelector, type Selector } from '../core/selector.ts'
import { parseServerUrl } from '../core/server-url.ts'
import { parseSmtpUrl } from '../core/smtp-url.ts'
import { DURATION_FORM, parseDuration, parseRate, parseSize, SIZE_FORM } from '../core/units.ts'
import { addBudget, addRule, type Draft } from './draft.ts'
import { RULE_OPTIONS, type RuleOption } from './rule-options.ts'
import type { GeneralDraft } from './settings.ts'

/** What is told of an option. */
export interface OptionText {
  /** Short form first, then the long ones; the first long one is the flag's name. */
  readonly flags: readonly [string, ...string[]]
  /** What its value is called; absent for a switch. */
  readonly value?: string
  readonly repeatable?: true
  /** Its value may hold a password: errors do not repeat it. */
  readonly secret?: true
  readonly help: string
  /** Arguments that use it, for help and docs. */
  readonly example: string
  /** What the example does. */
  readonly exampleHelp: string
}

/** A key of [memmon], too: reads one value, or 'true' and 'false' of a switch; throws an Error that says what would be right. */
export interface GeneralOption extends OptionText {
  readonly apply: (general: GeneralDraft, text: string) => void
}

/** A flag that adds a rule or a budget; memmon.conf has sections for that. */
export interface RuleFlag extends OptionText {
  readonly add: (draft: Draft, text: string) => void
}

/** A flag alone: --config, --help and --version. */
export interface OtherFlag extends OptionText {
  readonly kind: 'config' | 'help' | 'version'
}

export type OptionSpec = GeneralOption | RuleFlag | RuleOption | OtherFlag

const NAME_HELP = 'A name is program (in any group), group:program or group:*; * and ? are wildcards.'

export const OPTIONS: readonly OptionSpec[] = [
  {
    flags: ['-p', '--program'],
    value: 'name=limit',
    repeatable: true,
    help: `Restart a program that uses more than its limit. ${NAME_HELP}`,
    example: "-p web=200MB -p 'workers:*=1.5GB'",
    exampleHelp: 'limit web, and each process of the group workers',
    add: (draft, text) => addRuleOf(draft, 'program', '-p', text, parseSelector),
  },
  {
    flags: ['-g', '--group', '--groupname'],
    value: 'name=limit',
    repeatable: true,
    help: 'Restart each process of a group that uses more than the limit; each is judged by itself. * and ? are wildcards.',
    example: '-g workers=1GB',
    exampleHelp: 'limit each process of the group workers',
    add: (draft, text) => addRuleOf(draft, 'group', '-g', text, parseGroupSelector),
  },
  {
    flags: ['-a', '--any'],
    value: 'limit',
    help: "Restart any process of supervisord's that uses more than the limit, event listeners left out.",
    example: '-a 200MB',
    exampleHelp: 'limit every program',
    add: (draft, text) => {
      const limit = { limit: parseLimit(text), written: `-a ${text}` }
      addRule(draft, { scope: 'any', selector: { name: '*' }, origin: '-a', limit, keys: {} })
    },
  },
  ...RULE_OPTIONS,
  {
    flags: ['--most-specific'],
    help: 'Of several rules that match a process, let the closest decide alone: group:program, program, pattern, group, any. Default: every matching rule counts.',
    example: '-a 200MB -p db=4GB --most-specific',
    exampleHelp: 'let db have 4 GB, though -a gives 200 MB to all',
    apply: (draft, text) => {
      draft.mostSpecific = parseSwitch(text)
    },
  },
  {
    flags: ['--group-total'],
    value: 'name=limit',
    repeatable: true,
    help: 'What all processes of a group may use together, shared memory counted once. Over it, the one with the most private memory is restarted, one at a time.',
    example: '--group-total workers=4GB',
    exampleHelp: 'restart the largest worker when all of them use more than 4 GB',
    add: (draft, text) => {
      const [selector, limit] = nameAndLimit(text, '--group-total', parseGroupSelector)
      addBudget(draft, { kind: 'group', selector, limit, written: `--group-total ${text}`, keys: {} })
    },
  },
  {
    flags: ['--total'],
    value: 'limit',
    help: "What all of supervisord's processes may use together, counted as with --group-total.",
    example: '--total 80%',
    exampleHelp: 'restart the largest when all use more than 80% of what the machine or container has',
    add: (draft, text) => {
      const limit = parseLimit(text)
      addBudget(draft, {
        kind: 'total',
        selector: { name: '*' },
        limit,
        written: `--total ${text}`,
        keys: {},
      })
    },
  },
  {
    flags: ['--min-free'],
    value: 'limit',
    help: 'What has to stay free on the machine or in the container (MemAvailable, or what its limit leaves). Under it, the largest is restarted, one at a time.',
    example: '--min-free 500MB',
    exampleHelp: 'restart the largest when less than 500 MB are free',
    add: (draft, text) => {
      const limit = parseLimit(text)
      addBudget(draft, {
        kind: 'free',
        selector: { name: '*' },
        limit,
        written: `--min-free ${text}`,
        keys: {},
      })
    },
  },
  {
    flags: ['--dry-run'],
    help: 'Judge and tell everything, and do nothing: "Would restart ...", once for each time that a process is over its limit.',
    example: '-a 200MB --dry-run',
    exampleHelp: 'see what memmon would do, before it may',
    apply: (draft, text) => {
      draft.dryRun = parseSwitch(text)
    },
  },
  {
    flags: ['--config'],
    value: 'file',
    kind: 'config',
    help: 'Read memmon.conf, too: rules as sections, and all that flags can say. It is read again when it changes, and on SIGHUP. Of the same setting in both, the flag counts.',
    example: '--config /etc/supervisor/memmon.conf',
    exampleHelp: 'keep the rules in a file of their own',
  },
  {
    flags: ['-s', '--sendmail', '--sendmail_program', '--sendmail-program'],
    value: 'command',
    help: 'The shell command that takes a mail on stdin. Default: /usr/sbin/sendmail -t -i',
    example: "-a 200MB -m bob@example.com -s 'msmtp -t'",
    exampleHelp: 'send mail through msmtp',
    apply: (draft, text) => {
      if (text.trim() === '') throw new Error(`"${text}" is no command: give one that takes a mail on stdin`)
      draft.sendmailCommand = text
    },
  },
  {
    flags: ['-m', '--email'],
    value: 'address',
    repeatable: true,
    help: 'Send mail about restarts and failures there; several with commas. Without it no mail is sent.',
    example: '-a 200MB -m bob@example.com,ops@example.com',
    exampleHelp: 'mail two people',
    apply: (draft, text) => {
      draft.mailTo.push(...parseAddresses(text).filter(address => !draft.mailTo.includes(address)))
    },
  },
  {
    flags: ['--smtp'],
    value: 'url',
    repeatable: true,
    secret: true,
    help: 'Send mail by this SMTP server instead of a command: smtp://user@host:587, where STARTTLS is required unless ?starttls=optional or ?starttls=no says otherwise, or smtps://user@host. Several are tried in order. The password: MEMMON_SMTP_PASSWORD, --smtp-password-file, or smtp_password in memmon.conf.',
    example: '-a 200MB -m bob@example.com --smtp smtp://mail.example.com:587',
    exampleHelp: 'send mail without a mail command',
    apply: (draft, text) => {
      draft.smtpServers.push(parseSmtpUrl(text))
    },
  },
  {
    flags: ['--from'],
    value: 'address',
    help: 'Who the mail is from. Default: memmon@ and the name of this machine',
    example: '-a 200MB -m bob@example.com --from memmon@example.com',
    exampleHelp: 'an address that the mail server takes',
    apply: (draft, text) => {
      const [from = ''] = parseAddresses(text)
      draft.from = from
    },
  },
  {
    flags: ['--smtp-password-file'],
    value: 'file',
    help: 'A file that holds the SMTP password, and that nobody else may read.',
    example: '-a 200MB -m bob@example.com --smtp-password-file /etc/memmon.secret',
    exampleHelp: 'log in at the mail server',
    apply: (draft, text) => {
      draft.smtpPasswordFile = text
    },
  },
  {
    flags: ['--smtp-ca-file'],
    value: 'file',
    help: "Certificates to trust at the SMTP server, as PEM, instead of the system's.",
    example: '-a 200MB -m bob@example.com --smtp-ca-file /etc/ssl/internal.pem',
    exampleHelp: 'a mail server with a certificate of your own',
    apply: (draft, text) => {
      draft.smtpCaFile = text
    },
  },
  {
    flags: ['--webhook'],
    value: 'url',
    repeatable: true,
    secret: true,
    help: 'Post every message there as JSON, as Slack, Mattermost and Discord take it. https, or http to this machine. Anybody can read arguments with ps: a URL that is a secret belongs into --webhook-file, MEMMON_WEBHOOK_URL or memmon.conf.',
    example: '-a 200MB --webhook http://127.0.0.1:8080/memmon',
    exampleHelp: 'tell a program of your own',
    apply: (draft, text) => {
      draft.webhooks.push(text)
    },
  },
  {
    flags: ['--webhook-file'],
    value: 'file',
    repeatable: true,
    help: 'A file that holds the URL of a webhook, and that nobody else may read.',
    example: '-a 200MB --webhook-file /etc/memmon.slack',
    exampleHelp: 'tell a channel of Slack',
    apply: (draft, text) => {
      draft.webhookFiles.push(text)
    },
  },
  {
    flags: ['--webhook-http'],
    help: 'Let webhooks be http to other machines, too.',
    example: '-a 200MB --webhook http://hooks.internal/memmon --webhook-http',
    exampleHelp: 'tell a machine of your own network, unencrypted',
    apply: (draft, text) => {
      draft.allowHttpWebhook = parseSwitch(text)
    },
  },
  {
    flags: ['--on-alert-command'],
    value: 'command',
    help: 'Run for each warning, alert and failure, with the same facts as a webhook on stdin and in the environment.',
    example: "-a 200MB --warn 80% --on-alert-command '/opt/app/page-me'",
    exampleHelp: 'run a program of your own',
    apply: (draft, text) => {
      draft.onAlertCommand = text
    },
  },
  {
    flags: ['--hook-timeout'],
    value: 'time',
    help: 'How long a command of yours may run before TERM, and two seconds later KILL, to its whole process group. Default: 30s',
    example: "-p web=1GB --pre-restart-command '/opt/set-sick' --hook-timeout 10s",
    exampleHelp: 'wait ten seconds at most',
    apply: (draft, text) => {
      draft.hookTimeoutSeconds = parseDuration(text)
    },
  },
  {
    flags: ['--mail-interval'],
    value: 'time',
    help: 'The first message goes at once; what follows within this time is gathered into one, failures within a minute. Default: 5m. 0 sends each by itself.',
    example: '-a 200MB -m bob@example.com --mail-interval 1h',
    exampleHelp: 'one mail an hour at most, failures aside',
    apply: (draft, text) => {
      draft.mailIntervalSeconds = parseDuration(text)
    },
  },
  {
    flags: ['-u', '--uptime'],
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
    value: 'name',
    help: 'A name for this memmon in the subject of its mails.',
    example: '-a 200MB -m bob@example.com -n shop',
    exampleHelp: 'subjects begin with "memmon [shop]:"',
    apply: (draft, text) => {
      draft.name = text
    },
  },
  {
    flags: ['--server-url'],
    value: 'url',
    secret: true,
    help: "supervisord's address, unix:///path or http://host:port. Default: SUPERVISOR_SERVER_URL, which supervisord sets.",
    example: '-a 200MB --server-url http://127.0.0.1:9001',
    exampleHelp: 'ask supervisord over TCP',
    apply: (draft, text) => {
      draft.serverUrl = parseServerUrl(text)
    },
  },
  {
    flags: ['--ignore'],
    value: 'pattern',
    repeatable: true,
    help: 'Never restart what this name or pattern matches, whatever the other rules say.',
    example: "-a 200MB --ignore db --ignore 'batch:*'",
    exampleHelp: 'limit every program but db and the group batch',
    apply: (draft, text) => {
      draft.ignored.push(parseSelector(text))
    },
  },
  {
    flags: ['--max-parallel'],
    value: 'count',
    help: 'How many processes of one group may be away for a restart at a time; the largest excess goes first. Default: 1. 0 lifts it.',
    example: '-g workers=1GB --max-parallel 2',
    exampleHelp: 'restart two workers at a time',
    apply: (draft, text) => {
      if (!/^\d{1,6}$/.test(text))
        throw new Error(`"${text}" is not a count: give digits, as in 2, or 0 for no limit`)
      draft.maxParallel = Number(text)
    },
  },
  {
    flags: ['--max-restarts'],
    value: 'rate',
    help: 'Restart no process more often than this, a count within a time. Past it the process is left running, and one mail says so. Default: no limit.',
    example: '-a 200MB --max-restarts 3/1h',
    exampleHelp: 'restart each program at most three times an hour',
    apply: (draft, text) => {
      draft.maxRestarts = { ...parseRate(text, MOST_COUNTED), written: text }
    },
  },
  {
    flags: ['--state-dir'],
    value: 'folder',
    help: 'Where the journal of restarts is kept, which lets the next memmon finish what this one has begun. Default: $STATE_DIRECTORY, $XDG_STATE_HOME/memmon, /var/lib/memmon as root, or ~/.local/state/memmon.',
    example: '-a 200MB --state-dir /srv/memmon',
    exampleHelp: 'keep the journal below /srv/memmon',
    apply: (draft, text) => {
      if (!text.startsWith('/')) throw new Error(`"${text}" is not a whole path: give one that begins with /`)
      draft.stateDir = text
    },
  },
  {
    flags: ['--own-limit'],
    value: 'size',
    help: 'Past this much RSS memmon itself finishes its restarts and ends with an exit code, so that supervisord starts it afresh. Default: 128MB',
    example: '-a 200MB --own-limit 1GB',
    exampleHelp: 'let memmon itself use up to 1 GB',
    apply: (draft, text) => {
      draft.ownLimitBytes = parseSize(text)
    },
  },
  {
    flags: ['--stop-wait'],
    value: 'time',
    help: "stopwaitsecs of memmon's own section, if it has one: how long SIGTERM leaves it to finish restarts. Default: 10s",
    example: '-a 200MB --stop-wait 60s',
    exampleHelp: 'with stopwaitsecs=60 in [eventlistener:memmon]',
    apply: (draft, text) => {
      draft.stopWaitSeconds = parseDuration(text)
    },
  },
  {
    flags: ['--verbose'],
    help: 'Log every check: what was looked at and how large it was.',
    example: '-a 200MB --verbose',
    exampleHelp: 'see why something is or is not restarted',
    apply: (draft, text) => {
      draft.verbose = parseSwitch(text)
    },
  },
  {
    flags: ['-h', '--help'],
    kind: 'help',
    help: 'Show this help.',
    example: '--help',
    exampleHelp: 'this text',
  },
  {
    flags: ['-V', '--version'],
    kind: 'version',
    help: 'Show the version.',
    example: '--version',
    exampleHelp: 'the version alone',
  },
]

/** The forms of values that several options share, for help and docs. */
export const VALUE_FORMS = [
  `A limit: ${LIMIT_FORM}. 1 KB is 1024 bytes. A share is one of the memory that this machine or container really has.`,
  `A size: ${SIZE_FORM}.`,
  `A time: ${DURATION_FORM}.`,
  'A name may hold "=": name=limit is split at the last one.',
]

/** `-p, --program <name=size>`. */
export const optionTerm = ({ flags, value }: OptionText): string =>
  value === undefined ? flags.join(', ') : `${flags.join(', ')} <${value}>`

function addRuleOf(
  draft: Draft,
  scope: RuleScope,
  flag: string,
  text: string,
  parse: (name: string) => Selector,
): void {
  const [selector, limit, name] = nameAndLimit(text, flag, parse)
  addRule(draft, {
    scope,
    selector,
    origin: `${flag} ${name}`,
    limit: { limit, written: `${flag} ${text}` },
    keys: {},
  })
}

function nameAndLimit(text: string, flag: string, parse: (name: string) => Selector) {
  const at = text.lastIndexOf('=')
  if (at < 0) throw new Error(`"${text}" has no "=": give name=limit, as in ${flag} web=200MB`)
  const name = text.slice(0, at)
  return [parse(name), parseLimit(text.slice(at + 1)), name] as const
}

function parseAddresses(text: string): string[] {
  const addresses = text.split(',').map(address => address.trim())
  for (const address of addresses) {
    if (!/^(?:[^<>]*<[^\s<>]+>|[^\s<>]+)$/.test(address) || /[\0-\x1f\x7f]/.test(address)) {
      throw new Error(`"${text}" is no mail address: give one as in bob@example.com, several with commas`)
    }
  }
  return addresses
}
