// Moves the selection of the table, or the lines of a page. Pure.
import { chosen } from './order.ts'
import { selectedIn, type TopState, type View } from './state.ts'

export type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'

export const moved = (state: TopState, move: Move, view: View): TopState =>
  state.page === 'table' ? selecting(state, move, view) : scrolling(state, move, view)

/** The top of the table is whatever is there: until somebody moves, they see the most urgent row. */
function selecting(state: TopState, move: Move, { rows }: View): TopState {
  const all = chosen(state.model, state)
  const now = selectedIn(state)?.key
  const at = all.findIndex(({ key }) => key === now)
  const to = placeAfter(move, at, rows, all.length - 1)
  return { ...state, selected: to === 0 ? undefined : all[to]?.key }
}

const scrolling = (state: TopState, move: Move, { rows, mostScroll }: View): TopState => ({
  ...state,
  scroll: placeAfter(move, state.scroll, rows, mostScroll),
})

function placeAfter(move: Move, at: number, rows: number, most: number): number {
  const page = Math.max(1, rows - 1)
  const to = {
    up: at - 1,
    down: at + 1,
    'page-up': at - page,
    'page-down': at + page,
    first: 0,
    last: most,
  }
  return Math.max(0, Math.min(most, to[move]))
}
