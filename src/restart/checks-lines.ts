// What a running memmon remembers from check to check, as lines for those who look by hand: windows, budgets, leaks,
// and what waits for its restart. Pure. Line 1 names the version, the run of memmon and the time; then one JSON object a line, what
// matters first, as many as fit. No memmon reads it back.
import { fingerprint } from '../base/fingerprint.ts'
import type { BudgetState } from '../rules/budgets.ts'
import type { RememberedWindow } from '../rules/judgement.ts'
import type { Remembered, RememberedLeak } from '../rules/past.ts'
import type { Window } from '../rules/windows.ts'
import type { Wait } from './waits.ts'

const CHECKS_VERSION = 1
/** Some 4,000 windows; what does not fit is left out and counted. */
export const MOST_BYTES = 512 * 1024

/** What is written. */
export interface ChecksNow extends Remembered {
  readonly waits: readonly Wait[]
}

/** What is read. */
export interface ChecksFound {
  readonly run: string
  readonly atMs: number
  readonly leftOut: number
  /** By process and fingerprint of its rule's signature: see windowKey. */
  readonly windows: ReadonlyMap<string, Window>
  readonly budgets: ReadonlyMap<string, BudgetState>
  readonly waits: readonly Wait[]
  readonly leaks: readonly RememberedLeak[]
}

export const windowKey = (namespec: string, signature: string): string =>
  `${namespec} ${fingerprint(signature)}`

/** The same for what says the same: sizes that have changed alone change nothing. '' for nothing. */
export function checksMark(now: ChecksNow): string {
  const { rules, windows, budgets, waits, leaks } = now
  if (windows.length + budgets.size + waits.length + leaks.length === 0) return ''
  const limits = new Map(rules.map(({ signature, limit }) => [signature, limit]))
  const isOver = (signature: string) => (value: number) => value > (limits.get(signature) ?? Infinity)
  const overs = windows.map(one => ({
    ...windowEntry(one),
    values: one.window.values.map(isOver(one.signature)),
  }))
  return fingerprint(JSON.stringify([waits, [...budgets].map(budgetEntry), overs, leaks.map(roughLeak)]))
}

/** A forecast that moves by less than this is not written again. */
const FORECAST_STEP_MS = 600_000

const roughLeak = ({ limitTick, ...leak }: RememberedLeak) => ({
  ...leak,
  step: limitTick === undefined ? undefined : Math.round(limitTick / FORECAST_STEP_MS),
})

/** The lines below the first, as many as fit. */
export function checksLines({ waits, budgets, leaks, windows }: ChecksNow): {
  readonly text: string
  readonly leftOut: number
} {
  const isOfNote = ({ window: { overSince, warned, told } }: RememberedWindow) =>
    overSince !== undefined || warned || told
  const entries = [
    ...waits.map(wait => ({ wait })),
    ...[...budgets].map(budgetEntry),
    ...leaks.map(leak => ({ leak })),
    ...[...windows].sort((a, b) => Number(isOfNote(b)) - Number(isOfNote(a))).map(windowEntry),
  ]
  const lines = entries.map(entry => `${JSON.stringify(entry)}\n`)
  const kept = fitting(lines)
  return { text: kept.join(''), leftOut: lines.length - kept.length }
}

export const checksHeader = (run: string, atMs: number, leftOut: number): string =>
  `${JSON.stringify({ memmon: CHECKS_VERSION, run, atMs, leftOut })}\n`

function fitting(lines: readonly string[]): string[] {
  let bytes = 0
  const end = lines.findIndex(line => {
    bytes += Buffer.byteLength(line)
    return bytes > MOST_BYTES
  })
  return lines.slice(0, end < 0 ? lines.length : end)
}

const windowEntry = ({ namespec, signature, window }: RememberedWindow) => ({
  window: namespec,
  rule: fingerprint(signature),
  ...window,
})

const budgetEntry = ([budget, { kept, ...state }]: readonly [string, BudgetState]) => ({
  budget,
  ...state,
  kept: [...kept],
})

/** undefined for what no memmon of this version has written, or not to its end. */
export function parseChecks(text: string): ChecksFound | undefined {
  try {
    const [first, ...entries] = text
      .trimEnd()
      .split('\n')
      .map(one => JSON.parse(one) as Json)
    const { memmon, run, atMs, leftOut } = first ?? {}
    if (memmon !== CHECKS_VERSION || typeof run !== 'string' || !isNumber(atMs) || !isNumber(leftOut))
      return undefined
    const found = {
      run,
      atMs,
      leftOut,
      windows: new Map(),
      budgets: new Map(),
      waits: [] as Wait[],
      leaks: [] as RememberedLeak[],
    }
    return entries.every(entry => take(entry, found)) ? found : undefined
  } catch {
    return undefined
  }
}

type Json = Readonly<Record<string, unknown>>

/** False for what says nothing known. */
function take(
  entry: Json,
  into: {
    windows: Map<string, Window>
    budgets: Map<string, BudgetState>
    waits: Wait[]
    leaks: RememberedLeak[]
  },
): boolean {
  if (isWindow(entry)) {
    const { window, rule, run, values, overSince, warned, told } = entry
    into.windows.set(`${window} ${rule}`, { run, values, overSince, warned, told })
  } else if (isBudget(entry)) {
    const { budget, overs, overSince, asked, kept, told } = entry
    into.budgets.set(budget, { overs, overSince, asked, kept: new Map(kept), told })
  } else if (isWait(entry.wait)) into.waits.push({ ...entry.wait, hold: entry.wait.hold })
  else if (isLeak(entry.leak)) into.leaks.push(entry.leak)
  else return false
  return true
}

const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isRun = (value: unknown): boolean =>
  isObject(value) && isNumber(value.pid) && isNumber(value.startSeconds)
const isTime = (value: unknown): boolean => value === undefined || isNumber(value)
const isListOf = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne)
const isBoolean = (value: unknown): boolean => typeof value === 'boolean'
const isText = (value: unknown): boolean => typeof value === 'string'

const isWindow = (value: Json): value is Json & Window =>
  isText(value.window) &&
  isText(value.rule) &&
  isRun(value.run) &&
  isListOf(value.values, isNumber) &&
  isTime(value.overSince) &&
  isBoolean(value.warned) &&
  isBoolean(value.told)

const isBudget = (
  value: Json,
): value is Json & Omit<BudgetState, 'kept'> & { budget: string; kept: readonly [string, number][] } =>
  isText(value.budget) &&
  isListOf(value.overs, isBoolean) &&
  isTime(value.overSince) &&
  isListOf(value.asked, isText) &&
  isListOf(value.kept, one => Array.isArray(one) && isText(one[0]) && isNumber(one[1])) &&
  isBoolean(value.told)

const isWait = (value: unknown): value is Wait =>
  isObject(value) &&
  isText(value.namespec) &&
  isRun(value.run) &&
  isBoolean(value.isPreparing) &&
  isNumber(value.postponed) &&
  (value.hold === undefined ||
    (isObject(value.hold) &&
      (value.hold.by === 'cap' || value.hold.by === 'backoff') &&
      isNumber(value.hold.untilTick)))

const isLeak = (value: unknown): value is RememberedLeak =>
  isObject(value) && isText(value.namespec) && isRun(value.run) && isTime(value.limitTick)
