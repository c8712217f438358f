// A look that asks nobody: when it is enough, when somebody is near a limit, and when supervisord has to be asked.
import { expect, test } from 'vitest'
import {
  askAgainAfterMs,
  noQuietSizes,
  type QuietLook,
  type QuietSizes,
  quickLook,
} from '../../src/check/quick-look.ts'
import type { Watched } from '../../src/check/watched.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { processNamed } from '../helpers/values.ts'

const { RUNNING, STARTING } = ProcessState

const watched = (more: Partial<Watched> = {}, state: number = RUNNING, pid = 1): Watched => ({
  process: processNamed('web', { pid, state }),
  rules: [],
  quietBytes: 100,
  quietTreeBytes: Infinity,
  countsSwap: false,
  ...more,
})

/** What a look at these sizes comes to. */
function sight(
  all: readonly Watched[],
  plain: readonly number[] | undefined,
  trees?: readonly number[],
  swapUsedBytes = 0,
  quiet: QuietSizes = noQuietSizes(all.length),
) {
  const look: QuietLook = {
    isUnchanged: () => true,
    watch: () => true,
    sizes: cumulative => (cumulative ? trees : plain) ?? [],
    release: () => {},
  }
  const measured: number[] = []
  const seen = quickLook(all, look, quiet, {
    plain: plain !== undefined,
    trees: trees !== undefined,
    swapUsedBytes: () => swapUsedBytes,
    onMeasured: (_, bytes) => void measured.push(bytes),
  })
  return { seen, measured }
}

const TREE = { quietBytes: Infinity, quietTreeBytes: 100 }
const ALWAYS = { quietBytes: -1 }

test.each<[what: string, one: Watched, plain: number | undefined, tree: number | undefined, kind: string]>([
  ['at its limit', watched(), 100, undefined, 'quiet'],
  ['over it', watched(), 101, undefined, 'near'],
  ['gone', watched(), -1, undefined, 'ask'],
  ['with descendants at its limit', watched(TREE), 99, 100, 'quiet'],
  ['with descendants over it', watched(TREE), 50, 101, 'near'],
  ['with descendants, gone', watched(TREE), 50, -1, 'ask'],
  ['over the limit of one of two', watched({ quietTreeBytes: 200 }), 101, 150, 'near'],
  ['STARTING below its limit', watched({}, STARTING), 100, undefined, 'quiet'],
  ['STARTING over its limit', watched({}, STARTING), 101, undefined, 'ask'],
  ['STARTING with descendants over its limit', watched(TREE, STARTING), 50, 101, 'ask'],
  // Each look would ask, for as long as it is STARTING.
  ['STARTING, and always looked at closely', watched(ALWAYS, STARTING), 1, undefined, 'quiet'],
  ['STARTING, its tree always looked at', watched({ quietTreeBytes: -1 }, STARTING), 1, 1, 'quiet'],
  ['RUNNING, and always looked at closely', watched(ALWAYS), 1, undefined, 'near'],
  ['STARTING over a limit of 0', watched({ quietBytes: 0 }, STARTING), 1, undefined, 'ask'],
  ['STARTING, its tree over a limit of 0', watched({ ...TREE, quietTreeBytes: 0 }, STARTING), 1, 1, 'ask'],
])('a process that is %s', (_, one, plain, tree, kind) => {
  const sizes = (size: number | undefined) => (size === undefined ? undefined : [size])
  expect(sight([one], sizes(plain), sizes(tree)).seen.kind).toBe(kind)
})

test('swap that is in use counts for those that count it', () => {
  expect(sight([watched()], [60], undefined, 50).seen.kind).toBe('quiet')
  expect(sight([watched({ countsSwap: true })], [60], undefined, 40).seen.kind).toBe('quiet')
  expect(sight([watched({ countsSwap: true })], [60], undefined, 41).seen.kind).toBe('near')
  expect(sight([watched({ ...TREE, countsSwap: true })], [0], [60], 41).seen.kind).toBe('near')
  expect(sight([watched(), watched({ countsSwap: true })], [60, 60], undefined, 41).seen.kind).toBe('near')
})

test('one that is near does not hide one that has gone', () => {
  expect(sight([watched(), watched()], [101, -1]).seen.kind).toBe('ask')
  expect(sight([watched(), watched()], [101, 1]).seen.kind).toBe('near')
  expect(sight([], []).seen.kind).toBe('quiet')
})

test('each size is handed on: with descendants where those are counted', () => {
  expect(sight([watched(), watched()], [1, 2]).measured).toEqual([1, 2])
  expect(sight([watched()], [1], [5]).measured).toEqual([5])
})

test.each<[what: string, more: Partial<Watched>, sizes: [plain: number, tree: number][], measured: number[]]>(
  [
    [
      'the same, far from its limits',
      {},
      [
        [5, 7],
        [5, 7],
      ],
      [7],
    ],
    [
      'another of its own',
      {},
      [
        [5, 7],
        [6, 7],
        [6, 7],
      ],
      [7, 7],
    ],
    [
      'another with its descendants',
      {},
      [
        [5, 7],
        [5, 8],
      ],
      [7, 8],
    ],
    [
      'the first again',
      {},
      [
        [5, 7],
        [6, 8],
        [5, 7],
      ],
      [7, 8, 7],
    ],
    [
      'near its limit',
      {},
      [
        [101, 7],
        [101, 7],
      ],
      [7, 7],
    ],
    [
      'back from there',
      {},
      [
        [101, 7],
        [100, 7],
        [100, 7],
      ],
      [7, 7],
    ],
    [
      'swap counts, which changes by itself',
      { countsSwap: true },
      [
        [5, 7],
        [5, 7],
      ],
      [7, 7],
    ],
  ],
)('a size is handed on if it has changed or something may follow from it: %s', (_, more, sizes, measured) => {
  const quiet = noQuietSizes(1)
  const seen = sizes.flatMap(([plain, tree]) => sight([watched(more)], [plain], [tree], 0, quiet).measured)
  expect(seen).toEqual(measured)
})

test('what has gone is noticed, whatever it was before', () => {
  const quiet = noQuietSizes(1)
  const kinds = [5, 5, -1, -1].map(size => sight([watched()], [size], undefined, 0, quiet).seen.kind)
  expect(kinds).toEqual(['quiet', 'quiet', 'ask', 'ask'])
})

test('the processes are as old as they are by now, and have the sizes that were seen', () => {
  const { seen } = sight([watched(), watched(TREE, RUNNING, 2)], [10, 20], [30, 40])
  if (seen.kind === 'ask') throw new Error('it asks')
  const before = watched().process.nowSeconds
  const aged = seen.aged(2_600)
  expect(aged.watched.map(({ process }) => [process.pid, process.nowSeconds])).toEqual([
    [1, before + 3],
    [2, before + 3],
  ])
  expect(aged.watched.map(one => [aged.rssOf(one, false), aged.rssOf(one, true)])).toEqual([
    [10, 30],
    [20, 40],
  ])
  expect(aged.rssOf(watched(), false)).toBeUndefined()
})

test('sizes that nobody asked for are not there', () => {
  const { seen } = sight([watched()], [10])
  if (seen.kind === 'ask') throw new Error('it asks')
  const aged = seen.aged(0)
  expect(aged.watched.map(one => [aged.rssOf(one, false), aged.rssOf(one, true)])).toEqual([[10, undefined]])
})

const since = (seconds: number, state: number): ProcessInfo =>
  processNamed('web', { state, startSeconds: 1_000_000, nowSeconds: 1_000_000 + seconds })

test.each<[what: string, processes: ProcessInfo[], ms: number]>([
  ['nothing is STARTING', [since(100, RUNNING)], Infinity],
  ['one is STARTING: a quarter of its age', [since(100, STARTING), since(4, RUNNING)], 25_000],
  ['several are: the youngest counts', [since(100, STARTING), since(40, STARTING)], 10_000],
])('supervisord is asked again: %s', (_, processes, ms) => expect(askAgainAfterMs(processes)).toBe(ms))
