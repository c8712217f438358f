// The screen of `memmon top`, the events that may happen to it, and their effects outside: values.
import { ProcessState } from '../rules/process.ts'
import type { Diagnosis } from '../screen/diagnosis.ts'
import type { Key } from './keys.ts'
import type { Said, TopModel, TopRow } from './model.ts'
import { type Choice, chosen } from './order.ts'

export type Page = 'table' | 'details' | 'evidence' | 'help'

/** One run of one process: a question about it is not one about its successor. */
export interface Target {
  readonly namespec: string
  /** Made safe to show. */
  readonly name: string
  /** 0 if it is not running. */
  readonly pid: number
}

export type Action = 'restart' | 'drain' | 'mute'

/** A request to the listener. */
export interface Wish {
  readonly action: Action
  readonly of: Target
}

export type Evidence = { readonly of: Target } & (
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly diagnosis: Diagnosis }
  | { readonly kind: 'failed'; readonly why: string }
)

export interface TopState extends Choice {
  readonly model: TopModel | undefined
  /** Why there is no newer one. */
  readonly fault: string | undefined
  readonly page: Page
  /** A row's key; undefined: whatever is on top. */
  readonly selected: string | undefined
  /** How many lines of the page are above the screen. */
  readonly scroll: number
  /** The filter is being typed. */
  readonly isTyping: boolean
  /** Input comes from a clipboard: text, not keys. */
  readonly isPasting: boolean
  /** Waits for a y. */
  readonly question: Wish | undefined
  /** Waits for the listener. */
  readonly wish: Wish | undefined
  readonly evidence: Evidence | undefined
  /** The progress of the request, or the result of the last one, until the next. */
  readonly said: Said | undefined
}

export type Happening =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'model'; readonly model: TopModel }
  | { readonly kind: 'fault'; readonly why: string }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  /** The listener's progress with the request. */
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'answer'; readonly said: Said }

export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'redraw' }
  | { readonly kind: 'read'; readonly of: Target }
  | { readonly kind: 'ask'; readonly wish: Wish }

export interface Step {
  readonly state: TopState
  readonly effects: readonly Effect[]
}

/** What the last picture had room for: the state machine itself knows no widths. */
export interface View {
  /** For the table's rows, or the lines of a page. */
  readonly rows: number
  /** How far the page can scroll. */
  readonly mostScroll: number
}

export const initialState = (choice: Partial<Choice> = {}): TopState => ({
  sort: 'urgency',
  isReversed: false,
  filter: '',
  ...choice,
  model: undefined,
  fault: undefined,
  page: 'table',
  selected: undefined,
  scroll: 0,
  isTyping: false,
  isPasting: false,
  question: undefined,
  wish: undefined,
  evidence: undefined,
  said: undefined,
})

/** What keys refer to; undefined if there is nothing, or it is gone. A page stays with its process. */
export function selectedIn(state: TopState): TopRow | undefined {
  const { model, selected, page } = state
  if (page !== 'table') return model?.rows.find(({ key }) => key === selected)
  const rows = chosen(model, state)
  return rows.find(({ key }) => key === selected) ?? rows[0]
}

/** undefined for a budget. */
export function targetOf({ row }: TopRow): Target | undefined {
  if (row.kind === 'budget') return undefined
  const { namespec, pid, state } = row.of.process
  return { namespec, name: row.name, pid: state === ProcessState.RUNNING ? pid : 0 }
}
