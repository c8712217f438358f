// Who it is that `memmon diagnose` is about: the lines above all else. Pure.
import type { Facts } from '../evidence/facts.ts'
import type { Target } from './diagnose-target.ts'
import { headText } from './explain-text.ts'

export interface Headed {
  readonly target: Target
  readonly facts: Facts
  /** Of supervisord's child. */
  readonly rssBytes: number | undefined
  readonly nameOf: (uid: number) => string
}

/** supervisord's child as explain has it, then the one that was read: which descendant, which program, whose. */
export function diagnoseHeads({ target, facts, rssBytes, nameOf }: Headed): string[] {
  const { process, pid } = target
  const { status, program } = facts
  const descendant =
    pid === process.pid ? [] : [`pid ${pid}${status ? ` (${status.name})` : ''}, a descendant of it`]
  const replaced = program?.isDeleted ? ' (replaced or removed since its start)' : ''
  const details = [
    ...(program ? [`${program.executable}${replaced}`] : []),
    ...(status ? [`runs as ${nameOf(status.uid)}`, status.state] : []),
  ]
  return [headText({ process, rssBytes }), ...descendant, ...(details.length > 0 ? [details.join(', ')] : [])]
}
