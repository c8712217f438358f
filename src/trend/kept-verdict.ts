// A verdict and its alarm as they are kept in a file, and back.
import { fits, isMissingOr, isNumber, isWhole, type Test } from '../base/data.ts'
import type { Alarm } from './leak.ts'
import { CLOSED, type Levels } from './levels.ts'
import { TIME } from './parameters.ts'
import { STEADY, type Verdict } from './verdict.ts'

/** Beyond all sizes, times and slopes that there are, and far from where sums of them overflow. */
const isPositive = isNumber(0, 1e18)
const isAny = isNumber(-1e18, 1e18)

const BLOAT: Readonly<Record<string, Test>> = {
  kind: value => value === 'bloat',
  fromBytes: isPositive,
  toBytes: isPositive,
}

const LEAK: Readonly<Record<string, Test>> = {
  kind: value => value === 'leak',
  forSeconds: isPositive,
  fromBytes: isPositive,
  toBytes: isPositive,
  slopeBytesPerHour: isPositive,
  secondsToLimit: isMissingOr(isPositive),
  sureness: isNumber(0, 1),
}

export function keptVerdict(kept: unknown): Verdict | undefined {
  if (fits(kept, { kind: value => value === 'steady' })) return STEADY
  if (fits(kept, BLOAT)) return kept as unknown as Verdict
  return fits(kept, LEAK) ? ({ secondsToLimit: undefined, ...kept } as unknown as Verdict) : undefined
}

/** `evidence` is beyond all numbers where there is no room to a limit: JSON writes null for that. */
export function keptAlarm(
  kept: unknown,
  { levels, clockSeconds }: { readonly levels: Levels; readonly clockSeconds: number },
): Alarm | undefined {
  const isClock = isNumber(0, clockSeconds)
  const tests: Readonly<Record<string, Test>> = {
    level: isWhole(0, TIME.levels - 1),
    fromKiB: isPositive,
    toKiB: isPositive,
    sinceSeconds: isClock,
    lineKiB: isAny,
    lineAtSeconds: isClock,
    slopeKiBPerSecond: isNumber(Number.MIN_VALUE, 1e18),
    swingKiB: isPositive,
    evidence: value => value === null || isNumber(1, 1e18)(value),
    checkedKiB: isPositive,
    checkedAt: isWhole(0),
  }
  if (!fits(kept, tests)) return undefined
  const alarm = { ...kept, evidence: kept.evidence ?? Number.POSITIVE_INFINITY } as unknown as Alarm
  return alarm.checkedAt <= (levels[CLOSED + alarm.level] as number) ? alarm : undefined
}
