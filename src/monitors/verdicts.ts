// The verdicts of a monitor, checked field by field: valid ones count, and each fault of the others is a sentence. Pure.
import { isObject, type Json } from '../base/data.ts'
import { oneLine } from '../base/text.ts'
import { METRICS } from '../rules/metric.ts'
import type { Sample, Verdict } from '../rules/monitor-types.ts'
import { quoted } from './messages.ts'

export interface Checked {
  readonly verdicts: readonly Verdict[]
  /** Why others are rejected, a sentence each. */
  readonly faults: readonly string[]
}

/** A reason is a sentence: what is longer is cut. */
const MOST_REASON = 300
const FIELDS = ['process', 'action', 'reason', 'metric', 'value', 'limit']
const ACTIONS = ['restart', 'drain', 'alert']

/** One verdict a process: the first one counts. */
export function checkVerdicts(values: readonly unknown[], samples: readonly Sample[]): Checked {
  const known = new Set(samples.map(({ process }) => process))
  const judged = new Set<string>()
  const verdicts: Verdict[] = []
  const faults = new Set<string>()
  for (const value of values) {
    const fault = faultIn(value, known, judged)
    if (fault !== undefined) {
      faults.add(fault)
      continue
    }
    const verdict = value as Verdict
    judged.add(verdict.process)
    verdicts.push({ ...verdict, reason: oneLine(cut(verdict.reason.trim())) })
  }
  return { verdicts, faults: [...faults] }
}

const cut = (text: string): string => (text.length > MOST_REASON ? `${text.slice(0, MOST_REASON)}...` : text)

/** undefined for a verdict that counts. */
function faultIn(
  value: unknown,
  known: ReadonlySet<string>,
  judged: ReadonlySet<string>,
): string | undefined {
  if (!isObject(value)) return `${quoted(value)} is not a verdict`
  const { process, action, reason } = value
  const about = `the verdict about ${quoted(process)}`
  if (typeof process !== 'string' || !known.has(process))
    return `${about}: no sample is named so; use the "process" of a sample`
  if (judged.has(process)) return `${about} is its second one`
  if (typeof action !== 'string' || !ACTIONS.includes(action))
    return `${about}: its action is ${quoted(action)}; use one of ${ACTIONS.join(', ')}`
  if (typeof reason !== 'string' || reason.trim() === '')
    return `${about}: its reason is ${quoted(reason)}; give a sentence`
  const unknown = Object.keys(value).find(key => !FIELDS.includes(key))
  if (unknown !== undefined) return `${about}: unknown field ${quoted(unknown)}; use ${FIELDS.join(', ')}`
  const fault = measureFault(value)
  return fault === undefined ? undefined : `${about}: ${fault}`
}

function measureFault({ metric, value, limit }: Json): string | undefined {
  const given = [metric, value, limit].filter(one => one !== undefined).length
  if (given === 0) return undefined
  if (given < 3) return 'metric, value and limit belong together'
  if (!METRICS.some(one => one === metric))
    return `its metric is ${quoted(metric)}; use one of ${METRICS.join(', ')}`
  const wrong = Object.entries({ value, limit }).find(([, one]) => !isAmount(one))
  if (wrong) return `its ${wrong[0]} is ${quoted(wrong[1])}; give bytes, or a count, as a number`
  return (value as number) > (limit as number) ? undefined : 'its value is not over its limit'
}

const isAmount = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0
