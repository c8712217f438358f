// The picture of `memmon top`: as many lines as the terminal has, none wider, whatever the state. Pure.
import { timestamp } from '../base/text.ts'
import { countsOf, summaryText } from '../screen/summary.ts'
import { shorten, shown } from '../screen/width.ts'
import { type Canvas, LEAST, painted, roomOf } from './canvas.ts'
import { type Command, KEYS } from './keys.ts'
import type { Said, TopModel } from './model.ts'
import { chosen } from './order.ts'
import { pageLines, pageTitle } from './pages.ts'
import { type Page, selectedIn, type TopState, type View, type Wish } from './state.ts'
import { tablePage } from './table.ts'
import { doing, questionText } from './wishes.ts'

/** About listeners: the table needs the rest. */
const MOST_HEADS = 3

export interface Frame {
  readonly lines: readonly string[]
  readonly view: View
}

export function frameOf(state: TopState, canvas: Canvas): Frame {
  const { columns, rows } = canvas
  if (columns < LEAST.columns || rows < LEAST.rows) return tooSmall(canvas)
  const heads = headLines(state, canvas)
  const foots = footLines(state, canvas)
  const bodyRows = Math.max(1, rows - heads.length - 1 - foots.length)
  const { body, title } = bodyOf(state, canvas, bodyRows)
  const mostScroll = Math.max(0, body.length - bodyRows)
  const scroll = Math.min(state.scroll, mostScroll)
  const seen = body.slice(scroll, scroll + bodyRows)
  const blank = Array.from({ length: bodyRows - seen.length }, () => '')
  const where = mostScroll > 0 ? `; lines ${scroll + 1} to ${scroll + bodyRows} of ${body.length}` : ''
  return {
    lines: [...heads, painted(title + where, 'dim', canvas), ...seen, ...blank, ...foots],
    view: { rows: bodyRows, mostScroll },
  }
}

function bodyOf(state: TopState, canvas: Canvas, bodyRows: number) {
  return state.page === 'table'
    ? { body: tableBody(state, canvas, bodyRows), title: orderText(state) }
    : { body: pageLines(state, canvas, bodyRows), title: pageTitle(state) }
}

/** Draws nothing that could be torn. */
function tooSmall(canvas: Canvas): Frame {
  const { columns, rows } = canvas
  const text = `memmon top needs ${LEAST.columns}x${LEAST.rows}; this is ${columns}x${rows}.`
  const lines = [text, 'q quits'].map(line => line.slice(0, Math.max(0, columns)))
  return { lines: lines.slice(0, Math.max(0, rows)), view: { rows: 1, mostScroll: 0 } }
}

function headLines(state: TopState, canvas: Canvas): string[] {
  const { model, fault } = state
  if (!model) return [painted('memmon top: reading what memmon knows ...', 'bold', canvas)]
  const fresh = fault === undefined ? [] : [{ text: `Not read anew: ${fault}`, isTrouble: true }]
  const heads = [...fresh, ...model.heads]
  const worst = [
    ...heads.filter(({ isTrouble }) => isTrouble),
    ...heads.filter(({ isTrouble }) => !isTrouble),
  ]
  return [
    painted(titleText(model, canvas), 'bold', canvas),
    ...worst.slice(0, MOST_HEADS).map(said => saidLine(said, canvas)),
  ]
}

/** The summary, and its time. */
function titleText({ rows, hasRules, memory, atMs }: TopModel, canvas: Canvas): string {
  const room = roomOf(canvas)
  const at = timestamp(new Date(atMs)).slice(11, 19)
  const counts = countsOf(rows.map(({ row }) => row))
  const text = summaryText(counts, memory, hasRules, { ...room, width: room.width - at.length - 2 })
  return text + at.padStart(room.width - room.widthOf(text))
}

const saidLine = ({ text, isTrouble }: Said, canvas: Canvas): string =>
  painted(text, isTrouble ? 'red' : undefined, canvas)

/** The order, and what is hidden. */
function orderText({ model, sort, isReversed, filter, isTyping }: TopState): string {
  const order = `By ${sort}${isReversed ? ', reversed' : ''}`
  if (filter === '' && !isTyping) return `${order} (s: by another, /: some names)`
  const { length } = chosen(model, { sort, isReversed, filter })
  return `${order}; ${length} of ${model?.rows.length ?? 0} hold "${shown(filter)}"`
}

function tableBody(state: TopState, canvas: Canvas, bodyRows: number): readonly string[] {
  const { model, filter } = state
  if (!model) return []
  const rows = chosen(model, state)
  if (rows.length > 0) return tablePage(model, { rows, selected: selectedIn(state) }, canvas, bodyRows)
  return [filter === '' ? 'supervisord has no programs.' : 'Nothing has such a name. Esc shows all.']
}

/** A question, or its answer; below it the keys. */
function footLines(state: TopState, canvas: Canvas): string[] {
  const { question, wish, said } = state
  if (question) {
    const text = questionText(withShortName(question, canvas))
    return [painted(text, 'bold', canvas), painted(ANSWERS, 'bold', canvas)]
  }
  const answer = said?.text ?? (wish ? doing(withShortName(wish, canvas)) : '')
  const how = said?.isTrouble ? 'red' : undefined
  return [painted(shown(answer), how, canvas), painted(keysText(state, canvas), 'dim', canvas)]
}
const ANSWERS = 'y yes  any other key no'

/** Shortens the name, since the question follows it. */
const withShortName = (wish: Wish, { columns, widthOf }: Canvas): Wish => ({
  ...wish,
  of: { ...wish.of, name: shorten(wish.of.name, { width: Math.max(MOST_NAME, columns - 60), widthOf }) },
})
const MOST_NAME = 16

/** As many as fit. */
function keysText({ page, isTyping, filter }: TopState, canvas: Canvas): string {
  if (isTyping) return `Filter: ${shown(filter)}_  (Enter keeps it, Esc shows all)`
  const room = roomOf(canvas)
  return KEYS.reduce((text, key) => {
    if (!('brief' in key) || !OF_PAGE[page](key.command)) return text
    const brief = page !== 'table' && key.command === 'quit' ? 'back' : key.brief
    const longer = `${text}${text && '  '}${key.name} ${brief}`
    return room.widthOf(longer) <= room.width ? longer : text
  }, '')
}

/** Names no key that does nothing here. */
const OF_PAGE: Readonly<Record<Page, (command: Command) => boolean>> = {
  table: () => true,
  details: command => command !== 'details',
  evidence: command => command !== 'details',
  help: command => command === 'quit',
}
