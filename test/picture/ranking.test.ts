// What needs a person first.
import { expect, test } from 'vitest'
import { concernOf, ranked } from '../../src/picture/ranking.ts'
import {
  HOUR_MS,
  historyOf,
  LEAK,
  leaking,
  lifeOf,
  MB,
  manyKinds,
  NOW_MS,
  pointsUntil,
} from '../helpers/histories.ts'

const of = (bytes: number) => [lifeOf(pointsUntil(NOW_MS, [bytes, bytes]))]
const named = (namespec: string, bytes: number) => historyOf({ namespec, lives: of(bytes) })
const leak = (namespec: string, secondsToLimit: number | undefined, slopeBytesPerHour = MB) =>
  leaking({ namespec, verdict: { ...LEAK, secondsToLimit, slopeBytesPerHour } })
const order = (...histories: Parameters<typeof ranked>[0]) =>
  ranked(histories, NOW_MS).map(({ history }) => history.namespec)
const restarted = (times: number, hoursAgo = 1) =>
  historyOf({
    lives: Array.from({ length: times }, () =>
      lifeOf(pointsUntil(NOW_MS - hoursAgo * HOUR_MS, [MB]), { by: 'other' }),
    ),
  })
/** From 200 to 440 MB: by the sentence, 480 MB would fit. */
const bloated = (limitMb: number | undefined) =>
  historyOf({
    limitBytes: limitMb === undefined ? undefined : limitMb * MB,
    lives: of(440 * MB),
    verdict: { kind: 'bloat', fromBytes: 200 * MB, toBytes: 440 * MB },
  })

test.each([
  ['leak', leaking()],
  ['leak', leaking({ limitBytes: 100 * MB })],
  ['over', historyOf({ lives: of(300 * MB + 1) })],
  ['none', historyOf({ lives: of(300 * MB) })],
  ['none', historyOf({ limitBytes: undefined, lives: of(9000 * MB) })],
  ['none', historyOf({ lives: [lifeOf(pointsUntil(NOW_MS, [301 * MB]), { by: 'other' })] })],
  ['often', restarted(3)],
  ['none', restarted(2)],
  ['none', restarted(3, 25)],
  ['tight', bloated(460)],
  ['none', bloated(480)],
  ['none', bloated(undefined)],
  ['over', bloated(430)],
  ['none', historyOf()],
] as const)('%s', (concern, history) => expect(concernOf(history, NOW_MS)).toBe(concern))

test('the kinds in their order', () => {
  const concerns = ranked(manyKinds(), NOW_MS).map(({ concern }) => concern)
  expect(concerns.slice(0, 6)).toEqual(['leak', 'leak', 'over', 'often', 'tight', 'none'])
})

test('leaks by the time to their limit, those without one last, by their slope', () => {
  const leaks = [
    leak('slow', undefined),
    leak('late', 9000),
    leak('now', 0),
    leak('steep', undefined, 9 * MB),
  ]
  expect(order(...leaks, leak('soon', 60))).toEqual(['now', 'soon', 'late', 'steep', 'slow'])
})

test('the rest by share of the limit, then by size, then by name', () => {
  const large = { ...named('large', 900 * MB), limitBytes: undefined }
  const small = { ...named('small', MB), limitBytes: undefined }
  expect(order(small, large, named('b', 9 * MB), named('a', 9 * MB), named('most', 299 * MB))).toEqual([
    'most',
    'a',
    'b',
    'large',
    'small',
  ])
})

test('what was given stays as it was', () => {
  const given = [historyOf(), leaking()]
  ranked(given, NOW_MS)
  expect(given.map(({ verdict }) => verdict.kind)).toEqual(['steady', 'leak'])
})
