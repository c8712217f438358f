// Which names are near enough to a mistyped one to be offered.
import { expect, test } from 'vitest'
import { nearestNames } from '../../src/base/nearest.ts'

test.each<[wanted: string, names: string[], found: string[]]>([
  ['wbe', ['web', 'database', 'cron'], ['web']],
  ['worker', ['walker', 'workers', 'works', 'working-on-it'], ['workers', 'walker', 'works']],
  ['web', ['we', 'wed', 'ebb', 'wub', 'webs'], ['we', 'webs', 'wed']], // equally near: by name
  ['WBE', ['web'], ['web']],
  ['web', ['database'], []],
  ['web', [], []],
])('for %j among %j these are offered: %j', (wanted, names, found) => {
  expect(nearestNames(wanted, names, 3)).toEqual(found)
})
