// What memmon knows of a process itself: from its history, bounded.
import { expect, test } from 'vitest'
import { ownKnowledge } from '../../src/evidence/own-knowledge.ts'
import type { Life, LifeEnd, ProcessHistory } from '../../src/history/process-history.ts'
import { STEADY } from '../../src/trend/verdict.ts'

const lifeOf = (pid: number, end: LifeEnd | undefined, points = 1): Life => ({
  pid,
  fromMs: 0,
  untilMs: pid * 1000,
  end,
  startBytes: 1,
  endBytes: 9,
  peakBytes: 9,
  points: Array.from({ length: points }, (_, at) => ({
    fromMs: at,
    untilMs: at + 1,
    lowBytes: at,
    highBytes: at + 10,
  })),
})

const historyOf = (...lives: Life[]): ProcessHistory => ({
  namespec: 'w:a',
  metric: 'rss',
  cumulative: false,
  limitBytes: undefined,
  lives,
  verdict: STEADY,
  atMs: 0,
})

test('nothing is known of a process that was never measured', () => {
  expect(ownKnowledge(undefined, 7)).toEqual({ samples: [], restarts: [] })
})

test('its highest sizes, oldest first, and how the lives before it ended', () => {
  const history = historyOf(
    lifeOf(5, { by: 'memmon', rule: '-a 1MB' }),
    lifeOf(4, { by: 'memmon', rule: '-a 1MB', failedStarts: 1 }),
    lifeOf(3, { by: 'memmon', rule: '-a 1MB', failedStarts: 3 }),
    lifeOf(6, { by: 'other' }),
    lifeOf(7, { by: 'unseen' }),
    lifeOf(8, undefined, 2),
  )
  expect(ownKnowledge(history, 8)).toEqual({
    samples: [
      { atMs: 1, bytes: 10 },
      { atMs: 2, bytes: 11 },
    ],
    growth: { kind: 'steady' },
    restarts: [
      { atMs: 5000, outcome: 'restarted by memmon: -a 1MB' },
      { atMs: 4000, outcome: 'restarted by memmon after 1 failed start: -a 1MB' },
      { atMs: 3000, outcome: 'restarted by memmon after 3 failed starts: -a 1MB' },
      { atMs: 6000, outcome: 'ended, not by memmon' },
      { atMs: 7000, outcome: 'ended while no memmon ran' },
    ],
  })
})

test('sizes of another run are not its own', () => {
  expect(ownKnowledge(historyOf(lifeOf(8, undefined, 2)), 9).samples).toEqual([])
})

test('no more samples than a hundred, the last ones', () => {
  const { samples } = ownKnowledge(historyOf(lifeOf(8, undefined, 220)), 8)
  expect([samples.length, samples[0]?.bytes, samples.at(-1)?.bytes]).toEqual([100, 130, 229])
})
