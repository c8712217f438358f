// Settings that can be read and are hardly what was meant: warned of, since somebody may mean them. Pure.
import type { BudgetSpec } from '../rules/budgets.ts'
import { isMemory } from '../rules/metric.ts'
import type { Limit, RuleSpec } from '../rules/rule.ts'
import type { Selector } from '../rules/selector.ts'
import type { Settings } from './settings.ts'

/** A bare number below this was probably meant in another unit. */
const SUSPICIOUSLY_SMALL_BYTES = 1024 * 1024
/** Up to this a bare number is one of MB; above it, one of KB, as ps prints sizes. */
const MOST_MEGABYTES = 16_384

/** A sentence each, with what was probably meant, and its place if it stands in memmon.conf. */
export function doubtsOf({ rules, budgets, notes, places, ignored, agentSocket }: Settings): string[] {
  const doubts = [...rules, ...budgets].flatMap(spec => {
    const place = places?.get(spec.id)
    return [
      ...bytesTexts(spec),
      ...nameTexts(spec),
      ...drainTexts(spec, agentSocket),
      ...sampleTexts(spec, agentSocket),
    ].map(text => (place === undefined ? text : `${place}: ${text}`))
  })
  const place = places?.get('ignore')
  const exempt = exemptTexts(ignored).map(text => (place === undefined ? text : `${place}: ${text}`))
  return [...new Set([...notes, ...exempt, ...doubts])]
}

type Spec = RuleSpec | BudgetSpec

function bytesTexts(spec: Spec): string[] {
  if ('metric' in spec && !isMemory(spec.metric)) return []
  const { written, limit } = spec
  const [hard, warn] = 'hardLimit' in spec ? [spec.hardLimit, spec.warn] : []
  return [
    ...bytesText(written, limit, 'MB'),
    ...bytesText(`${written}: hard_limit ${hard?.written}`, hard, 'MB'),
    ...bytesText(`${written}: warn ${warn?.written}`, warn, '%'),
  ]
}

function bytesText(what: string, limit: Limit | undefined, small: 'MB' | '%'): string[] {
  if (limit?.kind !== 'amount' || !/^\d+$/.test(limit.written) || limit.amount >= SUSPICIOUSLY_SMALL_BYTES)
    return []
  const { amount } = limit
  const unit = small === '%' && amount <= 100 ? '%' : amount <= MOST_MEGABYTES ? 'MB' : 'KB'
  return [`${what} means ${amount} byte${amount === 1 ? '' : 's'}: did you mean ${amount}${unit}?`]
}

/** `-p web==200MB` is split at the last "=", since a name may hold one. */
function nameTexts({ selector, written }: Spec): string[] {
  const name = nameOf(selector)
  if (/=.*,/.test(name))
    return [`${written} is about one program or group, named "${name}": give each its own option`]
  if (!name.endsWith('=')) return []
  return [
    `${written} is about a program or group named "${name}": did you mean "${name.replace(/=+$/, '')}"?`,
  ]
}

const exemptTexts = (ignored: readonly Selector[]): string[] =>
  ignored.some(({ group = '*', name }) => group === '*' && name === '*')
    ? ['--ignore * is every process, so memmon restarts none']
    : []

const nameOf = ({ group, name }: Selector): string => (name === '*' ? (group ?? '') : name)

function sampleTexts({ plan, written }: Spec, agentSocket: string): string[] {
  if (agentSocket !== 'off' || plan.memorySample === undefined) return []
  return [`${written} sets memory_sample, but no agent can connect: set agent_socket = auto`]
}

function drainTexts({ action, written }: Spec, agentSocket: string): string[] {
  if (action.kind !== 'drain') return []
  const { agent, signal, command, check } = action
  if (agent && agentSocket === 'off')
    return [`${written} sets drain_agent, but no agent can connect: set agent_socket = auto`]
  if ((agent ?? signal ?? command ?? check) !== undefined) return []
  return [`${written} does not ask the process to finish: add drain_agent, drain_signal or drain_command`]
}
