// Which rows come first, which are chosen by name, and what the summary counts.
import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { parseSelector } from '../../src/rules/selector.ts'
import { namesNear, type Sort, selected, sorted } from '../../src/screen/order.ts'
import { rowsOf } from '../../src/screen/rows.ts'
import { countsOf, summaryText } from '../../src/screen/summary.ts'
import { assessmentOf, type Sample } from '../helpers/assessed.ts'
import { MB } from '../helpers/values.ts'

const SAMPLES: readonly Sample[] = [
  { name: 'tiny', megabytes: 1, uptimeSeconds: 5 },
  { name: 'big', megabytes: 400, uptimeSeconds: 10 },
  { name: 'over', megabytes: 30, uptimeSeconds: 20 },
  { name: 'near', megabytes: 38, uptimeSeconds: 30 },
  { name: 'listener', megabytes: 50, isListener: true, uptimeSeconds: 40 },
  { name: 'off', state: 'STOPPED' },
  { name: 'hidden', why: 'hidden', uptimeSeconds: 50 },
]
const ARGV = ['-p', 'over=25MB', '-p', 'near=40MB', '-p', 'tiny=10MB', '--ignore', 'big', '--total', '900MB']
const rows = async () => rowsOf(await assessmentOf(ARGV, SAMPLES), true)

test.each<[sort: Sort, names: string]>([
  ['share', 'over hidden near [total] tiny big listener off'],
  ['size', 'big [total] listener near over tiny hidden off'],
  ['name', 'big hidden listener near off over tiny [total]'],
  ['uptime', 'tiny big over near listener hidden off [total]'],
])('--sort %s: %s', async (sort, names) => {
  expect(
    sorted(await rows(), sort)
      .map(({ name }) => name)
      .join(' '),
  ).toBe(names)
})

const TEAM: readonly Sample[] = ['web', 'team:a', 'team:b', 'other:a', 'team2:c'].map(name => ({
  name,
  megabytes: 1,
}))

test.each<[names: string, chosen: string]>([
  ['', 'web:web team:a team:b other:a team2:c -g team --total'],
  ['web', 'web:web'],
  ['a', 'team:a other:a -g team'],
  ['team', 'team:a team:b -g team'],
  ['team:a', 'team:a -g team'],
  ['team*', 'team:a team:b team2:c -g team'],
  ['team*:c web', 'web:web team2:c'],
  ['nothing', ''],
])('the names "%s" choose %s', async (names, chosen) => {
  const assessment = await assessmentOf(['--group-total', 'team=1GB', '--total', '1GB'], TEAM)
  const { processes, budgets } = selected(assessment, names.split(' ').filter(Boolean).map(parseSelector))
  const budgetNames = budgets.map(({ budget }) => (budget.kind === 'group' ? '-g team' : '--total'))
  expect([...processes.map(({ process }) => process.namespec), ...budgetNames].join(' ')).toBe(chosen)
})

test('a name that nothing has: the nearest of processes and groups', async () => {
  expect(namesNear('taem2', await assessmentOf([], TEAM))).toEqual(['team2'])
})

const MEMORY = { totalBytes: 1000 * MB, availableBytes: 400 * MB }
test.each<[width: number, text: string]>([
  [200, '1 of 7 over, 600MB of 1000MB in use, 1 not readable, 1 not running'],
  [60, '1 of 7 over, 600MB of 1000MB in use, 1 not readable'],
  [40, '1 of 7 over, 600MB of 1000MB in use'],
  [12, '1 of 7 over'],
])('in %s columns the summary is "%s"', async (width, text) => {
  expect(summaryText(countsOf(await rows()), MEMORY, true, { width, widthOf })).toBe(text)
})

test('the summary counts budgets that are over, and without rules processes alone', async () => {
  const counts = countsOf(rowsOf(await assessmentOf(['--total', '10MB', '--min-free', '1MB'], SAMPLES), true))
  expect(summaryText(counts, undefined, true, { width: 200, widthOf })).toBe(
    '0 of 7 over, 1 of 2 budgets over, 1 not readable, 1 not running',
  )
  expect(summaryText(countsOf([]), undefined, false, { width: 200, widthOf })).toBe('0 processes')
})
