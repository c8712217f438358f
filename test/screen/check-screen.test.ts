// What holds for the screen of `memmon check` whatever the names, rules and sizes are, at any width.
import fc from 'fast-check'
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { LEAST_COLUMNS, pipeLines, terminalLines, watchLines } from '../../src/screen/check-screen.ts'
import { assessmentOf, type Sample } from '../helpers/assessed.ts'
import { pictureOf } from '../helpers/screens.ts'

const name = fc
  .tuple(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 }),
    fc.constantFrom('', ':x', ':worker_007', `:${'界'.repeat(60)}`, ':👩‍👩‍👧‍👦_01'),
  )
  .map(([first, second]) => `${first.replace(/[:\s]/gu, '_')}${second}`)
const sample: fc.Arbitrary<Sample> = fc.record(
  {
    name,
    megabytes: fc.double({ min: 0, max: 40_000_000, noNaN: true }),
    uptimeSeconds: fc.nat(100_000_000),
    threads: fc.nat(100_000),
    state: fc.constantFrom('RUNNING', 'RUNNING', 'STOPPED', 'FATAL'),
    isListener: fc.constant(true as const),
    pending: fc.constantFrom<NonNullable<Sample['pending']>>(
      { kind: 'capped', cap: '3/1h', untilMs: 0, leftSeconds: 60 },
      { kind: 'draining', forSeconds: 35_999_999, graceSeconds: 35_999_999 },
      { kind: 'watched' },
    ),
  },
  { requiredKeys: ['name'] },
)
const argv = fc.constantFrom(
  [],
  ['-a', '100MB'],
  ['-a', '100MB', '--for', '30/50', '--min-uptime', '20d'],
  ['-a', '1KB', '--action', 'signal:VTALRM', '--threads-limit', '3'],
  ['-p', `*=${'1'.repeat(12)}`, '--dry-run', '--total', '1MB', '--min-free', '500MB'],
  ['-c', '-a', '77777KB', '--metric', 'pss+swap', '--warn', '90%'],
  ['-p', `${'long'.repeat(50)}*=2GB`, '-a', '1GB'],
)
const samples = fc.uniqueArray(sample, { maxLength: 8, selector: one => one.name })

test('no line is wider than the terminal; what memmon would do, and sizes, are never cut', async () => {
  await fc.assert(
    fc.asyncProperty(samples, argv, fc.integer({ min: 56, max: 250 }), async (all, args, columns) => {
      const picture = pictureOf(await assessmentOf(args, all))
      const lines = terminalLines(picture, { columns, rows: 24, colour: false, widthOf })
      for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
      for (const [at, { cells }] of picture.rows.entries()) {
        const line = ` ${lines[at + 1]} `
        expect(line).toContain(` ${cells.now} `)
        if (cells.size) expect(line).toContain(` ${cells.size} `)
        if (columns >= 80 && cells.used) expect(line).toContain(` ${cells.used} `)
      }
    }),
    { numRuns: 150 },
  )
})

test('a narrow terminal, too, gets no wider line than the least that is drawn', async () => {
  await fc.assert(
    fc.asyncProperty(samples, fc.integer({ min: 0, max: 56 }), async (all, columns) => {
      const picture = pictureOf(await assessmentOf(['-a', '100MB'], all))
      for (const line of terminalLines(picture, { columns, rows: 24, colour: false, widthOf })) {
        expect(widthOf(line), line).toBeLessThanOrEqual(Math.max(columns, LEAST_COLUMNS))
      }
    }),
    { numRuns: 100 },
  )
})

test('a screen that is drawn in place has no more lines than the terminal', async () => {
  await fc.assert(
    fc.asyncProperty(
      samples,
      fc.integer({ min: 56, max: 250 }),
      fc.integer({ min: 1, max: 30 }),
      async (all, columns, rows) => {
        const picture = pictureOf(await assessmentOf(['-a', '100MB'], all))
        const lines = watchLines(
          picture,
          { columns, rows, colour: false, widthOf },
          '12:00:00, every 2s, q quits',
        )
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
      },
    ),
    { numRuns: 100 },
  )
})

test('in a pipe every row has the same cells, whole, and none is empty', async () => {
  await fc.assert(
    fc.asyncProperty(samples, argv, async (all, args) => {
      const picture = pictureOf(await assessmentOf(args, all))
      const lines = pipeLines(picture, widthOf)
      expect(lines[0]?.split(/ {2,}/)).toEqual([
        'PROCESS',
        'STATE',
        'PID',
        'UPTIME',
        'SIZE',
        'METRIC',
        'LIMIT',
        'USED',
        'NOW',
        'RULE',
      ])
      for (const [at, { cells }] of picture.rows.entries()) {
        const { process, state, pid, uptime, size, metric, limit, used, now, rule } = cells
        const expected = [process, state, pid, uptime, size, metric, limit, used, now, rule]
        expect(lines[at + 1]?.split(/ {2,}/)).toEqual(expected.map(cell => cell || '-'))
      }
    }),
    { numRuns: 100 },
  )
})

test('colour is help alone: without it the same text', async () => {
  const all: Sample[] = [
    { name: 'over', megabytes: 120 },
    { name: 'warned', megabytes: 95 },
    { name: 'fine', megabytes: 5 },
    { name: 'hidden', why: 'hidden' },
    { name: 'off', state: 'STOPPED' },
  ]
  const picture = pictureOf(await assessmentOf(['-a', '100MB', '--warn', '90%'], all))
  const drawn = (colour: boolean) =>
    terminalLines(picture, { columns: 80, rows: 24, colour, widthOf }).join('\n')
  expect(drawn(true).replace(/\u001b\[\d+m/g, '')).toBe(drawn(false))
  expect(drawn(true)).toMatch(
    /\u001b\[31mover .*\u001b\[39m\n\u001b\[33mhidden .*\n\u001b\[33mwarned .*\nfine /,
  )
  expect(pipeLines(picture, widthOf).join()).not.toContain('\u001b')
})

test('without a row: why', async () => {
  const picture = pictureOf(await assessmentOf(['-a', '100MB'], []))
  const terminal = { columns: 80, rows: 24, colour: false, widthOf }
  expect(terminalLines(picture, terminal)[0]).toBe('supervisord has no programs.')
  const { rows: counted } = pictureOf(await assessmentOf(['-a', '100MB'], [{ name: 'web', megabytes: 1 }]))
  expect(terminalLines({ ...picture, counted }, terminal)[0]).toBe('Nothing is over its limit.')
  expect(pipeLines(picture, widthOf)[0]).toMatch(/^PROCESS +STATE .*RULE$/)
})
