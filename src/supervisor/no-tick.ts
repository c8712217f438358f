// Why no tick has come since the start, as far as supervisord and the environment tell, and what to do about it.
// supervisord does not say which events a listener gets, so for some causes memmon can only name the candidates.

import type { SupervisorFault } from '../base/errors.ts'
import { remediedText } from '../base/fault-remedy.ts'
import type { Level, Log } from '../base/log.ts'
import { ownUser } from '../base/own-user.ts'
import { formatDuration } from '../base/units.ts'
import { namespecOf, ProcessState } from '../rules/process.ts'
import type { Priorities, SupervisorClient } from './client.ts'

export interface NoTickClues {
  readonly silentSeconds: number
  /** Other events have come. */
  readonly hasHeard: boolean
  /** As configured; undefined if supervisord does not know memmon by the name in its environment. */
  readonly priorities: Priorities | undefined
  /** The end of what memmon's process has written to stdout; undefined if supervisord keeps no log of it. */
  readonly stdout: string | undefined
  /** numprocs= has made several of memmon's section, and another one runs. */
  readonly isOneOfMany: boolean
  /** Why supervisord cannot be asked, with what helps. */
  readonly refusal?: string
}

export interface NoTickPorts {
  readonly client: Pick<SupervisorClient, 'getPriorities' | 'readStdoutTail' | 'getAllProcessInfo'>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly hasHeard: () => boolean
  readonly log: Log
}

/** TICK_3600 comes once an hour, and nothing comes less often. */
const LONGEST_PERIOD_SECONDS = 3600
const TAIL_BYTES = 1000
const MOST_QUOTED = 200
/** supervisor/options.py: without priority= a section has 999, and a listener's group -1; with it, a listener has it in both. */
const DEFAULT_PRIORITY = 999
const LISTENER_PRIORITY = -1
/** The protocol's own words, in the order in which a listener writes them. */
const PROTOCOL = /READY\n|RESULT 2\nOK/
const TICK_ADVICE = "events= of memmon's section must name a tick, such as TICK_60"
const WAITING = 'Waiting for the first tick, which with events=TICK_3600 takes up to an hour'
const PROGRAM_CANDIDATE =
  "memmon's section looks like a [program:memmon], and only an [eventlistener:memmon] gets events. If it is one, with priority=999"
const ONE_OF_MANY =
  "Another memmon of this section gets the ticks, so this one does nothing: set numprocs=1. supervisord gives each event to the first of a listener's processes that is free"
const OTHER_CANDIDATES =
  'that section must be an [eventlistener:x], and its command may write nothing to stdout before memmon runs'

/** Gathers what can be known and logs one line. Never rejects. */
export async function reportNoTick(
  silentSeconds: number,
  fault: SupervisorFault | undefined,
  ports: NoTickPorts,
): Promise<void> {
  const { client, environment, hasHeard, log } = ports
  const { SUPERVISOR_GROUP_NAME: group, SUPERVISOR_PROCESS_NAME: name } = environment
  const refusal = fault && { refusal: remediedText(fault, { kind: 'listener', user: ownUser() }) }
  const own = !fault && group !== undefined && name !== undefined ? namespecOf(group, name) : undefined
  const priorities = own === undefined ? undefined : await client.getPriorities(own).catch(() => undefined)
  const stdout =
    own === undefined ? undefined : await client.readStdoutTail(own, TAIL_BYTES).catch(() => undefined)
  const all = own === undefined ? [] : await client.getAllProcessInfo().catch(() => [])
  const isOneOfMany = all.some(
    one => one.group === group && one.name !== name && one.state === ProcessState.RUNNING,
  )
  const [level, text] = noTickLine({
    ...{ silentSeconds, hasHeard: hasHeard(), priorities, stdout, isOneOfMany },
    ...refusal,
  })
  log(level, text, () => silenceFacts('no_tick', silentSeconds))
}

export const silenceFacts = (event: string, silentSeconds: number) => ({
  event,
  silent_seconds: Math.round(silentSeconds),
})

export function noTickLine(clues: NoTickClues): [Level, string] {
  const { silentSeconds, hasHeard, refusal } = clues
  const nothing = `No tick has come in ${formatDuration(silentSeconds)}, so nothing is checked`
  const refused = refusal === undefined ? '' : `. memmon cannot ask supervisord either: ${refusal}`
  const [level, hourly]: [Level, string] =
    silentSeconds > LONGEST_PERIOD_SECONDS ? ['ERRO', ''] : ['WARN', ' (TICK_3600 takes up to an hour)']
  if (hasHeard) {
    const text = `${nothing}, though other events have come: ${TICK_ADVICE}${hourly}${refused}`
    return [refusal === undefined ? level : 'ERRO', text]
  }
  if (refusal !== undefined) return ['ERRO', nothing + refused]
  if (clues.isOneOfMany) return ['WARN', ONE_OF_MANY]
  const cause = certainCause(clues)
  if (cause !== undefined) return ['ERRO', `${nothing}: ${cause}`]
  if (looksLikeProgram(clues)) return [level, `${nothing}: ${PROGRAM_CANDIDATE}, ${TICK_ADVICE}${hourly}`]
  return isWaiting(clues)
    ? ['INFO', `${WAITING}, ${formatDuration(silentSeconds)} so far. If events= names no tick, add TICK_60`]
    : [level, `${nothing}: ${TICK_ADVICE}${hourly}; ${OTHER_CANDIDATES}`]
}

function certainCause({ priorities, stdout }: NoTickClues): string | undefined {
  if (priorities && !mayBeListener(priorities)) {
    return "memmon's section must be [eventlistener:memmon], not [program:memmon]"
  }
  const stray = strayOutput(stdout)
  return stray === undefined
    ? undefined
    : `supervisord sends no events because something wrote "${stray}" to memmon's stdout. Let memmon's command write that to stderr, as with >&2, then restart memmon`
}

const mayBeListener = ({ group, process }: Priorities): boolean =>
  group === process || (group === LISTENER_PRIORITY && process === DEFAULT_PRIORITY)

/** A listener seldom has this priority. */
const looksLikeProgram = ({ priorities }: NoTickClues): boolean =>
  priorities?.group === DEFAULT_PRIORITY && priorities.process === DEFAULT_PRIORITY

/** All is as it should be, so events=TICK_3600 is likely. */
const isWaiting = ({ silentSeconds, priorities, stdout }: NoTickClues): boolean =>
  silentSeconds <= LONGEST_PERIOD_SECONDS && priorities !== undefined && stdout !== undefined

/** What stands where only the protocol's words may stand, around the last READY. */
export function strayOutput(stdout: string | undefined): string | undefined {
  const [before = '', after = ''] = (stdout ?? '').split(PROTOCOL).slice(-2)
  const stray = (after || before).trim()
  return stray === '' ? undefined : stray.slice(0, MOST_QUOTED)
}
