// Which of the processes with a history a command is about. Pure.

import { UsageError } from '../base/errors.ts'
import { nearestNames, similarText } from '../base/nearest.ts'
import type { ProcessHistory } from '../history/process-history.ts'
import { globMatches, parseSelector, selects } from '../rules/selector.ts'
import { shown } from '../screen/width.ts'

const MOST_NEAR = 3

/** `group:name` in its two parts. */
function partsOf({ namespec }: ProcessHistory): readonly [group: string, name: string] {
  const at = namespec.indexOf(':')
  return [namespec.slice(0, at), namespec.slice(at + 1)]
}

/** `web` for web:web, as supervisorctl writes it; it steers no terminal. */
export function nameText(history: ProcessHistory): string {
  const [group, name] = partsOf(history)
  return shown(group === name ? name : history.namespec)
}

/** What the names select, of processes and groups; all without names. Throws a UsageError for one that selects nothing. */
export function chosenHistories(
  histories: readonly ProcessHistory[],
  names: readonly string[],
): readonly ProcessHistory[] {
  for (const name of names)
    if (!histories.some(isSelectedBy(name))) throw new UsageError(unknownText(name, histories))
  return names.length === 0 ? histories : histories.filter(one => names.some(name => isSelectedBy(name)(one)))
}

function isSelectedBy(written: string): (history: ProcessHistory) => boolean {
  const selector = parseSelector(written)
  return history => {
    const [group, name] = partsOf(history)
    return (
      selects(selector, group, name) || (selector.group === undefined && globMatches(selector.name, group))
    )
  }
}

function unknownText(name: string, histories: readonly ProcessHistory[]): string {
  const near = nearestNames(name, [...new Set(histories.flatMap(partsOf))], MOST_NEAR)
  return `memmon has recorded no process or group "${name}"${similarText(near.map(shown))}`
}
