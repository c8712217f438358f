// The figures that the rules of processes ask for: RSS is there, all else is read only where a rule may be broken.

import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'
import type { Sampler, Unreadable } from '../proc/sampler.ts'
import { isMemory, type Metric, metricText } from '../rules/metric.ts'
import type { Rule } from '../rules/rule.ts'
import { isFarFrom, type Watched } from './watched.ts'

/** The RSS of a process, with or without its descendants; undefined if it has gone. */
export type RssOf = (watched: Watched, cumulative: boolean) => number | undefined

/** A value, and the rule as it can be judged: by RSS where its own metric cannot be read. */
export interface RuleValue {
  readonly rule: Rule
  readonly value: number
}

/** What could not be read and was told, by rule: bounded by their number. */
export type ToldUnreadable = Set<string>

/** For each process the values of its rules; those that cannot be broken are left out unless `isFollowed` says so. */
export function readValues(
  watched: readonly Watched[],
  rssOf: RssOf,
  sampler: Sampler,
  isFollowed: (watched: Watched) => boolean,
  told: ToldUnreadable,
  log: Log,
): (watched: Watched) => RuleValue[] {
  const swapUsedBytes = watched.some(({ countsSwap }) => countsSwap) ? sampler.swapUsedBytes() : 0
  const isDue = (one: Watched, rule: Rule): boolean => {
    const rssBytes = rssOf(one, rule.cumulative)
    return rssBytes !== undefined && (isFollowed(one) || !isFarFrom(rule, rssBytes, swapUsedBytes))
  }
  const figures = new Map<string, Map<number, number | Unreadable>>()
  for (const [key, { metric, cumulative, pids }] of wanted(watched, isDue)) {
    const read = sampler.figures(pids, metric, cumulative)
    figures.set(key, new Map(pids.map((pid, at) => [pid, read[at] as number | Unreadable])))
  }

  return one =>
    one.rules.flatMap(rule => {
      const rssBytes = rssOf(one, rule.cumulative)
      if (rssBytes === undefined) return []
      if (rule.metric === 'rss') return [{ rule, value: rssBytes }]
      const value = figures.get(keyOf(rule))?.get(one.process.pid)
      if (typeof value === 'number') return [{ rule, value }]
      if (value === undefined || value === 'gone') return []
      if (!told.has(rule.signature)) log('WARN', unreadableText(rule, one, value), trouble('sizes'))
      told.add(rule.signature)
      return isMemory(rule.metric) ? [{ rule: { ...rule, metric: 'rss' }, value: rssBytes }] : []
    })
}

interface Wanted {
  readonly metric: Metric
  readonly cumulative: boolean
  readonly pids: number[]
}

function wanted(
  watched: readonly Watched[],
  isDue: (one: Watched, rule: Rule) => boolean,
): Map<string, Wanted> {
  const all = new Map<string, Wanted>()
  for (const one of watched) {
    for (const rule of one.rules) {
      if (rule.metric === 'rss' || !isDue(one, rule)) continue
      const { metric, cumulative } = rule
      const want = all.get(keyOf(rule)) ?? { metric, cumulative, pids: [] }
      if (want.pids.at(-1) !== one.process.pid) want.pids.push(one.process.pid)
      all.set(keyOf(rule), want)
    }
  }
  return all
}

const keyOf = ({ metric, cumulative }: Rule): string => `${metric} ${cumulative}`

function unreadableText(rule: Rule, { process }: Watched, why: Unreadable): string {
  const what = `${metricText(rule.metric, rule.cumulative)} of ${process.namespec} (pid ${process.pid})`
  const because =
    why === 'denied' ? "it is another user's process, run memmon as root" : 'this sampler does not report it'
  const instead = isMemory(rule.metric)
    ? 'its RSS is used instead, which counts shared memory in full'
    : 'this rule is skipped for it'
  return `${rule.written}: ${what} cannot be read (${because}): ${instead}`
}
