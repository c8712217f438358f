// `memmon top` as a state machine: state and event in, next state and effects out. Pure.
import { pressed } from './pressed.ts'
import type { Evidence, Happening, Step, TopState, View } from './state.ts'
import { withoutStaleQuestion } from './wishes.ts'

export function step(state: TopState, happening: Happening, view: View): Step {
  return happening.kind === 'key'
    ? pressed(state, happening.key, view)
    : { state: told(state, happening), effects: [] }
}

function told(state: TopState, happening: Exclude<Happening, { kind: 'key' }>): TopState {
  switch (happening.kind) {
    case 'model':
      return withoutStaleQuestion({ ...state, model: happening.model, fault: undefined })
    case 'fault':
      return { ...state, fault: happening.why }
    case 'evidence':
      return isAwaited(state, happening.evidence) ? { ...state, evidence: happening.evidence } : state
    case 'progress':
      return state.wish ? { ...state, said: { text: happening.text, isTrouble: false } } : state
    case 'answer':
      return { ...state, wish: undefined, said: happening.said }
  }
}

/** Somebody may have asked about another process meanwhile. */
const isAwaited = ({ evidence }: TopState, { of }: Evidence): boolean =>
  evidence?.of.namespec === of.namespec && evidence.of.pid === of.pid
