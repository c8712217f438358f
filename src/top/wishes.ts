// Requests to the listener from the screen: one at a time, each after a question that names its process. Pure.
import type { Key } from './keys.ts'
import {
  type Action,
  type Step,
  selectedIn,
  type Target,
  type TopState,
  targetOf,
  type Wish,
} from './state.ts'

const YES: readonly Key[] = ['y', 'Y']

/** With its question, or the reason why not. */
export function asked(state: TopState, action: Action): TopState {
  const row = state.page === 'help' ? undefined : selectedIn(state)
  const of = row && targetOf(row)
  if (!of) return state
  if (state.wish) return saying(state, `memmon has not answered yet. ${doing(state.wish)}`, true)
  if (of.pid === 0 && action !== 'mute') return saying(state, `${of.name} is not running.`, true)
  return { ...state, question: { action, of }, said: undefined }
}

/** Only y means yes. */
export function answered(state: TopState, wish: Wish, key: Key): Step {
  const next = { ...state, question: undefined }
  if (!YES.includes(key)) return { state: saying(next, 'Nothing was done.', false), effects: [] }
  return { state: { ...next, wish, said: undefined }, effects: [{ kind: 'ask', wish }] }
}

/** Withdraws a question about a process that another one has replaced. */
export function withoutStaleQuestion(state: TopState): TopState {
  const { question, model } = state
  if (!question || question.action === 'mute') return state
  const { namespec, name, pid } = question.of
  const row = model?.rows.find(({ key }) => key === namespec)
  if ((row && targetOf(row))?.pid === pid) return state
  return saying(
    { ...state, question: undefined },
    `${name} is not pid ${pid} any more: nothing was done.`,
    true,
  )
}

const saying = (state: TopState, text: string, isTrouble: boolean): TopState => ({
  ...state,
  said: { text, isTrouble },
})

/** Says what y would do. */
export function questionText({ action, of }: Wish): string {
  const who = named(of)
  switch (action) {
    case 'restart':
      return `Restart ${who} now?`
    case 'drain':
      return `Ask ${who} to finish, and restart it then?`
    case 'mute':
      return `Leave ${who} alone for an hour: no restart, no message?`
  }
}

/** While the listener has not answered. */
export const doing = ({ action, of }: Wish): string => `${DOING[action]} ${named(of)} ...`
const DOING: Readonly<Record<Action, string>> = {
  restart: 'Restarting',
  drain: 'Draining',
  mute: 'Muting',
}

const named = ({ name, pid }: Target): string => (pid === 0 ? name : `${name} (pid ${pid})`)
