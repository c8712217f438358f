// A breach of threads_limit or fds_limit: what is said first of the threads or descriptors, however few they are.
import { expect, test } from 'vitest'
import type { Facts } from '../../src/evidence/facts.ts'
import { wordsAbout } from '../../src/evidence/reason-words.ts'
import { wordsOf } from '../../src/evidence/words.ts'
import type { Metric } from '../../src/rules/metric.ts'
import { LARGE_WORKER, LOCKED } from '../helpers/diagnosed.ts'
import { descriptorsOf, factsOf, statusOf, threadsOf } from '../helpers/facts.ts'

const about = (metric: Metric, facts: Facts, previous?: Facts, cumulative = false) =>
  wordsAbout({ metric, cumulative }, facts, { previous })

const before = (parts: Partial<Facts>, now: Facts): Facts =>
  factsOf({ ...parts, takenAt: now.takenAt - 600_000 })

const FEW = factsOf({
  status: statusOf({ threadCount: 6 }),
  threads: threadsOf(6, {
    byWchan: [{ what: 'futex_do_wait', count: 5 }],
    alike: [
      { name: 'a', state: 'sleeping', wchan: 'futex_do_wait', syscall: '', count: 5 },
      { name: 'a', state: 'running', wchan: '0', syscall: '', count: 1 },
    ],
  }),
})
const FEW_TEXT = '6 threads: 5 sleeping in futex_do_wait, 1 running'

const OPEN = factsOf({
  limits: { openFiles: { soft: 1024, hard: 4096 } },
  descriptors: descriptorsOf(30, {
    byKind: [
      { what: 'socket', count: 29 },
      { what: 'file', count: 1 },
    ],
    sockets: [{ what: 'tcp ESTABLISHED', count: 29 }],
  }),
})
const OPEN_TEXT = '30 descriptors, 1,024 allowed: 29 sockets (29 tcp ESTABLISHED), 1 file'

test.each<[what: string, said: readonly string[], texts: readonly string[]]>([
  [
    'many threads: in words first, then state and wchan',
    about('threads', LOCKED),
    [
      '114 of 115 threads wait in a futex (a lock, or a queue without work)',
      '115 threads: 114 sleeping in futex_do_wait, 1 sleeping in anon_pipe_read',
    ],
  ],
  ['few threads, of which no rule speaks', about('threads', FEW), [FEW_TEXT]],
  [
    'few more threads than before, of which no rule speaks',
    about(
      'threads',
      FEW,
      before({ threads: threadsOf(4, { byWchan: [{ what: 'futex_wait', count: 3 }] }) }, FEW),
    ),
    ['threads grew from 4 to 6 in 10m: 2 more wait in a futex (a lock, or a queue without work)', FEW_TEXT],
  ],
  ['no more threads than before', about('threads', FEW, before({ threads: threadsOf(6) }, FEW)), [FEW_TEXT]],
  [
    'few descriptors, more than before',
    about(
      'fds',
      OPEN,
      before(
        {
          descriptors: descriptorsOf(12, {
            byKind: [{ what: 'socket', count: 11 }],
            sockets: [{ what: 'tcp ESTABLISHED', count: 11 }],
          }),
        },
        OPEN,
      ),
    ),
    ['descriptors grew from 12 to 30 in 10m: 18 more sockets, 18 of them tcp ESTABLISHED', OPEN_TEXT],
  ],
  ['with its descendants', about('threads', FEW, undefined, true), [`without its descendants: ${FEW_TEXT}`]],
  [
    'what may not be read',
    about('fds', factsOf({ missing: { descriptors: 'EACCES' } })),
    ['its descriptors could not be read (EACCES)'],
  ],
  [
    'what has ended',
    about('threads', factsOf({ missing: { process: 'ESRCH' } })),
    ['its threads could not be read (ESRCH)'],
  ],
])('%s', (_, said, texts) => expect(said).toEqual(texts))

test('of much that stands out the reason comes first, once, and five in all', () => {
  const said = about('fds', LARGE_WORKER)
  expect(said).toHaveLength(5)
  expect(new Set(said).size).toBe(5)
  expect(said[0]).toMatch(/descriptors are in use/)
  expect(said[1]).toMatch(/sockets in CLOSE_WAIT/)
  expect(said.some(text => text.startsWith('3,912 descriptors, 4,096 allowed: '))).toBe(true)
  expect(about('threads', LARGE_WORKER)[0]).toMatch(/^187 of 200 threads wait/)
})

test('of memory it says what it always says', () => {
  expect(about('rss', LARGE_WORKER)).toEqual(wordsOf(LARGE_WORKER).map(({ text }) => text))
})

const sockets = (...states: readonly (readonly [what: string, count: number])[]) =>
  descriptorsOf(
    states.reduce((sum, [, count]) => sum + count, 0),
    {
      byKind: [{ what: 'socket', count: states.reduce((sum, [, count]) => sum + count, 0) }],
      sockets: states.map(([what, count]) => ({ what, count })),
    },
  )

test.each([
  ['all of one state', sockets(['tcp ESTABLISHED', 5]), /: 25 more sockets, 25 of them tcp CLOSE_WAIT$/],
  [
    'more of one, and fewer of another',
    sockets(['tcp ESTABLISHED', 20]),
    /: 10 more sockets, 25 more tcp CLOSE_WAIT$/,
  ],
  ['before, no table of sockets could be read', { ...sockets(['x', 20]), sockets: [] }, /: 10 more sockets$/],
])('sockets that grew, %s', (_, descriptors, text) => {
  const now = factsOf({ descriptors: sockets(['tcp CLOSE_WAIT', 25], ['tcp ESTABLISHED', 5]) })
  expect(about('fds', now, before({ descriptors }, now))[0]).toMatch(text)
})
