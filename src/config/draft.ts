// What flags and memmon.conf have said, side by side, and the Settings that come of it.
import type { BudgetSpec } from '../core/budgets.ts'
import { UsageError } from '../core/errors.ts'
import {
  type Action,
  inReasonOrder,
  type Limit,
  type RestartPlan,
  type RuleScope,
  type RuleSpec,
} from '../core/rules.ts'
import { formatSelector, type Selector, sameSelector } from '../core/selector.ts'
import { NO_PATIENCE } from '../core/windows.ts'
import { type Place, placeText } from './place.ts'
import type { RuleKeys } from './rule-options.ts'
import { defaultSettings, type GeneralDraft, type Settings } from './settings.ts'

/** GitLab's for its Sidekiq workers. */
const DEFAULT_GRACE_SECONDS = 900

/** A rule as it was given: `-p web=200MB`, or a section. */
export interface RuleDraft {
  readonly scope: RuleScope
  readonly selector: Selector
  /** `-p web` or `[program:web]`. */
  readonly origin: string
  limit?: { readonly limit: Limit; readonly written: string }
  readonly keys: RuleKeys
  /** Of its section, and of each of its keys; absent for a flag. */
  readonly place?: Place
  readonly places?: Map<string, Place>
}

export interface BudgetDraft {
  readonly kind: BudgetSpec['kind']
  readonly selector: Selector
  readonly limit: Limit
  readonly written: string
  readonly keys: RuleKeys
  readonly place?: Place
  readonly places?: Map<string, Place>
}

/** Everything that was given so far. */
export interface Draft {
  readonly general: GeneralDraft
  /** For all rules that do not say otherwise. */
  readonly defaults: RuleKeys
  /** Of the keys of [memmon]. */
  readonly places: Map<string, Place>
  rules: RuleDraft[]
  budgets: BudgetDraft[]
}

export const emptyDraft = (): Draft => ({
  general: defaultSettings(),
  defaults: {},
  places: new Map(),
  rules: [],
  budgets: [],
})

/** Adds a rule of a flag; the same name given twice: the last one wins, as in superlance. */
export function addRule(draft: Draft, rule: RuleDraft): void {
  draft.rules = draft.rules.filter(other => !isSame(other, rule))
  draft.rules.push(rule)
}

/** Adds a budget of a flag; the same one given twice: the last one wins. */
export function addBudget(draft: Draft, budget: BudgetDraft): void {
  draft.budgets = draft.budgets.filter(other => !isSame(other, budget))
  draft.budgets.push(budget)
}

/** What flags and file say together: of the same rule in both, the flag's limit counts. */
export function mergeFile(flags: Draft, file: Draft): Draft {
  const rules = file.rules.map(rule => {
    const { limit: _, ...rest } = rule
    return flags.rules.some(other => isSame(other, rule)) ? rest : rule
  })
  return {
    general: flags.general,
    defaults: { ...file.defaults, ...flags.defaults },
    places: new Map([...file.places].filter(([key]) => !(fieldOf(key) in flags.defaults))),
    rules: [...flags.rules, ...rules],
    budgets: [
      ...flags.budgets,
      ...file.budgets.filter(budget => !flags.budgets.some(other => isSame(other, budget))),
    ],
  }
}

/** The field of RuleKeys that a key of memmon.conf sets. */
const fieldOf = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The settings. Throws a UsageError that says which rules contradict themselves, how, and where that stands. */
export function settingsOf(draft: Draft, configPath?: string): Settings {
  const { general, defaults } = draft
  const wrong: string[] = []
  const places = new Map([...draft.places].map(([key, place]) => [key, placeText(place)]))
  const made = <T extends { readonly id: string }>(of: Placed, make: () => readonly T[]): readonly T[] => {
    try {
      const all = make()
      if (of.place) for (const { id } of all) places.set(id, placeText(of.places?.get(keyOf(id)) ?? of.place))
      return all
    } catch (thrown) {
      if (!(thrown instanceof Contradiction)) throw thrown
      const place = of.places?.get(thrown.key) ?? draft.places.get(thrown.key) ?? of.place
      wrong.push(`${place ? `${placeText(place)}: ` : ''}${thrown.message}`)
      return []
    }
  }
  const rules = draft.rules.flatMap(rule =>
    made(rule, () => specsOf(rule, { ...defaults, ...rule.keys }, general.dryRun)),
  )
  const budgets = draft.budgets.flatMap(budget =>
    made(budget, () => [budgetOf(budget, { ...defaults, ...budget.keys }, general.dryRun)]),
  )
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'))
  const path = configPath !== undefined && { configPath }
  return { ...general, rules: inReasonOrder(rules), budgets, places, ...path }
}

type Placed = Pick<RuleDraft, 'place' | 'places'>

/** Keys of one rule that contradict each other; `key` is the one that is to blame. */
class Contradiction extends Error {
  readonly key: string

  constructor(key: string, message: string) {
    super(message)
    this.key = key
  }
}

const KEYS: Readonly<Record<string, string>> = {
  memory: 'memory_limit',
  hard: 'hard_limit',
  soft: 'soft_limit',
  threads: 'threads_limit',
  fds: 'fds_limit',
}

/** The key that gives a spec of this id its limit. */
const keyOf = (id: string): string => KEYS[id.slice(id.lastIndexOf(' ') + 1)] ?? ''

/** Negative if `a` is below `b`; undefined where only the machine's memory tells. */
const compared = (a: Limit | undefined, b: Limit | undefined): number | undefined => {
  if (a?.kind === 'amount' && b?.kind === 'amount') return a.amount - b.amount
  if (a?.kind === 'percent' && b?.kind === 'percent') return a.percent - b.percent
  return undefined
}

/** One spec for each limit that the rule sets. */
function specsOf({ scope, selector, origin, limit }: RuleDraft, keys: RuleKeys, dryRun: boolean): RuleSpec[] {
  const name = scope === 'group' ? (selector.group ?? '') : formatSelector(selector)
  const idOf = (what: string) => `${scope} ${name} ${what}`
  const terms = {
    scope,
    selector,
    cumulative: keys.cumulative ?? false,
    patience: keys.patience ?? NO_PATIENCE,
    minUptimeSeconds: keys.minUptimeSeconds ?? 0,
    action: actionOf(origin, keys, dryRun),
    plan: planOf(keys),
  }
  const specs: RuleSpec[] = []
  const hard = keys.hardLimit ?? { kind: 'none' as const, written: 'none' }
  if (limit || hard.kind !== 'none') {
    const own = limit ?? {
      limit: { kind: 'none' as const, written: 'none' },
      written: `${origin} hard_limit=${hard.written}`,
    }
    if ((compared(hard, own.limit) ?? 0) < 0) {
      throw new Contradiction(
        'hard_limit',
        `${own.written}: hard_limit ${hard.written} is below the limit; it has to be above`,
      )
    }
    if (keys.warn && isNotBelow(keys.warn, own.limit.kind === 'none' ? hard : own.limit)) {
      throw new Contradiction(
        'warn',
        `${own.written}: warn ${keys.warn.written} is not below the limit, so it would warn of nothing`,
      )
    }
    const warn = keys.warn && { warn: keys.warn }
    specs.push({
      ...terms,
      id: idOf(limit ? 'memory' : 'hard'),
      metric: keys.metric ?? 'rss',
      limit: own.limit,
      hardLimit: hard,
      ...warn,
      written: own.written,
    })
  }
  if (keys.softLimit && keys.softLimit.kind !== 'none')
    specs.push(softSpec({ ...terms, id: idOf('soft') }, origin, limit?.limit, keys, dryRun))
  const counts = [
    ['threads', keys.threadsLimit, 'threads_limit'],
    ['fds', keys.fdsLimit, 'fds_limit'],
  ] as const
  for (const [metric, count, key] of counts) {
    if (!count || count.kind === 'none') continue
    const said = origin.startsWith('[') ? `${origin} ${key}=` : `${origin} --${key.replace('_', '-')} `
    specs.push({
      ...terms,
      id: idOf(metric),
      cumulative: false,
      metric,
      limit: count,
      written: said + count.written,
    })
  }
  return specs
}

/** A percentage of `warn` is one of the limit. */
const isNotBelow = (warn: Limit, limit: Limit): boolean =>
  warn.kind === 'percent' ? warn.percent >= 100 : (compared(warn, limit) ?? -1) >= 0

/** A soft limit is a rule of its own, whose action is to drain. */
function softSpec(
  terms: Omit<RuleSpec, 'metric' | 'limit' | 'written'>,
  origin: string,
  limit: Limit | undefined,
  keys: RuleKeys,
  dryRun: boolean,
): RuleSpec {
  const soft = keys.softLimit ?? { kind: 'none' as const, written: 'none' }
  const written = origin.startsWith('[')
    ? `${origin} soft_limit=${soft.written}`
    : `${origin} --soft-limit ${soft.written}`
  for (const above of [limit, keys.hardLimit]) {
    if (above && (compared(soft, above) ?? -1) >= 0) {
      throw new Contradiction(
        'soft_limit',
        `${written}: it is not below ${above.written}, so nothing would be drained`,
      )
    }
  }
  const drain: Action = {
    kind: 'drain',
    graceSeconds: keys.graceSeconds ?? DEFAULT_GRACE_SECONDS,
    ...(keys.drainSignal !== undefined && { signal: keys.drainSignal }),
    ...(keys.drainCommand !== undefined && { command: keys.drainCommand }),
    ...(keys.drainCheck !== undefined && { check: keys.drainCheck }),
  }
  const action: Action = dryRun ? { kind: 'would', what: 'drain' } : drain
  return { ...terms, action, metric: keys.metric ?? 'rss', limit: soft, written }
}

const planOf = ({
  preRestartCommand,
  postRestartCommand,
  restartCommand,
  restartGroup,
}: RuleKeys): RestartPlan => ({
  group: restartGroup ?? false,
  ...(preRestartCommand !== undefined && { preCommand: preRestartCommand }),
  ...(postRestartCommand !== undefined && { postCommand: postRestartCommand }),
  ...(restartCommand !== undefined && { restartCommand }),
})

function budgetOf(
  { kind, selector, limit, written, keys: own }: BudgetDraft,
  keys: RuleKeys,
  dryRun: boolean,
): BudgetSpec {
  // What is the rule for single processes need not fit a budget: only what the section itself says is refused.
  const action = keys.action?.kind === 'restart' || keys.action?.kind === 'alert' ? keys.action : undefined
  if (own.action && own.action !== action) {
    throw new Contradiction(
      'action',
      `${written}: a budget can restart or alert; action = ${own.action.kind} is for single processes`,
    )
  }
  const done: Action = action ?? { kind: 'restart' }
  return {
    id: kind === 'group' ? `budget ${kind} ${selector.group}` : `budget ${kind}`,
    kind,
    selector,
    limit,
    written,
    cumulative: keys.cumulative ?? false,
    patience: keys.patience ?? NO_PATIENCE,
    minUptimeSeconds: keys.minUptimeSeconds ?? 0,
    plan: planOf(keys),
    action: dryRun && done.kind === 'restart' ? { kind: 'would', what: 'restart' } : done,
  }
}

function actionOf(
  origin: string,
  { action = { kind: 'restart' }, execCommand }: RuleKeys,
  dryRun: boolean,
): Action {
  if (action.kind === 'exec' && execCommand === undefined) {
    throw new Contradiction(
      'action',
      `${origin}: action exec needs exec_command: a program and its arguments`,
    )
  }
  if (dryRun && action.kind !== 'alert' && action.kind !== 'would')
    return { kind: 'would', what: action.kind }
  return action.kind === 'exec' ? { kind: 'exec', command: execCommand ?? '' } : action
}

const isSame = (
  a: { readonly scope?: string; readonly kind?: string; readonly selector: Selector },
  b: { readonly scope?: string; readonly kind?: string; readonly selector: Selector },
): boolean => a.scope === b.scope && a.kind === b.kind && sameSelector(a.selector, b.selector)
