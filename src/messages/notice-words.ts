// The words for one notice: those of its kind, or others if it is about a budget or comes from a monitor. Pure.
import type { Noticed } from '../rules/outcome.ts'
import { breachText } from './breach-text.ts'
import { NOTICES, type NoticeFacts, type NoticeWords } from './notices.ts'

/** The words for a notice. */
export function noticeWords({ what, request: { breach } }: Noticed): NoticeWords {
  if (breach.isOfMonitor) return monitorWords(what, breach.rule)
  if (breach.isByHand) return { ...NOTICES[what], headline: HEADLINE_BY_HAND[what] ?? NOTICES[what].headline }
  if (!breach.budget || !isBudgetNotice(what)) return NOTICES[what]
  return budgetWords(what, breach.budget.isFree === true, breach.rule)
}

/** The facts for its sentences, if the host is known. */
export function noticeFacts({ request, detail }: Noticed, host = ''): NoticeFacts {
  const { namespec: name, pid } = request.process
  const who = pid > 0 ? `${name} (pid ${pid})` : name
  return { name, who, host, where: `${name} on ${host}`, breach: breachText(request.breach), detail }
}

/** An alert about a budget, and its end, are about no single process. */
export const isAboutBudget = ({ what, request }: Noticed): boolean =>
  request.breach.budget !== undefined && isBudgetNotice(what)

type BudgetNotice = 'alerted' | 'relieved'

/** For a budget, and for free memory. */
const BUDGETS: Readonly<Record<BudgetNotice, Readonly<Record<'used' | 'free', string>>>> = {
  alerted: { used: 'A budget is exceeded', free: 'Too little memory is free' },
  relieved: { used: 'A budget is met again', free: 'Enough memory is free again' },
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const isBudgetNotice = (what: Noticed['what']): what is BudgetNotice => what in BUDGETS

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

/** A request by a person is about no limit, either. */
const HEADLINE_BY_HAND: { readonly [What in Noticed['what']]?: NoticeWords['headline'] } = {
  draining: ({ where }) => `Draining ${where}: asked for by hand`,
}

/** A request by the operator's own monitor is about no limit. */
function monitorWords(what: Noticed['what'], rule: string): NoticeWords {
  const words = NOTICES[what]
  switch (what) {
    case 'alerted':
      return {
        ...words,
        log: ({ who, breach }) => `${who} is left running: ${breach}`,
        subject: ({ name }) => `${rule} reports process ${name}`,
        headline: ({ where }) => `${capitalised(rule)} reports the process ${where}`,
        done: () => 'Left running (alert); another message follows when the monitor no longer reports it',
        brief: () => 'reported',
      }
    case 'relieved':
      return {
        ...words,
        log: ({ who }) => `${capitalised(rule)} no longer reports ${who}`,
        subject: ({ name }) => `${rule} no longer reports process ${name}`,
        headline: ({ where }) => `${capitalised(rule)} no longer reports the process ${where}`,
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
