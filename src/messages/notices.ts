// The words for each kind of notice, in the log, in mails and in digests. A new kind is one more row here. Pure.
// notice-words.ts has the words for one notice, which may be about a budget or come from a monitor.
import type { Level } from '../base/log.ts'
import type { Noticed } from '../rules/outcome.ts'

/** What the first line of a mail asks of whoever reads it. */
export type Todo = 'Nothing to do' | 'Nothing to do yet' | 'Somebody has to look'

/** What the sentences are made of. */
export interface NoticeFacts {
  readonly name: string
  /** With its pid, if it has one. */
  readonly who: string
  readonly host: string
  /** Which process on which host. */
  readonly where: string
  /** What was measured, and by which rule it counts. */
  readonly breach: string
  readonly detail: string
}

type Text = (facts: NoticeFacts) => string

export interface NoticeWords {
  readonly level: Level
  /** Somebody may have to look: on_alert_command is run. */
  readonly isAlert: boolean
  readonly todo: Todo
  readonly log: Text
  readonly subject: Text
  /** The first line of its mail, without its full stop. */
  readonly headline: Text
  readonly done: Text
  /** What else there is to know. */
  readonly note?: Text
  /** In the table of a digest: 18 characters at most. */
  readonly brief: Text
}

const QUIET = { level: 'INFO', isAlert: false, todo: 'Nothing to do' } as const
const ALERT = { level: 'WARN', isAlert: true, todo: 'Somebody has to look' } as const

export const NOTICES: Readonly<Record<Noticed['what'], NoticeWords>> = {
  warned: {
    ...ALERT,
    todo: 'Nothing to do yet',
    log: ({ who, breach }) => `${who} nears its limit: ${breach}`,
    subject: ({ name }) => `process ${name} nears its limit`,
    headline: ({ where }) => `The process ${where} nears its limit`,
    done: () => 'Nothing; another message follows when it recovers',
    brief: () => 'near the limit',
  },
  eased: {
    ...QUIET,
    log: ({ who, breach }) => `${who} no longer nears its limit: ${breach}`,
    subject: ({ name }) => `process ${name} no longer nears its limit`,
    headline: ({ where }) => `The process ${where} no longer nears its limit`,
    done: () => 'Nothing',
    brief: () => 'no longer near it',
  },
  alerted: {
    ...ALERT,
    log: ({ who, breach }) => `${who} exceeds its limit and is left running: ${breach}`,
    subject: ({ name }) => `process ${name} is over its limit`,
    headline: ({ where }) => `The process ${where} exceeds its limit`,
    done: () => 'Left running (action = alert); another message follows when it recovers',
    brief: () => 'over the limit',
  },
  relieved: {
    ...QUIET,
    log: ({ who, breach }) => `${who} is back under its limit: ${breach}`,
    subject: ({ name }) => `process ${name} is back under its limit`,
    headline: ({ where }) => `The process ${where} is back under its limit`,
    done: () => 'Nothing',
    brief: () => 'back under limit',
  },
  would: {
    ...QUIET,
    log: ({ who, breach, detail }) => `Would ${detail} ${who}: ${breach}`,
    subject: ({ name, detail }) => `would ${detail} process ${name}`,
    headline: ({ where, detail }) => `Would ${detail} ${where} (--dry-run)`,
    done: ({ detail }) => `Nothing; without --dry-run memmon would ${detail} it`,
    brief: ({ detail }) => `would ${detail}`,
  },
  signalled: {
    ...QUIET,
    log: ({ who, breach, detail }) => `Sent ${detail} to ${who}: ${breach}`,
    subject: ({ name, detail }) => `sent ${detail} to process ${name}`,
    headline: ({ where, detail }) => `Sent ${detail} to ${where}: it exceeds its limit`,
    done: ({ detail }) => `Sent ${detail}`,
    brief: ({ detail }) => `sent ${detail}`,
  },
  executed: {
    ...QUIET,
    log: ({ who, breach }) => `Ran exec_command for ${who}: ${breach}`,
    subject: ({ name }) => `ran exec_command for process ${name}`,
    headline: ({ where }) => `Ran exec_command for ${where}: it exceeds its limit`,
    done: ({ detail }) => `Ran exec_command${detail ? `, which said: ${detail}` : ''}`,
    brief: () => 'ran exec_command',
  },
  draining: {
    ...QUIET,
    isAlert: true,
    log: ({ who, breach, detail }) => `Draining ${who}: ${breach}. ${detail}`,
    subject: ({ name }) => `process ${name} was asked to finish`,
    headline: ({ where }) => `Draining ${where}: it exceeds its soft limit`,
    done: ({ detail }) => detail,
    brief: () => 'draining',
  },
  undrained: {
    ...QUIET,
    log: ({ who, detail }) => `No longer draining ${who}: ${detail}`,
    subject: ({ name }) => `process ${name} is no longer drained`,
    headline: ({ where }) => `No longer draining ${where}`,
    done: ({ detail }) => `Nothing more: ${detail}`,
    brief: () => 'no longer draining',
  },
  recovered: {
    ...QUIET,
    log: ({ who }) => `${who} is back under its soft limit: left running, but restarted if it ends`,
    subject: ({ name }) => `process ${name} is back under its soft limit`,
    headline: ({ where }) => `The process ${where} is back under its soft limit`,
    done: () => 'Left running; memmon watches it until it ends',
    brief: () => 'under soft limit',
  },
  held: {
    ...QUIET,
    todo: 'Nothing to do yet',
    log: ({ who, breach, detail }) => `Restart of ${who} waits: ${breach}. ${detail}`,
    subject: ({ name }) => `process ${name} exceeds its limit soon after each start`,
    headline: ({ where }) => `The restart of ${where} waits`,
    done: ({ detail }) => detail,
    brief: () => 'restart waits',
  },
  postponed: {
    ...ALERT,
    log: ({ who, breach, detail }) => `${who} exceeds its limit and is not restarted: ${breach}. ${detail}`,
    subject: ({ name }) => `process ${name} exceeds its limit and is not restarted`,
    headline: ({ where }) => `The restart of ${where} is still postponed`,
    done: () => 'Nothing; memmon runs pre_restart_command again at each check',
    note: ({ detail }) => detail,
    brief: () => 'still postponed',
  },
  leaking: {
    ...ALERT,
    log: ({ who, breach }) => `${who} leaks: ${breach}`,
    subject: ({ name }) => `process ${name} leaks`,
    headline: ({ where }) => `The process ${where} leaks: it grows without levelling off`,
    done: ({ detail }) => detail,
    brief: () => 'leaks',
  },
  leak_over: {
    ...QUIET,
    log: ({ who, detail }) => `${who} no longer leaks: ${detail}`,
    subject: ({ name }) => `process ${name} no longer leaks`,
    headline: ({ where }) => `The process ${where} no longer leaks`,
    done: () => 'Nothing',
    note: ({ detail }) => detail,
    brief: () => 'no longer leaks',
  },
  limit_too_low: {
    ...ALERT,
    log: ({ who, breach, detail }) =>
      `${who} exceeded its limit within minutes of its start, three times in a row: ${breach}. ${detail}`,
    subject: ({ name }) => `process ${name} needs a higher limit, or leaks fast`,
    headline: ({ where }) => `The process ${where} does not stay under its limit after a restart`,
    done: () => 'Its restarts go on as before',
    note: ({ detail }) => detail,
    brief: () => 'limit too low?',
  },
}
