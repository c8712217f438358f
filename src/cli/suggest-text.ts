// What `memmon suggest` says of a limit, and why. Pure.
import { formatDuration, formatSize } from '../base/units.ts'
import { roughDuration, roughSize } from '../picture/rough.ts'
import { type Room, wrapped } from '../screen/width.ts'
import { nameText } from './chosen-histories.ts'
import type { Basis, Suggestion } from './suggestion.ts'

/** What varies by less than this share of its peak is level. */
const LEVEL = 0.02

/** A name and its limit, and below it why. */
export function suggestionLines(suggestion: Suggestion, room: Room): string[] {
  const { history, limitBytes, isGuess } = suggestion
  const limit = limitBytes === undefined ? 'no suggestion yet' : formatSize(limitBytes)
  const now = history.limitBytes === undefined ? '' : ` (now ${formatSize(history.limitBytes)})`
  const inner = { ...room, width: room.width - 2 }
  return [
    ...wrapped(`${nameText(history)}: ${limit}${isGuess ? ', a guess' : ''}${now}`, room),
    ...wrapped(reasonText(suggestion), inner).map(line => `  ${line}`),
  ]
}

/** One sentence, without its full stop. */
export function reasonText(suggestion: Suggestion): string {
  const { basis, limitBytes, isGuess } = suggestion
  const seen = `seen for ${formatDuration(basis.seenSeconds)}`
  if (limitBytes === undefined) return `${seen}: too short to tell; try again in an hour`
  return [
    ...(isGuess ? [] : [verdictText(suggestion)]),
    isGuess ? `${seen} only` : seen,
    sizesText(basis),
    ...restartsText(basis),
    roomText(suggestion, limitBytes),
    ...(isGuess ? ['look again when it has run for a day'] : []),
  ].join('; ')
}

function verdictText({ history: { verdict } }: Suggestion): string {
  if (verdict.kind === 'leak')
    return `leaks ${roughSize(verdict.slopeBytesPerHour)} an hour, which no limit fixes`
  return verdict.kind === 'bloat' ? `rose and levelled off at ${roughSize(verdict.toBytes)}` : 'steady'
}

/** What the limit leaves. */
function roomText({ basis: { peakBytes }, livesSeconds }: Suggestion, limitBytes: number): string {
  if (livesSeconds !== undefined)
    return `with this limit it runs for about ${roughDuration(livesSeconds)} at a time`
  return `this limit is ${Math.floor((limitBytes / peakBytes - 1) * 100)}% above the peak`
}

function sizesText({ verdict, normalBytes, peakBytes, spreadBytes }: Basis): string {
  const sizes = `normally ${roughSize(normalBytes)}, at most ${roughSize(peakBytes)}`
  const isWide = verdict !== 'leak' && spreadBytes > LEVEL * peakBytes
  return isWide ? `${sizes}, varies by ${roughSize(spreadBytes)}` : sizes
}

function restartsText({ restarts, ownRestarts }: Basis): string[] {
  if (restarts === 0) return []
  const by =
    ownRestarts === 0 ? '' : ownRestarts === restarts ? ' by memmon' : `, ${ownRestarts} of them by memmon`
  return [`restarted ${restarts === 1 ? 'once' : `${restarts} times`}${by}`]
}
