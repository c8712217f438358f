// The effect of a key, depending on the screen: a question, a filter being typed, a page, the table. Pure.
import { typed, withFilter } from './filter.ts'
import { type Command, commandOf, type Key } from './keys.ts'
import { moved } from './moves.ts'
import { SORTS } from './order.ts'
import { type Page, type Step, selectedIn, type TopState, targetOf, type View } from './state.ts'
import { answered, asked } from './wishes.ts'

export function pressed(state: TopState, key: Key, view: View): Step {
  if (key === 'paste-start' || key === 'paste-end')
    return only({ ...state, isPasting: key === 'paste-start' })
  const command = commandOf(key)
  if (command === 'end' && !state.isPasting) return quit(state)
  if (state.isTyping) return only(typed(state, key))
  // Text from a clipboard is no answer, and asks for nothing.
  if (state.isPasting) return only(state)
  if (state.question) return answered(state, state.question, key)
  return command ? obeyed(state, command, view) : only(state)
}

const only = (state: TopState): Step => ({ state, effects: [] })
const quit = (state: TopState): Step => ({ state, effects: [{ kind: 'quit' }] })

function obeyed(state: TopState, command: Command, view: View): Step {
  switch (command) {
    case 'quit':
      return state.page === 'table' ? quit(state) : only(toTable(state))
    case 'end':
      return quit(state)
    case 'back':
      return only(state.page === 'table' ? withFilter(state, '') : toTable(state))
    case 'redraw':
      return { state, effects: [{ kind: 'redraw' }] }
    case 'sort':
    case 'reverse':
      return only(state.page === 'table' ? resorted(state, command) : state)
    case 'filter':
      return only(state.page === 'table' ? { ...state, isTyping: true } : state)
    case 'help':
      return only(state.page === 'help' ? toTable(state) : turned(state, 'help'))
    case 'details':
      return only(state.page === 'table' ? turned(state, 'details') : toTable(state))
    case 'evidence':
      return evidenceOf(state)
    case 'restart':
    case 'drain':
    case 'mute':
      return only(asked(state, command))
    default:
      return only(moved(state, command, view))
  }
}

/** A page is about the selected row, even if others have become more urgent; the help is about nothing. */
const turned = (state: TopState, page: Page): TopState => ({
  ...state,
  page,
  scroll: 0,
  selected: page === 'help' ? state.selected : selectedIn(state)?.key,
})

const toTable = (state: TopState): TopState => ({ ...state, page: 'table', scroll: 0 })

/** Selects the top row again. */
function resorted(state: TopState, how: 'sort' | 'reverse'): TopState {
  if (how === 'reverse') return { ...state, isReversed: !state.isReversed, selected: undefined }
  const sort = SORTS[(SORTS.indexOf(state.sort) + 1) % SORTS.length] ?? 'urgency'
  return { ...state, sort, isReversed: false, selected: undefined }
}

function evidenceOf(state: TopState): Step {
  const row = state.page === 'help' ? undefined : selectedIn(state)
  const of = row && targetOf(row)
  if (!of) return only(state)
  const next = turned(state, 'evidence')
  if (of.pid === 0) {
    const why = `${of.name} is not running, so it has no evidence.`
    return only({ ...next, evidence: { of, kind: 'failed', why } })
  }
  return { state: { ...next, evidence: { of, kind: 'reading' } }, effects: [{ kind: 'read', of }] }
}
