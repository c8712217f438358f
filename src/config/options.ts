// Every flag, declared once: parser, help and docs/options.md are made from this table.

import { MOST_COUNTED } from '../core/history.ts'
import type { RuleScope } from '../core/rules.ts'
import { parseGroupSelector, parseSelector, type Selector, sameSelector } from '../core/selector.ts'
import { parseServerUrl } from '../core/server-url.ts'
import { DURATION_FORM, parseDuration, parseRate, parseSize, SIZE_FORM } from '../core/units.ts'
import type { SettingsDraft } from './settings.ts'

export interface OptionSpec {
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
  /** Reads one value into the settings; throws an Error that says what would be right. Absent for help and version. */
  readonly apply?: (draft: SettingsDraft, text: string) => void
}

const NAME_HELP = 'A name is program (in any group), group:program or group:*; * and ? are wildcards.'

export const OPTIONS: readonly OptionSpec[] = [
  {
    flags: ['-p', '--program'],
    value: 'name=size',
    repeatable: true,
    help: `Restart a program that uses more than size. ${NAME_HELP}`,
    example: "-p web=200MB -p 'workers:*=1.5GB'",
    exampleHelp: 'limit web, and each process of the group workers',
    apply: (draft, text) => addRule(draft, 'program', '-p', text, parseSelector),
  },
  {
    flags: ['-g', '--group', '--groupname'],
    value: 'name=size',
    repeatable: true,
    help: 'Restart each process of a group that uses more than size; each is judged by itself. * and ? are wildcards.',
    example: '-g workers=1GB',
    exampleHelp: 'limit each process of the group workers',
    apply: (draft, text) => addRule(draft, 'group', '-g', text, parseGroupSelector),
  },
  {
    flags: ['-a', '--any'],
    value: 'size',
    help: "Restart any process of supervisord's that uses more than size, event listeners left out.",
    example: '-a 200MB',
    exampleHelp: 'limit every program',
    apply: (draft, text) => {
      const limitBytes = parseSize(text)
      draft.rules = draft.rules.filter(rule => rule.scope !== 'any')
      draft.rules.push({
        scope: 'any',
        selector: { name: '*' },
        limitBytes,
        limitWritten: text,
        written: `-a ${text}`,
      })
    },
  },
  {
    flags: ['-c', '--cumulative'],
    help: 'Count the memory of all descendants with that of each process.',
    example: '-c -a 2GB',
    exampleHelp: 'limit every program with all the processes it has forked',
    apply: draft => {
      draft.cumulative = true
    },
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
    apply: draft => {
      draft.verbose = true
    },
  },
  {
    flags: ['-h', '--help'],
    help: 'Show this help.',
    example: '--help',
    exampleHelp: 'this text',
  },
  {
    flags: ['-V', '--version'],
    help: 'Show the version.',
    example: '--version',
    exampleHelp: 'the version alone',
  },
]

/** The forms of values that several options share, for help and docs. */
export const VALUE_FORMS = [
  `A size: ${SIZE_FORM}; 1 KB is 1024 bytes.`,
  `A time: ${DURATION_FORM}.`,
  'A name may hold "=": name=size is split at the last one.',
]

/** `-p, --program <name=size>`. */
export const optionTerm = ({ flags, value }: OptionSpec): string =>
  value === undefined ? flags.join(', ') : `${flags.join(', ')} <${value}>`

function addRule(
  draft: SettingsDraft,
  scope: RuleScope,
  flag: string,
  text: string,
  parse: (name: string) => Selector,
): void {
  const at = text.lastIndexOf('=')
  if (at < 0) throw new Error(`"${text}" has no "=": give name=size, as in ${flag} web=200MB`)
  const selector = parse(text.slice(0, at))
  const limitWritten = text.slice(at + 1)
  const limitBytes = parseSize(limitWritten)
  // The same name given twice: the last one wins, as in superlance.
  draft.rules = draft.rules.filter(rule => !(rule.scope === scope && sameSelector(rule.selector, selector)))
  draft.rules.push({ scope, selector, limitBytes, limitWritten, written: `${flag} ${text}` })
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
