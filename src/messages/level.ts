// How much an outcome matters: its level in the log, and whether somebody may have to look.
import type { Level } from '../base/log.ts'
import type { Capped, Failed, Noticed, RestartOutcome } from '../rules/outcome.ts'
import { noticeWords } from './notice-words.ts'

/** The level of its line in the log. */
export function levelOf(outcome: RestartOutcome): Level {
  switch (outcome.kind) {
    case 'failed':
      return 'ERRO'
    case 'capped':
      return 'WARN'
    case 'noticed':
      return noticeWords(outcome).level
    case 'restarted':
    case 'skipped':
      return 'INFO'
  }
}

/** What somebody may have to look at. */
export const isAlert = (outcome: RestartOutcome): outcome is Failed | Capped | Noticed =>
  outcome.kind === 'failed' ||
  outcome.kind === 'capped' ||
  (outcome.kind === 'noticed' && noticeWords(outcome).isAlert)
