// The frame of `memmon top` in every size, in colours and without, and with names that mean harm; what a refresh writes.
import fc from 'fast-check'
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { screenChanges } from '../../src/cli/screen-changes.ts'
import { LEAST, quickWidth } from '../../src/top/canvas.ts'
import { KEYS } from '../../src/top/keys.ts'
import type { TopModel } from '../../src/top/model.ts'
import { pipeLines } from '../../src/top/pipe.ts'
import { type Happening, initialState } from '../../src/top/state.ts'
import { HARMFUL, historyOf } from '../helpers/histories.ts'
import { after, canvasOf, keys, modelOf, saturday } from '../helpers/top.ts'

const model = await saturday()
const here: Happening = { kind: 'model', model }
const ESCAPES = /\u001b\[\d+m/g
const CONTROL = /[\0-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

test('whatever is pressed, in whatever size: as many lines as the terminal has, none wider, no control character', () => {
  const key = fc.constantFrom(
    ...KEYS.flatMap(one => one.keys as readonly string[]),
    'y',
    'x',
    'paste-start',
    'paste-end',
  )
  const size = fc.record({ columns: fc.integer({ min: 1, max: 130 }), rows: fc.integer({ min: 1, max: 40 }) })
  fc.assert(
    fc.property(fc.array(key, { maxLength: 12 }), size, (pressed, { columns, rows }) => {
      const { lines } = after([here, ...keys(...pressed)], canvasOf(columns, rows, { colour: true }))
      expect(lines.length).toBeLessThanOrEqual(rows)
      for (const line of lines) {
        const text = line.replace(ESCAPES, '')
        expect(widthOf(text)).toBeLessThanOrEqual(columns)
        expect(text).not.toMatch(CONTROL)
      }
    }),
    { numRuns: 60 },
  )
})

test.each([
  [LEAST.columns, LEAST.rows, true],
  [LEAST.columns - 1, 24, false],
  [80, LEAST.rows - 1, false],
])('%ix%i is drawn: %s', (columns, rows, isDrawn) => {
  const text = after([here], canvasOf(columns, rows)).lines.join('\n')
  expect(text.includes('restart')).toBe(isDrawn)
  expect(text.includes(`memmon top needs ${LEAST.columns}x${LEAST.rows}`.slice(0, columns))).toBe(!isDrawn)
})

test('names that mean harm, and heads, reach no terminal and no pipe as they are', async () => {
  const names = HARMFUL.map(name => `x:${name.replaceAll(':', '')}`)
  const samples = names.map(name => ({ name, megabytes: 5 }))
  const histories = names.map(namespec => historyOf({ namespec }))
  const some = await modelOf(['-a', '100MB'], samples, { histories })
  for (let at = 0; at < names.length; at++) {
    const happenings = [
      { kind: 'model', model: some } as const,
      ...keys(...names.slice(0, at).map(() => 'down')),
    ]
    for (const page of ['enter', 'r', 'e'])
      for (const line of after([...happenings, ...keys(page)], canvasOf(100, 30)).lines) {
        expect(line).not.toMatch(CONTROL)
        expect(widthOf(line)).toBeLessThanOrEqual(100)
      }
  }
  for (const line of pipeLines(some, initialState(), canvasOf(80, 24))) expect(line).not.toMatch(CONTROL)
})

test('colours say no more than words do, and NO_COLOR has none', () => {
  const inColour = after([here], canvasOf(80, 24, { colour: true })).lines
  const plain = after([here], canvasOf(80, 24)).lines
  expect(inColour.map(line => line.replace(ESCAPES, '').trimEnd())).toEqual(plain.map(line => line.trimEnd()))
  expect(plain.join('')).not.toContain('\u001b')
  const selected = inColour.find(line => line.includes('> worker:worker_00'))
  expect(selected).toMatch(/^\u001b\[7m\u001b\[31m.*\u001b\[39m\u001b\[27m$/)
  expect(inColour.find(line => line.includes('web '))).toMatch(/^\u001b\[33m/)
})

test('a locale that knows nothing but ASCII gets nothing else', () => {
  const ascii = canvasOf(80, 24, { isAscii: true })
  // A text that is cut says so by an ellipsis, as in memmon check.
  for (const pressed of [[], ['?'], ['/', 'w', 'e', 'b', 'enter', 'enter']])
    expect(
      after([here, ...keys(...pressed)], ascii)
        .lines.join('')
        .replaceAll('…', ''),
    ).toMatch(/^[ -~]*$/)
})

const thousand = (sizeOf: (at: number) => number): Promise<TopModel> =>
  modelOf(
    ['-a', '100MB'],
    Array.from({ length: 1000 }, (_, at) => ({ name: `worker:worker_${at}`, megabytes: sizeOf(at) })),
  )

test('of 1,000 processes a refresh writes the lines that differ, and they are as many as are on the screen', async () => {
  const canvas = canvasOf(80, 24)
  const before = after([{ kind: 'model', model: await thousand(at => 10 + at / 100) }], canvas)
  const same = after([{ kind: 'model', model: await thousand(at => 10 + at / 100) }], canvas, before.state)
  expect(screenChanges(before.lines, same.lines)).toBe('')
  // The 501st grows: it is not on the screen; then the first one, which is.
  const unseen = after(
    [{ kind: 'model', model: await thousand(at => (at === 500 ? 15.3 : 10 + at / 100)) }],
    canvas,
  )
  expect(screenChanges(before.lines, unseen.lines)).toBe('')
  const seen = after(
    [{ kind: 'model', model: await thousand(at => (at === 999 ? 20.3 : 10 + at / 100)) }],
    canvas,
  )
  expect(screenChanges(before.lines, seen.lines).split(';1H').length - 1).toBe(1)
  expect(screenChanges(undefined, seen.lines).split('worker:worker_').length - 1).toBeLessThan(24)
})

test('no column changes its width while one scrolls', async () => {
  const some = await thousand(at => (at < 500 ? 5 : 99.5))
  const headOf = (...pressed: string[]) =>
    after([{ kind: 'model', model: some }, ...keys('s', 's', 's', 's', ...pressed)], canvasOf(80, 24))
      .lines[3]
  expect(headOf('end')).toBe(headOf())
})

test('a text whose width is seen at once has the width that string-width gives it', () => {
  const characters = fc.constantFrom(...' aZ~▁▃█▒╌│└─┬▲é漢👍…')
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 8 }), text => {
      expect(quickWidth(widthOf)(text)).toBe(widthOf(text))
    }),
  )
})
