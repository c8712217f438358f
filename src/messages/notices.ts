// What is said of each kind of notice, in the log, by mail and in a digest. A new kind is one more row here. Pure.
import type { Level } from '../base/log.ts'
import type { Noticed } from '../rules/outcome.ts'
import { breachText } from './breach-text.ts'

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
    brief: () => 'near its limit',
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
    brief: () => 'over its limit',
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
    log: ({ who, breach, detail }) => `The limit of ${who} is below its normal size: ${breach}. ${detail}`,
    subject: ({ name }) => `process ${name} has a limit below its normal size`,
    headline: ({ where }) => `The limit of ${where} is too low`,
    done: () => 'Its restarts go on as before',
    note: ({ detail }) => detail,
    brief: () => 'limit too low',
  },
}

type BudgetNotice = 'alerted' | 'relieved'

/** Of a budget, and of free memory. */
const BUDGETS: Readonly<Record<BudgetNotice, Readonly<Record<'used' | 'free', string>>>> = {
  alerted: { used: 'A budget is exceeded', free: 'Too little memory is free' },
  relieved: { used: 'A budget is met again', free: 'Enough memory is free again' },
}

function budgetWords(what: BudgetNotice, isFree: boolean, rule: string): NoticeWords {
  const text = BUDGETS[what][isFree ? 'free' : 'used']
  return {
    ...NOTICES[what],
    log: ({ breach }) => `${text}: ${breach}`,
    subject: () => `${text.charAt(0).toLowerCase()}${text.slice(1)} (${rule})`,
    headline: ({ host }) => `${text} on ${host}`,
    done: () => (what === 'alerted' ? 'Nothing; another message follows when this is over' : 'Nothing'),
    brief: () => (what === 'alerted' ? 'over its budget' : 'within its budget'),
  }
}

/** What a monitor of the operator's own asks for is about no limit. */
function monitorWords(what: Noticed['what'], rule: string): NoticeWords {
  const words = NOTICES[what]
  switch (what) {
    case 'alerted':
      return {
        ...words,
        log: ({ who, breach }) => `${who} is left running: ${breach}`,
        subject: ({ name }) => `${rule} reports process ${name}`,
        headline: ({ where }) => `The process ${where} is reported by ${rule}`,
        done: () => 'Left running (alert); another message follows when it is no longer reported',
        brief: () => 'reported',
      }
    case 'relieved':
      return {
        ...words,
        log: ({ who, breach }) => `${who} is no longer reported by ${breach}`,
        subject: ({ name }) => `${rule} no longer reports process ${name}`,
        headline: ({ where }) => `The process ${where} is no longer reported by ${rule}`,
        brief: () => 'no longer reported',
      }
    case 'draining':
      return { ...words, headline: ({ where }) => `Draining ${where}: ${rule} asks for it` }
    case 'held':
      return { ...words, subject: ({ name }) => `process ${name} is reported soon after each start` }
    case 'postponed':
      return {
        ...words,
        log: ({ who, breach, detail }) => `${who} is not restarted: ${breach}. ${detail}`,
        subject: ({ name }) => `process ${name} is not restarted`,
      }
    default:
      return words
  }
}

const isBudgetNotice = (what: Noticed['what']): what is BudgetNotice => what in BUDGETS

/** An alert about a budget, and its end, are about no single process. */
export const isAboutBudget = ({ what, request }: Noticed): boolean =>
  request.breach.budget !== undefined && isBudgetNotice(what)

/** The words for a notice. */
export function noticeWords({ what, request: { breach } }: Noticed): NoticeWords {
  if (breach.isOfMonitor) return monitorWords(what, breach.rule)
  if (!breach.budget || !isBudgetNotice(what)) return NOTICES[what]
  return budgetWords(what, breach.budget.isFree === true, breach.rule)
}

/** What its sentences are made of, where it is known which host it is about. */
export function noticeFacts({ request, detail }: Noticed, host = ''): NoticeFacts {
  const { namespec: name, pid } = request.process
  const who = pid > 0 ? `${name} (pid ${pid})` : name
  return { name, who, host, where: `${name} on ${host}`, breach: breachText(request.breach), detail }
}
