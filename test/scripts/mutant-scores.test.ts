// The score of `npm run mutants`: which mutants count, what survivors.json excuses, and that each excuse has its reason.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LEAST_SCORE, type ListedSurvivor, nameOf, scoresOf } from '../../scripts/mutant-scores.mjs'

const SOURCE = `const first = 1
  if (a > b) return {
    kind: 'much',
  }
`

test.each<[what: string, from: [number, number], to: [number, number], line: string, was: string]>([
  ['within a line', [2, 7], [2, 12], 'if (a > b) return {', 'a > b'],
  ['over several lines', [2, 21], [4, 4], 'if (a > b) return {', "{ kind: 'much', }"],
  ['at the very start', [1, 1], [1, 6], 'const first = 1', 'const'],
])('a mutant is named by the text of its line: %s', (_, [line, column], [endLine, endColumn], text, was) => {
  const location = { start: { line, column }, end: { line: endLine, column: endColumn } }
  expect(nameOf({ fileName: 'a.ts', location, replacement: '{\n}' }, SOURCE)).toEqual({
    file: 'a.ts',
    line: text,
    was,
    becomes: '{ }',
  })
})

const mutant = (status: string, was = status, file = 'a.ts') => ({
  file,
  line: 'l',
  was,
  becomes: 'x',
  status,
})
const listed = (was: string, file = 'a.ts'): ListedSurvivor => ({
  file,
  line: 'l',
  was,
  becomes: 'x',
  reason: 'r',
})

test('killed and timed out ones count for the score, survived and never reached ones against it', () => {
  const statuses = ['Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'CompileError', 'Ignored']
  const { scores } = scoresOf(
    statuses.map(status => mutant(status)),
    [],
  )
  expect(scores).toMatchObject([{ file: 'a.ts', killed: 3, counted: 5, score: 60, changeNothing: 0 }])
  expect(scores[0]?.survivors.map(({ status }) => status)).toEqual(['Survived', 'NoCoverage'])
})

test('each file has its own score, in the order of their names', () => {
  const { scores } = scoresOf([mutant('Killed', '1', 'b.ts'), mutant('Survived', '1', 'a.ts')], [])
  expect(scores.map(({ file, score }) => [file, score])).toEqual([
    ['a.ts', 0],
    ['b.ts', 100],
  ])
})

test('a listed survivor counts neither for the score nor against it', () => {
  const { scores, outdated } = scoresOf([mutant('Killed'), mutant('Survived', 'same')], [listed('same')])
  expect(scores).toMatchObject([{ killed: 1, counted: 1, score: 100, changeNothing: 1, survivors: [] }])
  expect(outdated).toEqual([])
})

test('a listed one that is killed by now, or is no more, is outdated; one of a file that was not run is not', () => {
  const outdated = [listed('killed'), listed('gone')]
  const mutants = [mutant('Killed', 'killed'), mutant('Survived', 'other')]
  expect(scoresOf(mutants, [...outdated, listed('other', 'b.ts')])).toMatchObject({
    scores: [{ counted: 2, changeNothing: 0 }],
    outdated,
  })
})

test('a file whose survivors all change nothing is not below the least score', () => {
  const { scores } = scoresOf([mutant('Survived', 'same')], [listed('same')])
  expect(scores[0]?.score).toBeGreaterThanOrEqual(LEAST_SCORE)
})

test('every listed survivor says why it changes nothing, and is listed once', () => {
  const path = new URL('../mutants/survivors.json', import.meta.url)
  const all: readonly ListedSurvivor[] = JSON.parse(readFileSync(path, 'utf8'))
  for (const { reason } of all) expect(reason).toMatch(/\w+ \w+/)
  expect(new Set(all.map(({ reason: _, ...name }) => JSON.stringify(name))).size).toBe(all.length)
})
