// The filter while it is being typed: it applies at once. Pure.
import type { Key } from './keys.ts'
import type { TopState } from './state.ts'

const MOST_CHARACTERS = 64

export function typed(state: TopState, key: Key): TopState {
  switch (key) {
    case 'enter':
      return { ...state, isTyping: false }
    case 'escape':
      return withFilter({ ...state, isTyping: false }, '')
    case 'backspace':
      return withFilter(state, [...state.filter].slice(0, -1).join(''))
    case 'ctrl-u':
      return withFilter(state, '')
    case 'space':
      return written(state, ' ')
    default:
      return written(state, key)
  }
}

/** A key that is not a single character means nothing here. */
function written(state: TopState, character: string): TopState {
  const isCharacter = [...character].length === 1
  const isFull = [...state.filter].length >= MOST_CHARACTERS
  return isCharacter && !isFull ? withFilter(state, state.filter + character) : state
}

/** Selects the top row again. */
export const withFilter = (state: TopState, filter: string): TopState =>
  filter === state.filter ? state : { ...state, filter, selected: undefined }
