// Keys that say how something is done which no rule does: warned of, since what was meant does not happen. Pure.
import type { Draft } from './draft.ts'
import { placeText } from './place.ts'
import type { RuleKeys } from './rule-keys.ts'

interface Need {
  readonly key: string
  readonly isGiven: (keys: RuleKeys) => boolean
  /** What has to stand beside it, and its value if only that will do. */
  readonly beside: string
  readonly value?: string
  readonly isMet: (keys: RuleKeys) => boolean
  /** In [memmon] it is for monitors, too. */
  readonly servesMonitors?: true
}

const hasSoftLimit = ({ softLimit }: RuleKeys): boolean =>
  softLimit !== undefined && softLimit.kind !== 'none'

const drainNeed = (key: string, isGiven: Need['isGiven']): Need => ({
  key,
  isGiven,
  beside: 'soft_limit',
  isMet: hasSoftLimit,
  servesMonitors: true,
})

const NEEDS: readonly Need[] = [
  {
    key: 'exec_command',
    isGiven: ({ execCommand }) => execCommand !== undefined,
    beside: 'action',
    value: 'exec',
    isMet: ({ action }) => action?.kind === 'exec',
  },
  {
    key: 'threshold_size',
    isGiven: ({ thresholdBytes }) => thresholdBytes !== undefined,
    beside: 'increase_limit',
    isMet: ({ increaseLimit }) => increaseLimit !== undefined,
  },
  drainNeed('drain_agent', ({ drainAgent }) => drainAgent === true),
  drainNeed('drain_signal', ({ drainSignal }) => drainSignal !== undefined),
  drainNeed('drain_command', ({ drainCommand }) => drainCommand !== undefined),
  drainNeed('drain_check', ({ drainCheck }) => drainCheck !== undefined),
]

/** A sentence for each key without effect, with its place if it stands in memmon.conf. */
export function idleTexts({ rules, budgets, defaults, places, general }: Draft): string[] {
  if (rules.length + budgets.length === 0) return []
  const all = rules.map(({ keys }) => ({ ...defaults, ...keys }))
  return NEEDS.flatMap(need => {
    const { key, isGiven, isMet, servesMonitors } = need
    const own = rules.flatMap(({ keys, places: placesOf }) => {
      const place = placesOf?.get(key)
      if (!place || !isGiven(keys) || isMet({ ...defaults, ...keys })) return []
      return `${placeText(place)}: ${confText(need)}`
    })
    const isUsed = all.some(isMet) || (servesMonitors && (general.monitorPaths ?? []).length > 0)
    if (!isGiven(defaults) || isUsed) return own
    const place = places.get(key)
    return [...own, place ? `${placeText(place)}: ${confText(need)}` : flagText(need)]
  })
}

const confText = ({ key, beside, value }: Need): string =>
  `${key} has no effect without ${beside}${value === undefined ? '' : ` = ${value}`}`

const flagText = ({ key, beside, value }: Need): string =>
  `${flag(key)} has no effect without ${flag(beside)}${value === undefined ? '' : ` ${value}`}`

const flag = (key: string): string => `--${key.replaceAll('_', '-')}`
