// Suggested limits as a memmon.conf, with their reasons as comments. Pure.
import { timestamp } from '../base/text.ts'
import { formatSize } from '../base/units.ts'
import { shown, wrapped } from '../screen/width.ts'
import { reasonText } from './suggest-text.ts'
import type { Suggestion } from './suggestion.ts'

const WIDTH = 100
/** Of what a name may consist as a section: neither a pattern nor a comment, nor the end of the section. */
const PLAIN = /^[^\s\p{C}[\]%;#*?:]+$/u
/** Processes of a group whose limits are further apart are not of a kind. */
const OF_A_KIND = 2

export interface SuggestedConf {
  readonly text: string
  /** How many limits are in it. */
  readonly limits: number
}

/** `known`: all names that there are, selected or not: a group's section would count for all of its processes. */
export function confOf(
  suggestions: readonly Suggestion[],
  known: readonly string[],
  nowMs: number,
): SuggestedConf {
  const groups = new Map<string, Suggestion[]>()
  for (const one of suggestions) {
    const group = groupOf(one.history.namespec)
    groups.set(group, [...(groups.get(group) ?? []), one])
  }
  const sections = [...groups].flatMap(([group, members]) => groupSections(group, members, known))
  const head = [
    `; Limits that memmon suggests, by what it had seen until ${timestamp(new Date(nowMs)).slice(0, 16)}.`,
    '; Try them: memmon check --config FILE. Then use them: command=memmon --config FILE',
  ]
  const blocks = [head, ...sections.map(({ lines }) => lines)]
  return {
    text: `${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`,
    limits: sections.filter(({ hasLimit }) => hasLimit).length,
  }
}

interface Section {
  readonly lines: readonly string[]
  readonly hasLimit: boolean
}

const groupOf = (namespec: string): string => namespec.slice(0, namespec.indexOf(':'))

const nameOf = (namespec: string): string => namespec.slice(namespec.indexOf(':') + 1)

/** One for the whole group, if all of it is selected and of a kind; else one a process. */
function groupSections(group: string, members: readonly Suggestion[], known: readonly string[]): Section[] {
  const limits = members.map(({ limitBytes }) => limitBytes ?? Number.NaN)
  const largest = Math.max(...limits)
  const isWhole = known.filter(name => groupOf(name) === group).length === members.length
  const isOfAKind = largest <= OF_A_KIND * Math.min(...limits) && alike(members)
  if (members.length === 1 || !isWhole || !isOfAKind || !PLAIN.test(group))
    return members.map(one => processSection(one, known))
  const [first] = members
  if (!first) return []
  const reasons = members.map(one => `${one.history.namespec}: ${reasonText(one)}`)
  return [
    section(`[group:${group}]`, reasons, {
      ...first,
      limitBytes: largest,
      isGuess: members.some(({ isGuess }) => isGuess),
    }),
  ]
}

const alike = ([first, ...others]: readonly Suggestion[]): boolean =>
  others.every(
    ({ history: { metric, cumulative } }) =>
      metric === first?.history.metric && cumulative === first.history.cumulative,
  )

function processSection(suggestion: Suggestion, known: readonly string[]): Section {
  const { namespec } = suggestion.history
  const group = groupOf(namespec)
  const name = nameOf(namespec)
  if (suggestion.limitBytes === undefined) return comment(`${namespec}: ${reasonText(suggestion)}`)
  if (!PLAIN.test(group) || !PLAIN.test(name))
    return comment(`${namespec}: left out, since memmon.conf cannot name it`)
  const isAlone = group === name && known.filter(other => nameOf(other) === name).length <= 1
  return section(`[program:${isAlone ? name : namespec}]`, [reasonText(suggestion)], suggestion)
}

const comment = (text: string): Section => ({ lines: commented(text), hasLimit: false })

const commented = (text: string): string[] =>
  wrapped(shown(text), { width: WIDTH, widthOf: line => line.length }).map(line => `; ${line}`)

function section(
  head: string,
  reasons: readonly string[],
  { limitBytes = 0, isGuess, history }: Suggestion,
): Section {
  const lines = [
    head,
    ...reasons.flatMap(commented),
    `memory_limit = ${formatSize(limitBytes)}`,
    ...(history.metric === 'rss' ? [] : [`metric = ${history.metric}`]),
    ...(history.cumulative ? ['cumulative = true'] : []),
    ...(isGuess
      ? ['action = alert ; a guess restarts nothing: remove this line when the limit has proved right']
      : []),
  ]
  return { lines, hasLimit: true }
}
