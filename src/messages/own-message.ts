// Messages about memmon itself, not about a process. Pure.
import { oneLine } from '../base/text.ts'
import { type EventContext, eventHead } from './event.ts'
import { type Message, prefixOf } from './message.ts'

/** In a digest's table, at most 18 characters; and whether somebody has to look. */
const OWN = {
  settings: { what: 'settings rejected', isFailure: true },
  monitor_failed: { what: 'monitor fails', isFailure: true },
  monitor_recovered: { what: 'monitor works', isFailure: false },
  test: { what: 'test', isFailure: true },
} as const

/** What happened to memmon, or to a part of it. */
export interface OwnNews {
  readonly event: Exclude<keyof typeof OWN, 'test'>
  readonly subject: string
  readonly text: string
}

/** The message about it. */
export function ownMessage({ event, subject, text }: OwnNews, context: EventContext, at: number): Message {
  const todo = OWN[event].isFailure ? 'Somebody has to look' : 'Nothing to do'
  return message(event, subject, `On ${context.host}: ${oneLine(subject)}. ${todo}.\n\n${text}`, context, at)
}

/** The message of test-notify. */
export const testMessage = (context: EventContext, at: number): Message =>
  message(
    'test',
    'this is a test',
    `This is a test of memmon on ${context.host}, asked for by memmon test-notify. Nothing has happened.\n`,
    context,
    at,
  )

function message(
  event: keyof typeof OWN,
  subject: string,
  text: string,
  context: EventContext,
  at: number,
): Message {
  const { what, isFailure } = OWN[event]
  const whole = oneLine(`${prefixOf(context)}: ${subject}`)
  return {
    subject: whole,
    news: oneLine(subject),
    text,
    event: eventHead(event, context, at, whole),
    thread: '',
    isFailure,
    isUrgent: isFailure,
    row: { process: 'memmon itself', what, size: '', limit: '', pid: '', at },
  }
}
