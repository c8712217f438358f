// Tables of what follows from what: a job hears something in a moment, and that is what it becomes and asks for.
import { expect, test } from 'vitest'
import type { Job } from '../../src/restart/job.ts'
import type { JobEvent, Moment } from '../../src/restart/job-events.ts'
import { step } from '../../src/restart/step.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import {
  answered,
  DRAIN,
  downIn,
  effectTexts,
  ended,
  HARD,
  HOOKS,
  infoOf,
  looked,
  momentOf,
  NEWER,
  NOW,
  over,
  PROCESS,
  SOFT,
  SPARED,
  sightedAs,
  starting,
  TOLD,
  UNTOLD,
} from './jobs.ts'

const { STOPPED, STARTING, BACKOFF, STOPPING, EXITED, FATAL, UNKNOWN } = ProcessState

/** Events that mean nothing to a job in most states. */
const IRRELEVANT: readonly JobEvent[] = [
  { kind: 'relieved', ruleId: SOFT.breach.ruleId },
  { kind: 'checked' },
  { kind: 'turn' },
  { kind: 'dropped' },
  { kind: 'settings' },
  { kind: 'ending' },
  { kind: 'waited', for: 'stop' },
  { kind: 'breached', request: HARD, plan: HOOKS },
  { kind: 'soft', request: SOFT, drain: DRAIN },
  { kind: 'table', info: undefined },
  { kind: 'table', info: downIn(ProcessState.STOPPED) },
  looked(1),
  sightedAs(NEWER),
  answered('stop'),
  answered('start'),
  answered('signal'),
  ...(['pre', 'post', 'restart', 'drain', 'drain_check'] as const).map(hook => ended(hook)),
]

/** An event as the name of a test. */
const eventText = (event: JobEvent): string =>
  [
    event.kind,
    'call' in event ? event.call : '',
    'hook' in event ? event.hook : '',
    event.kind === 'table' ? (event.info?.state ?? 'removed') : '',
  ]
    .filter(text => text !== '')
    .join(' ')

/** One line of a table: a job hears something in this moment, and this is what follows. */
export type Row = readonly [
  what: string,
  job: Job,
  event: JobEvent,
  next: Job | undefined,
  effects: readonly string[],
  moment?: Partial<Moment>,
]

/** What has to follow, to the last field. */
export function expectStep(
  job: Job,
  event: JobEvent,
  next: Job | undefined,
  effects: readonly string[],
  moment: Partial<Moment> = {},
): void {
  expect(expectEffects(job, event, effects, moment)).toEqual(next)
}

/** The effects that have to follow; gives back the next job. */
export function expectEffects(
  job: Job,
  event: JobEvent,
  effects: readonly string[],
  moment: Partial<Moment> = {},
): Job | undefined {
  const stepped = step(job, event, momentOf(moment))
  expect(effectTexts(stepped.effects)).toEqual(effects)
  return stepped.job
}

/** A test for each line. */
export function follows(rows: readonly Row[]): void {
  for (const [what, ...row] of rows) test(what, () => expectStep(...row))
}

/** A test for each event that a job in this state does not care about, those of the listed kinds aside. */
export function ignores(job: Job, ...cares: readonly string[]): void {
  const events = IRRELEVANT.filter(event => !cares.includes(eventText(event)) && !cares.includes(event.kind))
  test.each(
    events.map(event => [eventText(event), event] as const),
  )(`%s is nothing to a job that is ${job.state}`, (_, event) => {
    expect(step(job, event, momentOf({ tick: NOW + 9e9, terms: SPARED }))).toEqual({ job, effects: [] })
  })
}

/** It was drained, and has ended by itself. */
export const bringsBack = (more: Partial<Job> = {}) =>
  starting({ request: SOFT, drained: TOLD, after: 'end', askedTick: NOW, ...(more as object) })
export const ENDED = 'undrained: it has ended by itself, and is started again if supervisord does not'
export const NEW_PID = 'it was restarted meanwhile and is pid 4712 now'
export const NEW_START = 'supervisord gives another start time for it now; the next check looks at it anew'

/** A drained process as the table shows it, and why it is no longer drained, if so. */
const SHOWN: readonly [what: string, info: ProcessInfo | undefined, told: string, untold: string][] = [
  ['as it was found', PROCESS, 'same', 'same'],
  ['STARTING', infoOf({ state: STARTING }), 'same', 'same'],
  ['with another pid', NEWER, NEW_PID, NEW_PID],
  ['with another start', infoOf({ startSeconds: 5 }), NEW_START, NEW_START],
  ['STARTING with another pid', { ...NEWER, state: STARTING }, 'ended', NEW_PID],
  ['EXITED', downIn(EXITED), 'ended', 'it is EXITED by now'],
  ['BACKOFF', downIn(BACKOFF), 'ended', 'it is BACKOFF by now'],
  ['FATAL', downIn(FATAL), 'ended', 'it is FATAL by now'],
  ['STOPPED', downIn(STOPPED), 'it is STOPPED by now', 'it is STOPPED by now'],
  ['STOPPING', infoOf({ state: STOPPING }), 'same', 'same'],
  ['UNKNOWN', downIn(UNKNOWN), 'same', 'same'],
  ['removed', undefined, 'it was removed from supervisord', 'it was removed from supervisord'],
]

/** What the table makes of a drained job, asked to finish or not. */
export function shownRows(what: string, jobOf: (more: Partial<Job>) => Job): Row[] {
  return SHOWN.flatMap(([shown, info, told, untold]) =>
    [['told', TOLD, told] as const, ['not told', UNTOLD, untold] as const].map(
      ([who, drained, then]): Row => {
        const job = jobOf({ drained })
        const event = { kind: 'table', info } as const
        const name = `${what}, ${who}, ${shown}`
        if (then === 'same') return [name, job, event, job, []]
        if (then === 'ended') return [name, job, event, bringsBack({ plan: job.plan }), [ENDED, 'look']]
        return [name, job, event, over, [`undrained: ${then}`]]
      },
    ),
  )
}
