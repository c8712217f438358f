// What a running memmon remembers, written for those who look by hand: what is read is what was remembered, or nothing.
import { expect, test } from 'vitest'
import {
  type ChecksNow,
  checksHeader,
  checksLines,
  checksMark,
  MOST_BYTES,
  parseChecks,
  windowKey,
} from '../../src/restart/checks-lines.ts'
import type { Wait } from '../../src/restart/waits.ts'
import type { BudgetState } from '../../src/rules/budgets.ts'
import type { RememberedWindow } from '../../src/rules/judgement.ts'
import type { RememberedLeak } from '../../src/rules/past.ts'
import type { Window } from '../../src/rules/windows.ts'
import { MB, rulesFrom } from '../helpers/values.ts'

const [rule] = rulesFrom('-a', '100MB', '--for', '3/5')
const signature = rule?.signature ?? ''
const run = { pid: 7, startSeconds: 1_000_000 }
const windowOf = (more: Partial<Window> = {}): Window => ({
  run,
  values: [99 * MB, 101 * MB],
  overSince: 5_000.5,
  warned: false,
  told: false,
  ...more,
})
const remembered = (more: Partial<Window> = {}, namespec = 'web:web'): RememberedWindow => ({
  namespec,
  signature,
  window: windowOf(more),
})
const STATE: BudgetState = {
  overs: [true, false],
  overSince: undefined,
  asked: ['a:a'],
  kept: new Map([['b:b', 12]]),
  told: true,
}
const WAIT: Wait = {
  namespec: 'post:post',
  run,
  isPreparing: false,
  postponed: 2,
  hold: { by: 'cap', untilTick: 9_000 },
}
const LEAK: RememberedLeak = { namespec: 'web:web', run, limitTick: 9_000_000 }
const now = (more: Partial<ChecksNow> = {}) => ({
  rules: rule ? [rule] : [],
  windows: [remembered()],
  budgets: new Map([['--total 1GB', STATE]]),
  waits: [WAIT, { ...WAIT, namespec: 'x:x', hold: undefined }],
  leaks: [LEAK, { namespec: 'x:x', run }],
  ...more,
})
const textOf = (contents: ChecksNow) => {
  const { text, leftOut } = checksLines(contents)
  return checksHeader('7@boot+1', 1_234, leftOut) + text
}

test('what is read is what was remembered', () => {
  const found = parseChecks(textOf(now()))
  expect(found).toMatchObject({ run: '7@boot+1', atMs: 1_234, leftOut: 0 })
  expect(found?.windows).toEqual(new Map([[windowKey('web:web', signature), windowOf()]]))
  expect(found?.budgets).toEqual(new Map([['--total 1GB', STATE]]))
  expect(found?.waits).toEqual(now().waits)
  expect(found?.leaks).toEqual(now().leaks)
})

test('of one that another rule has counted nothing is found', () => {
  const [other] = rulesFrom('-a', '101MB', '--for', '3/5')
  const found = parseChecks(textOf(now()))
  expect(found?.windows.get(windowKey('web:web', other?.signature ?? ''))).toBeUndefined()
})

const whole = textOf(now())
test.each<[what: string, text: string]>([
  ['nothing', ''],
  ['garbage', '\0\xff garbage\n'],
  ['half of it', whole.slice(0, whole.length - 20)],
  ['another version', whole.replace('"memmon":1', '"memmon":2')],
  ['no header', whole.slice(whole.indexOf('\n') + 1)],
  ['a line that says nothing known', `${whole}{"hello":1}\n`],
  ['null', `${whole}null\n`],
  ['a window without a run', whole.replace('"pid":7', '"pid":"7"')],
  ['values that are no numbers', whole.replace('"values":[', '"values":["x",')],
  ['a budget that is none', whole.replace('"overs":[true', '"overs":[1')],
  ['a leak of no run', whole.replace('"leak":{"namespec":"web:web","run":{', '$&"pid":"x","p":{')],
  ['a wait for nobody knows what', whole.replace('"by":"cap"', '"by":"them"')],
])('%s is unreadable as a whole', (_, text) => {
  expect(text).not.toBe(whole)
  expect(parseChecks(text)).toBeUndefined()
})

test('sizes that change on the same side of the limit are no change; all else is', () => {
  const markOf = (more: Partial<Window>) => checksMark(now({ windows: [remembered(more)] }))
  const before = markOf({})
  expect(markOf({ values: [98 * MB, 170 * MB] })).toBe(before)
  const changes: Partial<Window>[] = [
    { values: [101 * MB, 101 * MB] },
    { values: [101 * MB] },
    { overSince: undefined },
    { warned: true },
    { told: true },
    { run: { ...run, pid: 8 } },
  ]
  for (const change of changes) expect(markOf(change), JSON.stringify(change)).not.toBe(before)
  expect(checksMark(now({ waits: [] }))).not.toBe(before)
  expect(checksMark(now({ budgets: new Map() }))).not.toBe(before)
  expect(checksMark(now({ leaks: [] }))).not.toBe(before)
  expect(checksMark({ rules: [], windows: [], budgets: new Map(), waits: [], leaks: [] })).toBe('')
})

test('a forecast that moves by minutes is no change; by an hour it is', () => {
  const markOf = (more: Partial<RememberedLeak>) => checksMark(now({ leaks: [{ ...LEAK, ...more }] }))
  expect(markOf({ limitTick: 9_060_000 })).toBe(markOf({}))
  expect(markOf({ limitTick: 12_600_000 })).not.toBe(markOf({}))
  expect(markOf({ run: { ...run, pid: 8 } })).not.toBe(markOf({}))
})

test('it cannot grow: what matters most is kept, and what is left out is counted', () => {
  const quiet = { values: [1, 2, 3, 4, 5], overSince: undefined }
  const many = Array.from({ length: 9_000 }, (_, at) => remembered(quiet, `worker:worker_${at}`))
  const text = textOf(now({ windows: [...many, remembered()] }))
  expect(Buffer.byteLength(text)).toBeLessThan(MOST_BYTES + 200)
  const found = parseChecks(text)
  expect(found?.leftOut).toBeGreaterThan(1_000)
  expect((found?.leftOut ?? 0) + (found?.windows.size ?? 0)).toBe(9_001)
  expect(found?.windows.has(windowKey('web:web', signature))).toBe(true)
  expect(found?.waits).toHaveLength(2)
})
