// The growth of all processes: each size that a check measures goes into the process's series, and what is seen to leak
// is followed. A process that does not leak costs one look-up, and leaves nothing behind.
import type { Growth } from '../rules/growth.ts'
import type { RememberedLeak } from '../rules/past.ts'
import { aged, type ProcessInfo, type ProcessKey, sameRun } from '../rules/process.ts'
import type { Rule } from '../rules/rule.ts'
import { countIncrease, type Increase } from '../trend/increase.ts'
import type { Verdict } from '../trend/verdict.ts'
import {
  type GrowthRule,
  type GrowthSight,
  type GrowthStep,
  growthOf,
  growthSteps,
  isDue,
} from './growth-steps.ts'
import type { Watched } from './watched.ts'

/** What is remembered of a process, also over restarts of memmon. */
export interface GrowthRecord {
  readonly series: { readonly verdict: Verdict }
  /** The run that was said to leak, until it is said that it no longer does. */
  told: ProcessKey | undefined
  /** What --increase-limit counts. */
  increase: Increase | undefined
}

export interface GrowthPorts {
  /** Takes a size in, and gives what is known by now; `limitBytes` is Infinity where there is none. */
  readonly record: (
    process: ProcessInfo,
    sizeBytes: number,
    limitBytes: number,
    cumulative: boolean,
    atSeconds: number,
  ) => GrowthRecord
  /** Muted by a person: reports come when the mute is over. */
  readonly isMuted: (namespec: string) => boolean
  readonly monotonicMs: () => number
  readonly nowMs: () => number
}

interface Seen {
  readonly process: ProcessInfo
  readonly sizeBytes: number
  readonly record: GrowthRecord
  readonly by: GrowthRule
}

export class GrowthCheck {
  readonly #ports: GrowthPorts
  #rules = new Map<string, GrowthRule>()
  #cumulative = false
  /** Of the table that the processes are from, and of this check, by the monotonic clock. */
  #preparedMs = 0
  #atSeconds = 0
  /** What leaks, or was said to. */
  #seen: Seen[] = []
  /** Those whose restart is due, and under --dry-run was told; bounded by their number. */
  #due = new Map<string, ProcessKey>()
  /** What leaks, for those who look by hand. */
  #leaks = new Map<string, RememberedLeak>()

  constructor(ports: GrowthPorts) {
    this.#ports = ports
  }

  /** Who is judged by what from now on; `cumulative`: descendants are measured, as some rules ask. */
  prepare(watched: readonly Watched[], cumulative: boolean): void {
    this.#cumulative = cumulative
    this.#preparedMs = this.#ports.monotonicMs()
    this.#rules = new Map()
    for (const { process, rules } of watched) {
      const rule = growthRuleOf(rules)
      if (rule) this.#rules.set(process.namespec, rule)
    }
    for (const of of [this.#due, this.#leaks])
      for (const namespec of of.keys()) if (!this.#rules.has(namespec)) of.delete(namespec)
  }

  get hasLeaks(): boolean {
    return this.#leaks.size > 0
  }

  get leaks(): readonly RememberedLeak[] {
    return [...this.#leaks.values()]
  }

  /** A check begins. */
  begin(): void {
    this.#atSeconds = Math.floor(this.#ports.monotonicMs() / 1000)
    this.#seen = []
  }

  /** Its size was measured, as most rules ask; and without descendants, for one that leaves them out. */
  take(process: ProcessInfo, rssBytes: number, plainBytes: number): void {
    const by = this.#rules.get(process.namespec)
    const limitBytes = by ? by.limitBytes : Number.POSITIVE_INFINITY
    const cumulative = by ? by.cumulative : this.#cumulative
    const sizeBytes = cumulative ? rssBytes : plainBytes
    const record = this.#ports.record(process, sizeBytes, limitBytes, cumulative, this.#atSeconds)
    if (!by || this.#ports.isMuted(process.namespec)) return
    if (by.terms.increase)
      record.increase = countIncrease(
        record.increase,
        process,
        sizeBytes,
        this.#ports.nowMs(),
        by.terms.increase,
      )
    else if (record.series.verdict.kind !== 'leak' && record.told === undefined) return
    this.#seen.push({ process, sizeBytes, record, by })
  }

  /** What follows from what was taken in since the check began. */
  steps(): { readonly process: ProcessInfo; readonly steps: readonly GrowthStep[] }[] {
    if (this.#seen.length === 0) return []
    const nowMs = this.#ports.nowMs()
    const sinceMs = this.#ports.monotonicMs() - this.#preparedMs
    const seen = this.#seen.map(one => ({ ...one, process: aged(one.process, sinceMs) }))
    this.#seen = []
    return seen.map(one => ({ process: one.process, steps: this.#stepsOf(one, nowMs) }))
  }

  #stepsOf({ process, sizeBytes, record, by }: Seen, nowMs: number): GrowthStep[] {
    const minute = minuteOfDay(new Date(nowMs))
    const { told, increase } = record
    const { verdict } = record.series
    const growth = growthOf(by.terms, verdict, increase, nowMs)
    const sight: GrowthSight = { ...by, process, sizeBytes, growth, verdict, told }
    const before = this.#due.get(process.namespec)
    const steps = growthSteps(sight, minute, before !== undefined && sameRun(before, process))
    record.told = growth && { pid: process.pid, startSeconds: process.startSeconds }
    if (isDue(sight, minute)) this.#due.set(process.namespec, process)
    this.#keepLeak(process, growth)
    return steps
  }

  #keepLeak({ namespec, pid, startSeconds }: ProcessInfo, growth: Growth | undefined): void {
    if (!growth) return void this.#leaks.delete(namespec)
    const { secondsToLimit } = growth
    const limitTick =
      secondsToLimit === undefined ? {} : { limitTick: this.#ports.monotonicMs() + secondsToLimit * 1000 }
    this.#leaks.set(namespec, { namespec, run: { pid, startSeconds }, ...limitTick })
  }
}

/** The closest rule about memory says what is done; each that counts alike has a limit that may be reached. */
function growthRuleOf(rules: readonly Rule[]): GrowthRule | undefined {
  const own = rules.filter(({ growth }) => growth !== undefined)
  const [rule] = own
  if (!rule?.growth || rule.growth.kind === 'off') return undefined
  const { cumulative } = rule
  const alike = own.filter(one => one.metric === 'rss' && one.cumulative === cumulative)
  const limitBytes = Math.min(...alike.map(({ limit, hardLimit }) => Math.min(limit, hardLimit)))
  return { rule, terms: rule.growth, limitBytes, cumulative }
}

const minuteOfDay = (date: Date): number => date.getHours() * 60 + date.getMinutes() + date.getSeconds() / 60
