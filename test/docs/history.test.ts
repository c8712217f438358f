// docs/history.md shows what the commands print, and its JSON is theirs.
import { expect, test } from 'vitest'
import { analysisJson } from '../../src/cli/analyse-json.ts'
import { analysisText } from '../../src/cli/analyse-text.ts'
import { parseRecording } from '../../src/history/recording.ts'
import { sparkline } from '../../src/picture/sparkline.ts'
import { replay } from '../../src/trend/replay.ts'
import { codeBlocks } from '../helpers/documents.ts'
import { MB } from '../trend/watching.ts'

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

test('what analyse prints', () => {
  const all = [
    recorded('web', 10, hour => 100 + 38 * hour, 700),
    recorded('worker:worker_00', 24, hour => 180 + 90 * Math.min(2, Math.floor(hour / 2))),
    recorded('api', 24, () => 120),
  ]
  expect(blocks('text')[0]?.text).toBe(
    `${all.map(one => analysisText(one, sparkline)).join('\n')}\n3 series: 1 leak, 1 bloat, 1 steady\n`,
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
