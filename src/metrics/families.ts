// What memmon exports, a row for each metric: its name by Prometheus's conventions (base units, _total for counters), and its
// values. A test compares docs/metrics.md with this table. Pure.
import { CAUSES } from '../rules/cause.ts'
import { CHANNELS, type Counts } from './counts.ts'
import type { Labels, ProcessFacts } from './process-facts.ts'

/** Everything known at one moment. */
export interface Facts {
  readonly version: string
  readonly startedAtMs: number
  /** undefined if it cannot be read now. */
  readonly ownBytes: number | undefined
  readonly ownLimitBytes: number
  readonly counts: Counts
  readonly processes: readonly ProcessFacts[]
  readonly leftOutCount: number
  readonly leakingCount: number
  readonly drainingCount: number
  readonly cappedCount: number
  readonly downCount: number
  readonly outboxCount: number
}

export interface Value {
  readonly labels?: Labels
  /** Labels that many values share, as one object: each is rendered once. */
  readonly shared?: Labels
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly labels: readonly string[]
  readonly help: string
  readonly values: (facts: Facts) => readonly Value[]
}

type One = (facts: Facts) => number | undefined

const family =
  (type: Family['type'], labels: readonly string[]) =>
  (name: string, help: string, values: Family['values']): Family => ({ name, type, labels, help, values })

/** No value: not known yet. */
const one =
  (type: Family['type']) =>
  (name: string, help: string, of: One): Family =>
    family(type, [])(name, help, facts => {
      const value = of(facts)
      return value === undefined ? [] : [{ value }]
    })

const gauge = one('gauge')
const counter = one('counter')
const ofProcess = family('gauge', ['group', 'name'])
const ofFigure = family('gauge', ['group', 'name', 'metric'])

const secondsOf = (ms: number | undefined): number | undefined => ms && ms / 1000

/** One value for each process that has one. */
const each =
  (of: (process: ProcessFacts) => number | undefined): Family['values'] =>
  ({ processes }) => {
    const values: Value[] = []
    for (const process of processes) {
      const value = of(process)
      if (value !== undefined) values.push({ shared: process.labels, value })
    }
    return values
  }

const eachFigure =
  (figuresOf: (process: ProcessFacts) => ProcessFacts['limits']): Family['values'] =>
  ({ processes }) =>
    processes.flatMap(process =>
      figuresOf(process).map(({ labels, bytes }) => ({ labels, shared: process.labels, value: bytes })),
    )

export const FAMILIES: readonly Family[] = [
  family('gauge', ['version', 'node'])(
    'memmon_build_info',
    'Always 1; the labels say which memmon runs on which Node.',
    ({ version }) => [{ labels: { version, node: process.versions.node }, value: 1 }],
  ),
  gauge('memmon_start_timestamp_seconds', 'When this memmon began: its counters are 0 then.', facts =>
    secondsOf(facts.startedAtMs),
  ),
  gauge('memmon_own_memory_bytes', 'RSS of memmon itself.', ({ ownBytes }) => ownBytes),
  gauge(
    'memmon_own_limit_bytes',
    '--own-limit: above it memmon exits and supervisord restarts it.',
    facts => facts.ownLimitBytes,
  ),
  gauge(
    'memmon_tick_interval_seconds',
    'How often supervisord sends ticks, by its event type.',
    facts => facts.counts.tickSeconds,
  ),
  gauge('memmon_last_check_timestamp_seconds', 'When the last check that could measure was over.', facts =>
    secondsOf(facts.counts.lastCheckAtMs),
  ),
  gauge('memmon_check_duration_seconds', 'How long the last check took.', facts =>
    secondsOf(facts.counts.checkMs),
  ),
  counter(
    'memmon_checks_total',
    'Checks, one for each tick that was not skipped.',
    ({ counts }) => counts.checks,
  ),
  counter(
    'memmon_check_failures_total',
    'Checks that could not ask supervisord or could not measure.',
    ({ counts }) => counts.checkFailures,
  ),
  gauge(
    'memmon_watched_processes',
    'Processes that a rule covers.',
    ({ processes, leftOutCount }) => processes.length + leftOutCount,
  ),
  gauge(
    'memmon_left_out_processes',
    'Watched processes without series of their own: there are too many, or no label can hold the name.',
    ({ leftOutCount }) => leftOutCount,
  ),
  ofProcess(
    'memmon_process_up',
    '1 if it is RUNNING, 0 if supervisord or memmon wants it to and it is not; none if it is STOPPED or EXITED.',
    each(({ isUp }) => (isUp === undefined ? undefined : Number(isUp))),
  ),
  ofFigure(
    'memmon_process_memory_bytes',
    'What it used at the last check; metrics other than RSS only near a limit.',
    eachFigure(({ figures }) => figures),
  ),
  ofFigure(
    'memmon_process_limit_bytes',
    'The lowest limit that counts this metric.',
    eachFigure(({ limits }) => limits),
  ),
  ofProcess(
    'memmon_process_growth_bytes_per_second',
    'How fast it leaks; none for a process that does not.',
    each(({ growthBytesPerSecond }) => growthBytesPerSecond),
  ),
  ofProcess(
    'memmon_process_time_to_limit_seconds',
    'When it is forecast to reach its limit; none for a process that does not leak, or has no limit.',
    each(({ secondsToLimit }) => secondsToLimit),
  ),
  gauge('memmon_leaking_processes', 'Processes that leak.', facts => facts.leakingCount),
  family('counter', ['reason'])('memmon_restarts_total', 'Completed restarts, by reason.', ({ counts }) =>
    CAUSES.map(reason => ({ labels: { reason }, value: counts.restarts[reason] })),
  ),
  counter(
    'memmon_restart_failures_total',
    'Failed restarts: the process was left alone, or is down.',
    ({ counts }) => counts.restartFailures,
  ),
  gauge(
    'memmon_down_processes',
    'Processes that memmon has stopped and failed to start so far.',
    ({ downCount }) => downCount,
  ),
  counter('memmon_drains_total', 'Drains that were begun.', ({ counts }) => counts.drains),
  gauge('memmon_draining_processes', 'Processes that are being drained.', facts => facts.drainingCount),
  counter(
    'memmon_caps_total',
    'Times that --max-restarts began to hold a process back.',
    ({ counts }) => counts.caps,
  ),
  gauge(
    'memmon_capped_processes',
    'Processes that exceeded a limit and that --max-restarts holds back.',
    ({ cappedCount }) => cappedCount,
  ),
  family('counter', ['channel'])(
    'memmon_notify_failures_total',
    'Tries to send a message or alerts that failed, by channel.',
    ({ counts }) => CHANNELS.map(channel => ({ labels: { channel }, value: counts.notifyFailures[channel] })),
  ),
  gauge(
    'memmon_outbox_messages',
    'Messages that some channel has not taken yet.',
    ({ outboxCount }) => outboxCount,
  ),
]
