// Process trees out of links as the kernel gives them, wrong ones included.
import { expect, test } from 'vitest'
import { treesOf } from '../../src/proc/trees.ts'

const links = (...pairs: [pid: number, ppid: number][]) => pairs.map(([pid, ppid]) => ({ pid, ppid }))

test.each<[what: string, roots: number[], pairs: [number, number][], trees: Record<number, number[]>]>([
  ['a process without children', [10], [[10, 1]], { 10: [10] }],
  [
    'children and their children',
    [10],
    [
      [10, 1],
      [11, 10],
      [12, 11],
      [13, 10],
    ],
    { 10: [10, 11, 13, 12] },
  ],
  [
    'links in any order',
    [10],
    [
      [12, 11],
      [11, 10],
      [10, 1],
    ],
    { 10: [10, 11, 12] },
  ],
  [
    'two roots side by side',
    [10, 20],
    [
      [11, 10],
      [21, 20],
    ],
    { 10: [10, 11], 20: [20, 21] },
  ],
  [
    'a root below another root',
    [10, 11],
    [
      [11, 10],
      [12, 11],
    ],
    { 10: [10, 11, 12], 11: [11, 12] },
  ],
  ['a root that no link knows', [99], [[10, 1]], { 99: [99] }],
  ['its own parent', [10], [[10, 10]], { 10: [10] }],
  [
    'a loop of three',
    [10],
    [
      [10, 12],
      [11, 10],
      [12, 11],
    ],
    { 10: [10, 11, 12] },
  ],
  [
    'a loop below the root',
    [10],
    [
      [11, 10],
      [12, 11],
      [11, 12],
    ],
    { 10: [10, 11, 12] },
  ],
  [
    'a link that is there twice',
    [10],
    [
      [11, 10],
      [11, 10],
    ],
    { 10: [10, 11] },
  ],
  ['nothing at all', [], [], {}],
])('%s', (_what, roots, pairs, trees) => {
  expect(Object.fromEntries(treesOf(roots, links(...pairs)))).toEqual(trees)
})

test('a chain of 50,000 processes is followed to its end', () => {
  const chain = links(...Array.from({ length: 50_000 }, (_, i): [number, number] => [i + 2, i + 1]))
  expect(treesOf([1], chain).get(1)).toHaveLength(50_001)
})
