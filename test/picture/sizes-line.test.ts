// Sizes as a line of blocks: what hardly varies is level.
import { expect, test } from 'vitest'
import { sizesLine } from '../../src/picture/sizes-line.ts'

test.each([
  [[100, 102, 100], '▄▄▄'],
  [[100, undefined, 102], '▄ ▄'],
  [[100, 103, 100], '▁█▁'],
  [[0, 0], '▄▄'],
  [[undefined, undefined], '  '],
  [[], ''],
])('%j', (sizes, line) => expect(sizesLine(sizes, 10, false)).toBe(line))

test('no wider than it may be', () => expect(sizesLine([1, 2, 3, 4], 2, true)).toHaveLength(2))
