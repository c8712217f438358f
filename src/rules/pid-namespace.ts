// Whether the pids that supervisord tells are processes of this /proc. A supervisord in another pid namespace, as in
// another container, has pids of its own (pid_namespaces(7)): here they are nobody's, or somebody else's. Pure.

import { timestamp } from '../base/text.ts'
import type { ProcessInfo } from './process.ts'

/** What /proc says of a pid here. */
export interface Sight {
  readonly parentPid: number
  /** In epoch seconds; undefined where /proc does not tell. */
  readonly startSeconds: number | undefined
}

/** A process with a pid, as supervisord tells it, and what that pid is here; undefined: nothing. */
export interface Sighted {
  readonly process: ProcessInfo
  readonly sight: Sight | undefined
}

/** What is known of supervisord beside its table. */
export interface SupervisordSight {
  /** As it says itself; undefined if it does not. */
  readonly pid: number | undefined
  /** True if this process is surely the parent: then start times that do not fit are those of a clock that was set. */
  readonly isSurely: (pid: number) => boolean
  /** True if this process looks like supervisord. */
  readonly isLikely: (pid: number) => boolean
}

export type PidVerdict =
  /** The pids can be believed, but those of `others`: they have been given to another process meanwhile. */
  | { readonly kind: 'ours'; readonly others: ReadonlySet<number> }
  | { readonly kind: 'foreign'; readonly parentPid: number | undefined; readonly witness: Sighted }

/** supervisord notes the time in whole seconds, right before it forks; a busy machine takes its time. */
const START_FITS_WITHIN_SECONDS = 5

/**
 * One child whose parent and start fit proves it, if not more of the pids have other parents. No pid at all proves
 * nothing: there is nothing to measure.
 */
export function judgePids(all: readonly Sighted[], supervisord: SupervisordSight): PidVerdict {
  const parentPid = supervisord.pid ?? commonParentOf(all)
  const by: Record<Relation, Sighted[]> = { child: [], 'other start': [], 'other parent': [], gone: [] }
  for (const one of all) by[relationOf(one, parentPid)].push(one)
  const { child, gone, 'other start': otherStart, 'other parent': otherParent } = by
  const ours: PidVerdict = { kind: 'ours', others: new Set(otherParent.map(({ process }) => process.pid)) }
  if (child.length > 0 && child.length + otherStart.length >= otherParent.length) return ours
  const [witness] = [...otherParent, ...otherStart, ...gone]
  if (!witness) return ours
  const onlyStartsDiffer = otherParent.length === 0 && otherStart.length > gone.length
  if (parentPid !== undefined) {
    if (onlyStartsDiffer && supervisord.isSurely(parentPid)) return ours
    // All of them have just ended.
    if (gone.length === all.length && supervisord.isLikely(parentPid)) return ours
  }
  return { kind: 'foreign', parentPid: supervisord.pid, witness }
}

/** `isOwnProc`: this /proc has memmon's pid. Says what memmon saw, why it measures nothing, what helps. */
export function foreignText(
  { parentPid, witness: { process, sight } }: Extract<PidVerdict, { kind: 'foreign' }>,
  isOwnProc: boolean,
): string {
  const { namespec, pid, startSeconds } = process
  const [seen, hint] = !sight
    ? [`here no process with pid ${pid} is visible`, 'If /proc is mounted with hidepid, run memmon as root']
    : sight.parentPid !== parentPid && parentPid !== undefined
      ? [`here pid ${pid} is a child of pid ${sight.parentPid}`, '']
      : [
          `here pid ${pid} was started at ${timeText(sight.startSeconds)}`,
          "If this machine's clock was set since, restart one of the programs",
        ]
  const said = [
    `it says that ${namespec} is pid ${pid}`,
    ...(parentPid === undefined ? [] : [`a child of its own pid ${parentPid}`]),
    `started at ${timeText(startSeconds)}`,
  ].join(', ')
  const help = isOwnProc
    ? "Run memmon in supervisord's pid namespace, or share that with memmon's container (docker run --pid=container:NAME)"
    : 'This /proc is not that of memmon\'s pid namespace either: run "mount -t proc proc /proc" before supervisord starts here'
  return `supervisord's pids are those of another pid namespace, and mean other processes here, so nothing is measured and nothing restarted: ${said}, but ${seen}. ${[help, hint].filter(Boolean).join('. ')}`
}

type Relation = 'child' | 'other start' | 'other parent' | 'gone'

function relationOf({ process, sight }: Sighted, parentPid: number | undefined): Relation {
  if (!sight) return 'gone'
  if (sight.parentPid !== parentPid) return 'other parent'
  const { startSeconds = process.startSeconds } = sight
  return Math.abs(startSeconds - process.startSeconds) <= START_FITS_WITHIN_SECONDS ? 'child' : 'other start'
}

/** The parent of most of them. */
function commonParentOf(all: readonly Sighted[]): number | undefined {
  const counts = new Map<number, number>()
  for (const { sight } of all) if (sight) counts.set(sight.parentPid, (counts.get(sight.parentPid) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}

/** In whole seconds, as supervisord has it. */
const timeText = (epochSeconds = 0): string => timestamp(new Date(epochSeconds * 1000)).slice(0, -4)
