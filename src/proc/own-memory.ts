// memmon's own memory. What counts is what is left after a collection: a full check of a thousand processes makes
// megabytes of garbage that V8 is in no hurry to give back.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { UsageError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { formatSize } from '../base/units.ts'
import type { ProcessInfo } from '../rules/process.ts'

/** --own-limit, and where it stands in memmon.conf. */
export interface OwnLimit {
  readonly ownLimitBytes: number
  readonly places?: ReadonlyMap<string, string>
}

let collect: ((options?: object) => void) | undefined

export interface OwnMemoryPorts {
  /** undefined where Node is to be asked. */
  readonly readRssBytes: (() => number) | undefined
  readonly log: Log
  /** memmon has to end; why is in the log. */
  readonly onUnfit: () => void
}

/** From here on a tick costs milliseconds, of which the optimising compiler saves half. */
export const MANY_PROCESSES = 500

/** memmon's own memory from check to check. */
export class OwnMemory {
  readonly #ports: OwnMemoryPorts
  /** A full check leaves some, which the first quiet one collects. */
  #hasGarbage = false
  #isOptimizing = false

  constructor(ports: OwnMemoryPorts) {
    this.#ports = ports
  }

  /** supervisord runs these. The start has turned the compiler off (cli/heap.ts), since few processes do not need it. */
  onTable(processes: readonly ProcessInfo[]): void {
    if (this.#isOptimizing || processes.filter(({ pid }) => pid > 0).length < MANY_PROCESSES) return
    this.#isOptimizing = true
    setFlagsFromString('--opt')
  }

  afterCheck(isFull: boolean, durationMs: number, { ownLimitBytes, verbose }: OwnTerms): void {
    const { readRssBytes, log, onUnfit } = this.#ports
    if (this.#hasGarbage && !isFull) collectGarbage()
    this.#hasGarbage = isFull
    const ownBytes = ownRssBytes(ownLimitBytes, readRssBytes)
    if (verbose) log('DEBG', checkedText(durationMs, ownBytes))
    if (ownBytes <= ownLimitBytes) return
    const facts = { event: 'own_limit', metric: 'rss', value: ownBytes, limit: ownLimitBytes }
    log('CRIT', unfitText(ownBytes, ownLimitBytes), () => facts)
    onUnfit()
  }
}

interface OwnTerms {
  readonly ownLimitBytes: number
  readonly verbose: boolean
}

const checkedText = (durationMs: number, ownBytes: number): string =>
  `The check took ${durationMs.toFixed(1)} ms; memmon itself uses ${formatSize(ownBytes)} RSS`

const unfitText = (ownBytes: number, ownLimitBytes: number): string =>
  `memmon itself uses ${formatSize(ownBytes)} RSS, over --own-limit ${formatSize(ownLimitBytes)}. It exits so that supervisord restarts it`

/** RSS in bytes; if it is over the limit, what is left of it after a collection. 0 if it cannot be read now. */
function ownRssBytes(limitBytes: number, read: () => number = process.memoryUsage.rss): number {
  const rssBytes = numberOr0(read)
  if (rssBytes <= limitBytes) return rssBytes
  collectGarbage()
  return numberOr0(read)
}

/** A file is read for it, which fails without a descriptor left: no reason to end, the next check sees. */
function numberOr0(read: () => number): number {
  try {
    return read()
  } catch {
    return 0
  }
}

/** Throws a UsageError if memmon already uses more than it may: it would end at its first check, again and again. */
export function refuseOwnLimit({ ownLimitBytes, places }: OwnLimit): void {
  const ownBytes = ownRssBytes(ownLimitBytes)
  if (ownBytes <= ownLimitBytes) return
  const where = places?.has('own_limit') ? `${places.get('own_limit')}: ` : ''
  const enough = formatSize(Math.ceil((ownBytes * ROOM_SHARE) / STEP_BYTES) * STEP_BYTES)
  throw new UsageError(
    `${where}--own-limit ${formatSize(ownLimitBytes)}: memmon itself already uses ${formatSize(ownBytes)} RSS; give ${enough} or more`,
  )
}

/** What checks need on top of it. */
const ROOM_SHARE = 1.5
const STEP_BYTES = 16 * 1024 * 1024

/** Node 20 has V8 11: it does not know the flavor, and given it would collect the young generation alone. */
const FLAVORS_SINCE_V8 = 12
const LAST_RESORT = [{ type: 'major', execution: 'sync', flavor: 'last-resort' }]
/** The second gives the pages that the first has emptied back to the kernel. */
const TWICE = [[], []]
/** V8 drops old code by itself, but a collection that was asked for does not make any older. Quiet checks need little. */
const CODE_FLAGS = ['stress-flush-code', 'flush-baseline-code']

/**
 * For the garbage of a full check, which quiet checks would leave where it is for hours. Takes 20 to 60 ms: a plain
 * collection takes 10, but leaves pages half empty and keeps those that it has emptied, 1 to 2 MB.
 */
export function collectGarbage(): void {
  const flavored = Number.parseInt(process.versions.v8, 10) >= FLAVORS_SINCE_V8
  if (!collect) {
    setFlagsFromString('--expose-gc')
    if (!flavored) setFlagsFromString('--optimize-for-size') // moves what half empty pages hold
    collect = runInNewContext('gc') as (options?: object) => void
  }
  for (const flag of CODE_FLAGS) setFlagsFromString(`--${flag}`)
  for (const given of flavored ? [LAST_RESORT] : TWICE) collect(...given)
  for (const flag of CODE_FLAGS) setFlagsFromString(`--no-${flag}`)
}
