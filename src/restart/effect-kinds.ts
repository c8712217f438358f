// Kinds of effects and events, for the code that carries jobs out. Pure.
import type { Effect, JobEvent } from './job-events.ts'

/** True for what takes a process down. */
export const isStop = (effect: Effect): boolean =>
  effect.do === 'stop' || (effect.do === 'run' && effect.hook === 'restart')

/** True if it has an effect on the process. */
export const isBinding = (effect: Effect): boolean =>
  isStop(effect) ||
  effect.do === 'signal' ||
  effect.do === 'ask agent' ||
  (effect.do === 'run' && (effect.hook === 'drain' || effect.hook === 'pre')) ||
  (effect.do === 'tell' && effect.outcome.kind === 'noticed' && effect.outcome.what === 'draining')

/** True for events that a later one of the same kind replaces while both wait. */
export const isRepeatable = ({ kind }: JobEvent): boolean =>
  ['checked', 'table', 'settings', 'relieved', 'breached', 'soft', 'turn', 'dropped', 'ending'].includes(kind)
