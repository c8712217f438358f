// What a message says of an outcome in a few words: its subject, its first line and its line in a digest. Pure.
import type { Capped, Failed, Noticed, Restarted } from '../rules/outcome.ts'
import { type Breach, isOfSoftLimit } from '../rules/rule.ts'
import { FAILURES } from './failures.ts'
import { noticeFacts, noticeWords } from './notice-words.ts'
import type { Todo } from './notices.ts'

/** What messages are about: anything but what was left alone. */
export type Told = Restarted | Failed | Capped | Noticed

interface ToldWords {
  /** The subject of its mail; where superlance's memmon mails the same, its subject. */
  readonly subject: string
  /** What happened to which process on which host. */
  readonly headline: string
  readonly todo: Todo
  /** In the table of a digest: 18 characters at most. */
  readonly brief: string
}

/** The words for an outcome that happened on this host. */
export function toldWords(outcome: Told, host: string): ToldWords {
  const { namespec: name } = outcome.request.process
  const where = `${name} on ${host}`
  switch (outcome.kind) {
    case 'restarted': {
      const isHookWell = outcome.hookFault === undefined
      return {
        subject: `process ${name} restarted`,
        headline: `Restarted ${where}${whyRestarted(outcome.request.breach)}`,
        todo: isHookWell ? 'Nothing to do' : 'Somebody has to look',
        brief: isHookWell ? 'restarted' : 'hook failed',
      }
    }
    case 'capped':
      return {
        subject: `process ${name} ${notRestartedText(outcome.request.breach)}`,
        headline: `No longer restarting ${where}: --max-restarts ${outcome.cap} is reached`,
        todo: 'Somebody has to look',
        brief: 'no more restarts',
      }
    case 'failed': {
      const { subject, headline, brief } = FAILURES[outcome.phase]
      return { subject: subject(name), headline: headline(where), todo: 'Somebody has to look', brief }
    }
    case 'noticed': {
      const { subject, headline, todo, brief } = noticeWords(outcome)
      const facts = noticeFacts(outcome, host)
      return { subject: subject(facts), headline: headline(facts), todo, brief: brief(facts) }
    }
  }
}

const limitOf = (breach: Breach): string => (isOfSoftLimit(breach) ? 'soft limit' : 'limit')

const notRestartedText = (breach: Breach): string =>
  breach.isOfMonitor
    ? `is no longer restarted, though ${breach.rule} asks for it`
    : `exceeds its ${limitOf(breach)} and is no longer restarted`

function whyRestarted(breach: Breach): string {
  const { together, growth, isOfMonitor, isByHand, rule } = breach
  if (together !== undefined) return ' with its group'
  if (isOfMonitor) return `: ${rule} asked for it`
  if (isByHand) return ': asked for by hand'
  return growth ? ': it leaked' : `: it exceeded its ${limitOf(breach)}`
}
