// Which names are near enough to a mistyped one to be offered.
import { expect, test } from 'vitest'
import { editDistance, nearestNames } from '../../src/base/nearest.ts'

test.each<[string, string, number]>([
  ['web', 'web', 0],
  ['web', 'WEB', 0],
  ['web', 'wbe', 2],
  ['web', 'webs', 1],
  ['', 'web', 3],
  ['web', '', 3],
  ['kitten', 'sitting', 3],
])('from %j to %j are %d edits', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits)
  expect(editDistance(b, a)).toBe(edits)
})

test.each<[wanted: string, names: string[], found: string[]]>([
  ['wbe', ['web', 'database', 'cron'], ['web']],
  ['worker', ['walker', 'workers', 'works', 'working-on-it'], ['workers', 'walker', 'works']],
  ['web', ['we', 'wed', 'ebb', 'wub', 'webs'], ['we', 'webs', 'wed']], // equally near: by name
  ['web', ['database'], []],
  ['web', [], []],
])('for %j among %j these are offered: %j', (wanted, names, found) => {
  expect(nearestNames(wanted, names, 3)).toEqual(found)
})
