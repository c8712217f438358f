// docs/history.md shows what the commands print, and its JSON is theirs.
import widthOf from 'string-width'
import { afterAll, expect, test } from 'vitest'
import { analysisJson } from '../../src/cli/analyse-json.ts'
import { analysisText } from '../../src/cli/analyse-text.ts'
import { chartsOf, type HistoryView, listLines } from '../../src/cli/history-text.ts'
import { suggestionLines } from '../../src/cli/suggest-text.ts'
import { suggestionFor } from '../../src/cli/suggestion.ts'
import { historyOf } from '../../src/history/history-of.ts'
import { parseRecording } from '../../src/history/recording.ts'
import { sizesLine } from '../../src/picture/sizes-line.ts'
import { replay } from '../../src/trend/replay.ts'
import { codeBlocks } from '../helpers/documents.ts'
import { type RecordedProcess, trackedOf } from '../helpers/recorded.ts'
import { MB } from '../trend/watching.ts'

const ZONE = process.env.TZ
process.env.TZ = 'UTC'
afterAll(() => {
  if (ZONE === undefined) delete process.env.TZ
  else process.env.TZ = ZONE
})

const blocks = (language: string) =>
  codeBlocks('docs/history.md').filter(block => block.language === language)

/** By the minute for so many hours, teeth of a collector on top. */
const recorded = (id: string, hours: number, sizeMB: (hour: number) => number, limitMB?: number) => {
  const samples = Array.from({ length: hours * 60 }, (_, at) => ({
    t: at * 60,
    bytes: (sizeMB(at / 60) + (at % 7)) * MB,
    pid: 1,
  }))
  const limitBytes = limitMB === undefined ? undefined : limitMB * MB
  const recording = { id, isEpoch: false, intervalSeconds: 60, limitBytes, samples }
  return { ...recording, ...replay(recording) }
}

const NOW_MS = Date.parse('2026-11-21T14:00:00Z')
const view = (width: number): HistoryView => ({
  nowMs: NOW_MS,
  sinceMs: undefined,
  isAscii: false,
  room: { width, widthOf },
  isWhole: false,
})

const WEB = {
  namespec: 'web:web',
  hours: 13,
  sizeMB: (hour: number) => 100 + 38 * (hour < 9 ? hour : hour - 9),
  limitMB: 440,
  restartsAtHour: [9],
}
const steps = (hour: number) => 180 + 90 * Math.min(2, Math.floor(hour / 2))
const OTHERS = [
  { namespec: 'worker:worker_00', hours: 24, sizeMB: steps, limitMB: 400 },
  { namespec: 'worker:worker_01', hours: 24, sizeMB: (hour: number) => steps(hour / 2), limitMB: 400 },
  { namespec: 'db:db', hours: 24, sizeMB: (hour: number) => 120 + (hour % 3) },
]
const histories = (all: readonly RecordedProcess[]) =>
  all.flatMap(one => historyOf(one.namespec, trackedOf(one, NOW_MS)) ?? [])

test('the chart of history', () => {
  expect(blocks('text')[0]?.text).toBe(`${chartsOf(histories([WEB]), view(80))[0]?.join('\n')}\n`)
})

test('the list of history', () => {
  expect(blocks('text')[1]?.text).toBe(`${listLines(histories([WEB, ...OTHERS]), view(80)).join('\n')}\n`)
})

test('what suggest prints', () => {
  const lines = histories([WEB, ...OTHERS.slice(1)]).map(one =>
    suggestionLines(suggestionFor(one), { width: 80, widthOf }).join('\n'),
  )
  expect(blocks('text')[2]?.text).toBe(`${lines.join('\n\n')}\n`)
})

test('what analyse prints', () => {
  const all = [
    recorded('web', 10, hour => 100 + 38 * hour, 700),
    recorded('worker:worker_00', 24, hour => 180 + 90 * Math.min(2, Math.floor(hour / 2))),
    recorded('api', 24, () => 120),
  ]
  expect(blocks('text')[3]?.text).toBe(
    `${all.map(one => analysisText(one, (sizes, width) => sizesLine(sizes, width, false))).join('\n')}\n3 series: 1 leak, 1 bloat, 1 steady\n`,
  )
})

test('the series that it shows can be read', () => {
  expect(parseRecording(blocks('json')[0]?.text ?? '')).toMatchObject({ kind: 'recording', id: 'web' })
})

test('the JSON of analyse has no other fields', () => {
  const leak = { kind: 'leak', slopeBytesPerHour: 50 * MB } as ReturnType<typeof replay>['verdict']
  const shown = analysisJson({
    ...recorded('web', 0, () => 0),
    verdict: leak,
    alarms: [
      { t: 14280, untilT: 18840, secondsToLimit: 20410 },
      { t: 31860, untilT: undefined, secondsToLimit: 9000 },
    ],
  })
  expect(blocks('json')[1]?.text).toBe(`${JSON.stringify(shown)}\n`)
})
