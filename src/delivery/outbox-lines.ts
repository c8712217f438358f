// What the log says about a try to send a message, and about messages that no channel will take. Pure.
import type { LogFacts } from '../base/json-log.ts'
import type { Level } from '../base/log.ts'
import type { Channel, Delivery, Outgoing } from './channel.ts'
import type { Waiting } from './outbox-files.ts'

/** When a failed channel is tried again, and how many more messages are queued for it. */
export interface NextTry {
  readonly inMs: number
  readonly othersWaiting: number
}

export interface TriedLine {
  readonly level: Level
  readonly text: string
  readonly facts: () => LogFacts
}

/** `next`: undefined without another try. */
export function triedLine(
  { subject }: Outgoing,
  channel: Channel,
  delivery: Delivery,
  next: NextTry | undefined,
): TriedLine {
  const what = channel.whatText(subject)
  const { by } = channel
  if (delivery.ok) {
    const { said } = delivery
    return {
      level: 'INFO',
      // A mail command says nothing; a server's answer is worth quoting.
      text: `Sent ${what}${said === '' ? '' : ` by ${by}: ${said}`}`,
      facts: () => ({ event: 'sent', channel: by, subject, answer: said }),
    }
  }
  const { why, permanent } = delivery
  return {
    level: 'ERRO',
    text: `Failed to send ${what} by ${by}: ${why}. ${next ? againText(next) : 'Gave up'}`,
    facts: () => ({ event: 'send_failed', channel: by, subject, why, is_final: permanent }),
  }
}

function againText({ inMs, othersWaiting }: NextTry): string {
  const more = othersWaiting > 0 ? `; ${othersWaiting} more queued` : ''
  return `Retrying in ${Math.round(inMs / 1000)} s${more}`
}

/** For channels that are no longer set. */
export const unsetText = ({ subject }: Outgoing, waiting: readonly Waiting[]): string =>
  `Dropped "${subject}" for ${waiting.map(({ channel }) => channel.split(' ')[0]).join(', ')}: no longer configured`
