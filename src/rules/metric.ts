// What a limit counts, in the kernel's words (Documentation/filesystems/proc.rst), and how its amounts are written.
import { formatSize } from '../base/units.ts'

/**
 * rss: resident pages, shared ones counted in each process; pss: shared ones divided among their users; uss: private
 * ones alone; +swap: with what is swapped out.
 */
export const MEMORY_METRICS = ['rss', 'pss', 'uss', 'rss+swap', 'pss+swap'] as const
export type MemoryMetric = (typeof MEMORY_METRICS)[number]
export const METRICS = [...MEMORY_METRICS, 'threads', 'fds'] as const
export type Metric = (typeof METRICS)[number]

/** Parses the value of --metric. Throws an Error that names those that there are. */
export function parseMetric(text: string): MemoryMetric {
  const metric = MEMORY_METRICS.find(one => one === text.toLowerCase())
  if (!metric) throw new Error(`"${text}" is not a metric: use one of ${MEMORY_METRICS.join(', ')}`)
  return metric
}

const NAMES: Readonly<Record<Metric, string>> = {
  rss: 'RSS',
  pss: 'PSS',
  uss: 'USS',
  'rss+swap': 'RSS and swap',
  'pss+swap': 'PSS and swap',
  threads: 'threads',
  fds: 'open files',
}

/** 'RSS', or 'RSS with descendants' if those of a process are counted with it. */
export const metricText = (metric: Metric, cumulative: boolean): string => nameText(NAMES[metric], cumulative)

const nameText = (name: string, cumulative: boolean): string =>
  cumulative ? `${name} with descendants` : name

/** True if its amounts are bytes, false if they are counts. */
export const isMemory = (metric: Metric): metric is MemoryMetric => metric !== 'threads' && metric !== 'fds'

/** An amount for people: '59.1MB', or '115'. */
export const formatAmount = (metric: Metric, amount: number): string =>
  isMemory(metric) ? formatSize(amount) : String(amount)

/** '59.1MB RSS', '115 threads' or '1 thread'. */
export function shortText(metric: Metric, cumulative: boolean, amount: number): string {
  const name = amount === 1 && !isMemory(metric) ? NAMES[metric].slice(0, -1) : NAMES[metric]
  return `${formatAmount(metric, amount)} ${nameText(name, cumulative)}`
}

/** '59.1MB RSS (62005248 bytes)', or '115 threads'. */
export function amountText(metric: Metric, cumulative: boolean, amount: number): string {
  return isMemory(metric)
    ? `${shortText(metric, cumulative, amount)} (${amount} bytes)`
    : shortText(metric, cumulative, amount)
}
