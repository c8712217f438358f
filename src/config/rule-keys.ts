// What a rule can say besides its limit, as it is read; and the form of an option that sets one of these keys.

import type { Action } from '../rules/action.ts'
import type { DayWindow, GrowthKind } from '../rules/growth.ts'
import type { MemoryMetric } from '../rules/metric.ts'
import type { Patience } from '../rules/patience.ts'
import type { Limit } from '../rules/rule.ts'
import type { OptionText } from './option-text.ts'

/** The keys of one rule; what is absent comes from the flags, then from [memmon], then from the defaults. */
export interface RuleKeys {
  metric?: MemoryMetric
  cumulative?: boolean
  patience?: Patience
  hardLimit?: Limit
  minUptimeSeconds?: number
  warn?: Limit
  action?: Action
  execCommand?: string
  threadsLimit?: Limit
  fdsLimit?: Limit
  softLimit?: Limit
  graceSeconds?: number
  drainAgent?: boolean
  drainSignal?: string
  drainCommand?: string
  drainCheck?: string
  restartCommand?: string
  restartGroup?: boolean
  preRestartCommand?: string
  diagnoseCommand?: string
  postRestartCommand?: string
  memorySampleSeconds?: number
  memorySampleTimeoutSeconds?: number
  growth?: GrowthKind
  growthLeadSeconds?: number
  growthWindow?: DayWindow
  increaseLimit?: number
  thresholdBytes?: number
}

export interface RuleOption extends OptionText {
  readonly rule: true
  /** Reads one value into the keys; throws an Error that says what would be right. */
  readonly applyRule: (keys: RuleKeys, text: string) => void
}
