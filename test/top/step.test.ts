// `memmon top` as a state machine: what each key comes to, and what happens meanwhile.
import { expect, test } from 'vitest'
import { commandOf, KEYS } from '../../src/top/keys.ts'
import type { TopModel } from '../../src/top/model.ts'
import { chosen, SORTS } from '../../src/top/order.ts'
import { type Happening, initialState, selectedIn, type TopState } from '../../src/top/state.ts'
import { after, canvasOf, keys, modelOf, saturday } from '../helpers/top.ts'

const canvas = canvasOf(80, 24)
const model = await saturday()
const here: Happening = { kind: 'model', model }
const begun = (...happenings: Happening[]) => after([here, ...happenings], canvas)
const from = (state: TopState, ...happenings: Happening[]) => after(happenings, canvas, state)
const nameOf = (state: TopState) => selectedIn(state)?.row.name
const withPid = (namespec: string, pid: number): TopModel => ({
  ...model,
  rows: model.rows.map(one =>
    one.key === namespec && one.row.kind === 'process'
      ? { ...one, row: { ...one.row, of: { ...one.row.of, process: { ...one.row.of.process, pid } } } }
      : one,
  ),
})

test.each([
  ['q', 'quit'],
  ['ctrl-c', 'quit'],
  ['ctrl-d', 'quit'],
  ['ctrl-l', 'redraw'],
])('%s: %s', (key, kind) => {
  expect(begun(...keys(key)).effects).toEqual([{ kind }])
})

test('no key has two meanings', () => {
  const all = KEYS.flatMap(one => one.keys as readonly string[])
  expect(new Set(all).size).toBe(all.length)
  for (const { command, keys: own } of KEYS) for (const key of own) expect(commandOf(key)).toBe(command)
})

test('what comes first is selected until somebody moves, and then what was selected, wherever it comes', () => {
  expect(nameOf(begun().state)).toBe('worker:worker_00')
  const relieved: TopModel = { ...model, rows: model.rows.filter(({ key }) => key !== 'worker:worker_00') }
  const next: Happening = { kind: 'model', model: relieved }
  expect(nameOf(begun(next).state)).toBe('mailer')
  const moved = begun(...keys('down', 'down', 'down'))
  expect(nameOf(moved.state)).toBe('web')
  expect(nameOf(from(moved.state, next).state)).toBe('web')
  expect(nameOf(from(moved.state, ...keys('home'), next).state)).toBe('mailer')
})

test.each([
  [['down', 'up', 'up'], 'worker:worker_00'],
  [['end'], 'off'],
  [['end', 'down', 'k'], 'memmon'],
  [['G', 'pageup'], 'worker:worker_00'],
  [['space'], 'off'],
  [['j', 'j', 'g'], 'worker:worker_00'],
])('%j selects %s', (pressed, name) => {
  expect(nameOf(begun(...keys(...pressed)).state)).toBe(name)
})

test('what is selected and has gone is no longer selected', () => {
  const { state } = begun(...keys('down', 'down', 'down'))
  const without = { ...model, rows: model.rows.filter(({ key }) => key !== 'web:web') }
  expect(nameOf(from(state, { kind: 'model', model: without }).state)).toBe('worker:worker_00')
})

test('s goes through the orders, S turns one round', () => {
  const seen = SORTS.map((_, at) => begun(...keys(...SORTS.slice(0, at).map(() => 's'))).state.sort)
  expect(seen).toEqual(SORTS)
  expect(begun(...keys('s', 'S')).state).toMatchObject({ sort: 'size', isReversed: true })
  expect(nameOf(begun(...keys('s')).state)).toBe('db')
})

test.each([
  ['urgency', ['worker:worker_00', 'mailer', 'worker:worker_02', 'web', 'worker:worker_03', 'hidden']],
  ['size', ['db', 'web', '[group:worker]', 'worker:worker_00', 'worker:worker_03', 'worker:worker_02']],
  ['share', ['worker:worker_00', 'worker:worker_03', 'web', 'worker:worker_02', 'db', 'worker:worker_01']],
  ['growth', ['web', 'worker:worker_02']],
  ['name', ['[group:worker]', 'api', 'db', 'evil\\x1b[31m\\u202egnp.exe', 'hidden', 'mailer']],
  ['uptime', ['evil\\x1b[31m\\u202egnp.exe', 'hidden', 'worker:worker_02', 'worker:worker_03', 'web']],
] as const)('by %s', (sort, names) => {
  const rows = chosen(model, { sort, isReversed: false, filter: '' })
  expect(rows.map(({ row }) => row.name).slice(0, names.length)).toEqual(names)
  expect(rows).toHaveLength(model.rows.length)
})

test('what memmon has stopped and could not start comes before leaks', async () => {
  const failing = { kind: 'restarting', hasFailed: true } as const
  const some = await modelOf(
    ['-a', '50MB'],
    [
      { name: 'begun', megabytes: 20, pending: { kind: 'queued' } },
      { name: 'leaky', megabytes: 20, leak: {} },
      { name: 'down', state: 'STOPPED', pending: failing },
    ],
  )
  const rows = chosen(some, initialState())
  expect(rows.map(({ row }) => row.name)).toEqual(['down', 'leaky', 'begun'])
})

test('a muted program is not urgent, though it is over its limit', async () => {
  const muted = { kind: 'muted', untilMs: 0, leftSeconds: 60 } as const
  const some = await modelOf(
    ['-a', '50MB'],
    [
      { name: 'loud', megabytes: 20 },
      { name: 'quiet', megabytes: 90, pending: muted },
    ],
  )
  const rows = chosen(some, initialState())
  expect(rows.map(({ row }) => row.name)).toEqual(['loud', 'quiet'])
})

test.each([
  ['work', 5],
  ['WORKER_0', 4],
  ['w*r_?2', 1],
  ['db:db', 1],
  ['nothing', 0],
  ['*', 13],
])('the filter %s shows %i, while it is typed and after', (filter, count) => {
  const typing = begun(...keys('/', ...filter))
  expect(typing.state).toMatchObject({ isTyping: true, filter })
  const { state } = from(typing.state, ...keys('enter'))
  expect(state.isTyping).toBe(false)
  for (const one of [typing.state, state]) expect(chosen(one.model, one)).toHaveLength(count)
  expect(from(state, ...keys('escape')).state.filter).toBe('')
})

test('while a filter is typed letters are letters, and the keys that end it are keys', () => {
  const { state, effects } = begun(...keys('/', 'q', 'r', 'y', 'space', 'x', 'backspace', 'pageup', 'f1'))
  expect(effects).toEqual([])
  expect(state).toMatchObject({ filter: 'qry ', question: undefined, page: 'table' })
  expect(from(state, ...keys('ctrl-u')).state).toMatchObject({ filter: '', isTyping: true })
  expect(from(state, ...keys('escape')).state).toMatchObject({ filter: '', isTyping: false })
  expect(from(state, ...keys('ctrl-c')).effects).toEqual([{ kind: 'quit' }])
})

test('a filter has no more than 64 characters', () => {
  expect(begun(...keys('/', ...'x'.repeat(1000))).state.filter).toBe('x'.repeat(64))
})

const OF_WEB = { namespec: 'web:web', name: 'web', pid: 1002 }
const onWeb = keys('down', 'down', 'down')

test.each([
  ['r', 'restart', 'Restart web (pid 1002) now?'],
  ['d', 'drain', 'Ask web (pid 1002) to finish'],
  ['m', 'mute', 'Leave web (pid 1002) alone for an hour'],
] as const)('%s asks first, and nothing but y is a yes', (key, action, question) => {
  const asked = begun(...onWeb, ...keys(key))
  expect(asked.effects).toEqual([])
  expect(asked.lines.at(-2)).toContain(question)
  for (const no of ['enter', 'n', 'escape', key, 'space', 'q', 'up']) {
    const refused = from(asked.state, ...keys(no))
    expect(refused).toMatchObject({ effects: [], state: { question: undefined, page: 'table' } })
    expect(refused.lines.at(-2)).toBe('Nothing was done.')
  }
  const agreed = from(asked.state, ...keys('y'))
  expect(agreed.effects).toEqual([{ kind: 'ask', wish: { action, of: OF_WEB } }])
  expect(agreed.lines.at(-2)).toContain('web (pid 1002) ...')
  const halfway = from(agreed.state, { kind: 'progress', text: 'half of it\u0007' })
  expect(halfway.lines.at(-2)).toBe('half of it\\x07')
  const answered = from(agreed.state, { kind: 'answer', said: { text: 'It is done.', isTrouble: false } })
  expect(answered.lines.at(-2)).toBe('It is done.')
})

test('one wish at a time', () => {
  const { state } = begun(...onWeb, ...keys('r', 'y'))
  const again = from(state, ...keys('up', 'r', 'y'))
  expect(again.effects).toEqual([])
  expect(again.state.question).toBeUndefined()
  expect(again.lines.at(-2)).toContain('memmon has not answered yet')
})

test('what is pasted answers no question and asks none; into a filter it is text', () => {
  expect(begun(...onWeb, ...keys('paste-start', 'r', 'y', 'q', 'ctrl-c', 'paste-end')).effects).toEqual([])
  const asked = begun(...onWeb, ...keys('r'))
  expect(from(asked.state, ...keys('paste-start', 'y', 'paste-end')).effects).toEqual([])
  const typed = begun(...keys('/', 'paste-start', 'w', 'o', 'enter', 'r', 'paste-end'))
  expect(typed.state.filter).toBe('wo')
})

test('a question about a process that another one has replaced is not open any more', () => {
  const { state } = begun(...onWeb, ...keys('r'))
  const replaced = from(state, { kind: 'model', model: withPid('web:web', 5000) })
  expect(replaced.state.question).toBeUndefined()
  expect(replaced.lines.at(-2)).toBe('web is not pid 1002 any more: nothing was done.')
  expect(from(replaced.state, ...keys('y')).effects).toEqual([])
  expect(from(state, here, ...keys('y')).effects).toHaveLength(1)
})

test('a budget is not restarted, nor what does not run; that can be muted', () => {
  const budget = begun(...keys('/', ...'[group', 'enter'))
  for (const key of ['r', 'd', 'm', 'e'])
    expect(from(budget.state, ...keys(key, 'y'))).toMatchObject({
      effects: [],
      state: { question: undefined },
    })
  const down = begun(...keys('/', ...'mailer', 'enter'))
  expect(from(down.state, ...keys('r')).lines.at(-2)).toBe('mailer is not running.')
  expect(from(down.state, ...keys('m', 'y')).effects).toHaveLength(1)
  expect(from(down.state, ...keys('e')).lines.join('\n')).toContain(
    'mailer is not running, so it has no evidence',
  )
})

test('details stay with their process, Enter and q go back, and nothing is sorted meanwhile', () => {
  const { state } = begun(...keys('enter'))
  expect(state).toMatchObject({ page: 'details', selected: 'worker:worker_00' })
  const relieved = { ...model, rows: model.rows.filter(({ key }) => key !== 'worker:worker_00') }
  const gone = from(state, { kind: 'model', model: relieved })
  expect(gone.lines.join('\n')).toContain('worker:worker_00 is not there any more.')
  expect(from(state, ...keys('s', 'S', '/')).state).toMatchObject({ sort: 'urgency', isTyping: false })
  for (const key of ['enter', 'q', 'escape']) {
    const back = from(state, ...keys(key))
    expect(back).toMatchObject({ effects: [], state: { page: 'table' } })
  }
})

test('evidence is read for one run of a process, and what comes of another is not shown', () => {
  const asked = begun(...onWeb, ...keys('e'))
  expect(asked.effects).toEqual([{ kind: 'read', of: OF_WEB }])
  expect(asked.lines.join('\n')).toMatch(/Evidence of web \(pid 1002\)[\s\S]*Reading what/)
  const failed = (pid: number): Happening => ({
    kind: 'evidence',
    evidence: { of: { ...OF_WEB, pid }, kind: 'failed', why: 'the why\u001b[2J' },
  })
  expect(from(asked.state, failed(7)).lines.join('\n')).not.toContain('the why')
  expect(from(asked.state, failed(1002)).lines.join('\n')).toContain('the why\\x1b[2J')
})

test('a page is scrolled to its end, and no further', () => {
  const small = canvasOf(60, 12)
  const { state, view, lines } = after([here, ...keys('?', 'end', 'down', 'pagedown')], small)
  expect(state.scroll).toBe(view.mostScroll)
  expect(lines.join('\n')).toContain('quit from anywhere')
  expect(after(keys('up'), small, state).state.scroll).toBe(view.mostScroll - 1)
  expect(after(keys('g', 'up'), small, state).state.scroll).toBe(0)
})

test('a reading that fails is said, until the next one', () => {
  const failed = begun({ kind: 'fault', why: 'memmon.conf line 3' })
  expect(failed.lines.join('\n')).toContain('Not read anew: memmon.conf line 3')
  expect(from(failed.state, here).lines.join('\n')).not.toContain('Not read anew')
})
