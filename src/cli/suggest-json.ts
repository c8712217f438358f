// `memmon suggest --json`, as documented in docs/history.md. Pure.
import { reasonText } from './suggest-text.ts'
import type { Suggestion } from './suggestion.ts'

/** What is suggested, and by what; what is not known is null. */
export const suggestionsDocument = (suggestions: readonly Suggestion[]) => ({
  suggestions: suggestions.map(suggestion => {
    const { history, basis, limitBytes, isGuess, livesSeconds } = suggestion
    return {
      namespec: history.namespec,
      metric: history.metric,
      cumulative: history.cumulative,
      limit_bytes: limitBytes ?? null,
      limit_now_bytes: history.limitBytes ?? null,
      is_guess: isGuess,
      verdict: basis.verdict,
      seen_seconds: Math.floor(basis.seenSeconds),
      normal_bytes: Math.round(basis.normalBytes),
      peak_bytes: basis.peakBytes,
      spread_bytes: Math.round(basis.spreadBytes),
      restarts: basis.restarts,
      runs_for_seconds: livesSeconds === undefined ? null : Math.floor(livesSeconds),
      reason: reasonText(suggestion),
    }
  }),
})
