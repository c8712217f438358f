// Files of recorded series: memmon's own history is known by its first line, and comes to what its detector had come to.
import { expect, test } from 'vitest'
import { historyHeader } from '../../src/history/history-lines.ts'
import { trackedLine } from '../../src/history/kept-tracked.ts'
import type { Recording } from '../../src/history/recording.ts'
import { createRecordingReader } from '../../src/history/recording-reader.ts'
import { createTracked, sample, type Tracked } from '../../src/history/tracked.ts'
import { replay } from '../../src/trend/replay.ts'
import { generate } from '../trend/traces/generate.ts'
import { MB } from '../trend/watching.ts'

const BEGAN_MS = Date.parse('2026-11-21T02:00:00Z')

/** What the listener keeps of these sizes. */
function trackedOf(
  samples: Iterable<{ readonly t: number; readonly rss: number; readonly pid?: number }>,
  { intervalSeconds = 60, limitBytes }: { intervalSeconds?: number; limitBytes?: number | undefined } = {},
): Tracked {
  const tracked = createTracked(intervalSeconds)
  for (const { t, rss, pid = 7 } of samples) {
    const at = { atSeconds: t, atMs: BEGAN_MS + t * 1000 }
    const what = { bytes: rss, limitBytes, metric: 'rss', cumulative: false } as const
    sample(tracked, { ...at, ...what, run: { pid, startSeconds: 0 } })
  }
  return tracked
}

/** All that a file comes to. */
function read(text: string) {
  const reader = createRecordingReader()
  const found = text.split('\n').flatMap(line => reader.take(line) ?? [])
  return {
    recordings: found.filter((one): one is Recording => one.kind === 'recording'),
    bad: found.flatMap(one => (one.kind === 'bad' ? one.why : [])),
    missing: reader.missing(),
  }
}

test("memmon's own history: each process, with its limit, in epoch seconds, another pid where it was restarted", () => {
  const samples = [1, 2].flatMap(pid =>
    Array.from({ length: 60 }, (_, at) => ({ t: pid * 3600 + at * 60, rss: pid * 100 * MB, pid })),
  )
  const web = trackedOf(samples, { limitBytes: 500 * MB })
  const text = historyHeader('run', BEGAN_MS, 2) + trackedLine('web:web', web) + trackedLine('api:api', web)
  const { recordings, bad, missing } = read(text)
  expect({ bad, missing }).toEqual({ bad: [], missing: undefined })
  expect(recordings.map(({ id }) => id)).toEqual(['web:web', 'api:api'])
  const [{ limitBytes, intervalSeconds, isEpoch, samples: [...taken] = [] } = {}] = recordings
  expect({ limitBytes, intervalSeconds, isEpoch }).toEqual({
    limitBytes: 500 * MB,
    intervalSeconds: 60,
    isEpoch: true,
  })
  expect(taken[0]).toEqual({ t: BEGAN_MS / 1000 + 3600, bytes: 100 * MB, pid: 1 })
  expect(taken.at(-1)).toMatchObject({ bytes: 200 * MB, pid: 2 })
  expect(taken.map(({ t }) => t)).toEqual(taken.map(({ t }) => t).sort((a, b) => a - b))
})

test('what it comes to is what the listener had come to', () => {
  const traces = generate(3, 1)
  const kept = traces.map(one =>
    trackedOf(one.samples, { intervalSeconds: one.interval_s, limitBytes: one.limit_bytes }),
  )
  const { recordings } = read(
    historyHeader('run', BEGAN_MS, 0) + kept.map(one => trackedLine('a:a', one)).join(''),
  )
  const verdicts = recordings.map(one => replay(one).verdict.kind)
  const same = verdicts.filter((verdict, at) => verdict === kept[at]?.series.verdict.kind)
  expect(verdicts).toHaveLength(traces.length)
  expect(same.length / verdicts.length).toBeGreaterThan(0.95)
  expect(new Set(verdicts).size).toBe(3)
})

test('lines that are damaged or missing are named, and the rest is read', () => {
  const line = trackedLine('web:web', trackedOf([{ t: 0, rss: MB }]))
  const { recordings, bad, missing } = read(
    `${historyHeader('run', BEGAN_MS, 4)}${line.slice(0, 200)}\n${line}`.trimEnd(),
  )
  expect(recordings).toHaveLength(1)
  expect(bad).toEqual(["not a process of memmon's history"])
  expect(missing).toBe('2 of 4 processes are missing at its end')
})

test('a history of another version is said to be one, once', () => {
  expect(read('{"memmonHistory":2,"x":1}\n{"y":1}\n{"y":2}')).toEqual({
    recordings: [],
    bad: ['written by another version of memmon; not analysed'],
    missing: undefined,
  })
})

test('what only begins like one is read as any other file', () => {
  expect(read('{"memmonHistory":').bad).toEqual([expect.stringContaining('not JSON')])
  expect(read('\n{"memmonHistory":1}').bad).toEqual(['"id" must be a string'])
})
