// The facts of one process in one sentence, for a list of many. Pure.
import type { Facts } from './facts.ts'
import { type Reader, unreadText } from './missing-text.ts'
import type { WordsContext } from './word-rule.ts'
import { type Sentence, wordsOf } from './words.ts'

/** Neither of the two where all was read and nothing stands out. */
export interface Why {
  /** The most telling sentence. */
  readonly sentence?: Sentence
  /** Why there may be more to say, in one clause. */
  readonly unread?: string
}

export function whyOf(facts: Facts, context: WordsContext, reader: Reader): Why {
  const [sentence] = wordsOf(facts, context)
  const unread = unreadText(facts, reader)
  return { ...(sentence && { sentence }), ...(unread !== undefined && { unread }) }
}

export const NOTHING_STANDS_OUT = 'nothing stands out'

/** As a list shows it. */
export const whyText = ({ sentence, unread }: Why): string => sentence?.text ?? unread ?? NOTHING_STANDS_OUT
