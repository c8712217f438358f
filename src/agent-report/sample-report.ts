// A sample of a program's memory as its agent sent it, which may be anything: reads only what is valid. Pure.
import type { Held, SampleReport } from '../agent/report.ts'
import { isNumber, isObject, type Json } from '../base/data.ts'

const MOST_ENTRIES = 50
const MOST_LIMITS = 20
const LONGEST_TEXT = 1_000

/** What people see of it; fields that the agent leaves out are undefined. */
export interface Sample extends Lists {
  readonly pid: number
  readonly program: string | undefined
  readonly runtime: string | undefined
  readonly durationMs: number
  readonly allocatedBytes: number | undefined
  readonly retainedBytes: number | undefined
  readonly growth: Readonly<Partial<Record<keyof SampleReport['growth'], number>>>
  /** Of what is allocated, freed or not. */
  readonly allocated: Lists
  readonly classes: readonly ClassGrowth[]
  readonly strings: readonly StringGrowth[]
  readonly gc: { readonly count: number; readonly totalMs: number; readonly longestMs: number } | undefined
  readonly limits: readonly string[]
  readonly reportPath: string | undefined
  readonly profilePath: string | undefined
}

export interface Lists {
  readonly packages: readonly Holder[]
  readonly files: readonly Holder[]
  readonly locations: readonly Holder[]
}

/** One package, file or line. */
export interface Holder {
  readonly name: string
  readonly functionName: string | undefined
  readonly bytes: number
  readonly externalBytes: number
  readonly survivors: number
}

export interface ClassGrowth {
  readonly name: string
  readonly count: number
  readonly growth: number
}

/** Strings that differ in their digits alone. */
export interface StringGrowth extends ClassGrowth {
  readonly bytes: number
}

/** undefined for anything but a sample. */
export function parseSample(value: unknown): Sample | undefined {
  if (!isObject(value) || value.version !== 1) return undefined
  const { pid, duration_ms: durationMs } = value
  if (!isAmount(pid) || !isAmount(durationMs)) return undefined
  const files = objectOf(value.files)
  return {
    pid: pid as number,
    durationMs: durationMs as number,
    program: textOf(value.program),
    runtime: textOf(value.runtime),
    allocatedBytes: amountOf(value.total_allocated),
    retainedBytes: amountOf(value.total_retained),
    growth: growthOf(objectOf(value.growth)),
    ...listsOf(value),
    allocated: listsOf(objectOf(value.allocated)),
    classes: listOf(value.by_class).flatMap(classOf),
    strings: listOf(value.strings).flatMap(stringOf),
    gc: gcOf(objectOf(value.gc)),
    limits: listOf(value.limits)
      .flatMap(text => textOf(text) ?? [])
      .slice(0, MOST_LIMITS),
    reportPath: textOf(files.report),
    profilePath: textOf(files.heapprofile),
  }
}

/** More than any process has. */
const MOST = Number.MAX_SAFE_INTEGER
const isAmount = isNumber(0, MOST)
const isAny = isNumber(-MOST, MOST)
const amountOf = (value: unknown): number | undefined => (isAmount(value) ? (value as number) : undefined)
const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value.slice(0, MOST_ENTRIES) : []
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_TEXT) : undefined

const listsOf = (value: Json): Lists => ({
  packages: listOf(value.by_package).flatMap(holderOf),
  files: listOf(value.by_file).flatMap(holderOf),
  locations: listOf(value.by_location).flatMap(holderOf),
})

function holderOf(value: unknown): Holder[] {
  const { data, memory, external, survivors, function: functionName } = objectOf(value) as Partial<Held>
  const [name, bytes] = [textOf(data), amountOf(memory)]
  if (name === undefined || bytes === undefined) return []
  return [
    {
      name,
      functionName: textOf(functionName),
      bytes,
      externalBytes: amountOf(external) ?? 0,
      survivors: amountOf(survivors) ?? 0,
    },
  ]
}

function classOf(value: unknown): ClassGrowth[] {
  const { data, count, growth } = objectOf(value)
  const name = textOf(data)
  return name !== undefined && isAmount(count) && isAny(growth)
    ? [{ name, count: count as number, growth: growth as number }]
    : []
}

function stringOf(value: unknown): StringGrowth[] {
  const bytes = amountOf(objectOf(value).memory)
  return bytes === undefined ? [] : classOf(value).map(one => ({ ...one, bytes }))
}

function growthOf(value: Json): Sample['growth'] {
  const known = Object.entries(value).filter(([key, bytes]) => GROWTH.includes(key) && isAny(bytes))
  return Object.fromEntries(known)
}

const GROWTH = ['rss', 'heap_used', 'external', 'array_buffers']

function gcOf({ count, total_ms: totalMs, longest_ms: longestMs }: Json): Sample['gc'] {
  if (!isAmount(count) || !isAmount(totalMs) || !isAmount(longestMs)) return undefined
  return { count: count as number, totalMs: totalMs as number, longestMs: longestMs as number }
}
