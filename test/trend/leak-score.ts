// What `npm run leak-score` prints: memmon's detector beside others, over recordings, as tables.
import { memmon, type NewDetector } from './detector.ts'
import { linearFit } from './peers/linear-fit.ts'
import { memoryLeakGem } from './peers/memory-leak.ts'
import { outcomesOf, type Score, scoreOf } from './score.ts'
import { generate } from './traces/generate.ts'
import type { Trace } from './traces/trace.ts'

const WAYS: readonly (readonly [string, NewDetector])[] = [
  ['memmon', memmon],
  ['memory-leak gem, 5 maxima', memoryLeakGem(5)],
  ['memory-leak gem, 10 maxima', memoryLeakGem(10)],
  ['memory-leak gem, 20 maxima', memoryLeakGem(20)],
  ['linear fit, R2 >= .8', linearFit(0.8)],
  ['linear fit, R2 >= .95', linearFit(0.95)],
]
const SEED = 1
const EACH = 5

export const builtIn = (): Trace[] => generate(SEED, EACH)

const HEAD = [
  '| way | precision | recall | F1 | false alarms / process-week | headroom used | time-to-limit error |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
]
const FAMILY_HEAD = [
  '| family | traces | found | missed | false alarms | headroom used | time-to-limit error |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
]

/** One table of all ways, and one of memmon by family. */
export function tables(traces: readonly Trace[]): string[] {
  const rows = WAYS.map(([name, way]) => rowOf(name, scoreOf(outcomesOf(traces, way))))
  const outcomes = outcomesOf(traces, memmon)
  const families = [...new Set(traces.map(({ family }) => family))].sort()
  return [
    ...HEAD,
    ...rows,
    '',
    ...FAMILY_HEAD,
    ...families.map(family =>
      familyRow(family, scoreOf(outcomes.filter(one => one.trace.family === family))),
    ),
  ]
}

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const share = (value: number): string => (Number.isNaN(value) ? '' : value.toFixed(2))

const rowOf = (name: string, score: Score): string =>
  row([
    name,
    ...[score.precision, score.recall, score.f1].map(value => value.toFixed(3)),
    share(score.falseAlarmsAWeek),
    share(score.headroom),
    share(score.timeToLimitError),
  ])

const familyRow = (name: string, score: Score): string =>
  row([
    name,
    ...[score.traces, score.found, score.missed, score.falseAlarms],
    share(score.headroom),
    share(score.timeToLimitError),
  ])
