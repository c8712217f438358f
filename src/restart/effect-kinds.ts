// What sort of effect or event it is, for whoever carries jobs out. Pure.
import type { Effect, JobEvent } from './job-events.ts'

/** True for what takes a process down. */
export const isStop = (effect: Effect): boolean =>
  effect.do === 'stop' || (effect.do === 'run' && effect.hook === 'restart')

/** True for what a process feels. */
export const isBinding = (effect: Effect): boolean =>
  isStop(effect) ||
  effect.do === 'signal' ||
  effect.do === 'ask agent' ||
  (effect.do === 'run' && (effect.hook === 'drain' || effect.hook === 'pre')) ||
  (effect.do === 'tell' && effect.outcome.kind === 'noticed' && effect.outcome.what === 'draining')

/** True for what says the same the second time: of two that wait, the later one counts. */
export const isRepeatable = ({ kind }: JobEvent): boolean =>
  ['checked', 'table', 'settings', 'relieved', 'breached', 'soft', 'turn', 'dropped', 'ending'].includes(kind)
