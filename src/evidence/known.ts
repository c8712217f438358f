// Small help for the parsers of this room: fields, sizes, counts, and values that are absent. Pure.
import { errnoOf } from '../base/file-fault.ts'
import { oneLine } from '../base/text.ts'
import type { Count } from './facts.ts'

/** What is thrown where a part cannot be read, beside the errors of Node: see MissingCode. */
export class Unread extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Of whatever a reader or parser has thrown. */
export const codeOf = (thrown: unknown): string =>
  thrown instanceof Unread ? thrown.code : (errnoOf(thrown) ?? 'unreadable')

/** The process, thread or descriptor ended or was closed between two looks; or the kernel has no such file. */
export const isGone = (thrown: unknown): boolean => ['ENOENT', 'ESRCH'].includes(codeOf(thrown))

const KIB = 1024
const LONGEST_WORD = 200
/** Lists in the facts are as long as a person reads. */
const MOST_LISTED = 20
/** It counts at most so many different names, to stay bounded. */
const MOST_DIFFERENT = 10_000

/** A name or path as it may be shown anywhere. */
export const word = (text: string): string => oneLine(text).slice(0, LONGEST_WORD)

/** Lines of `name: value` or `name value`. */
export function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(/^([^\s:]+):?[ \t]+(.*)$/gm))
    fields.set(name, value.trim())
  return fields
}

/** A field that is a whole number; undefined if it is missing or anything else. */
export function numberOf(text: string | undefined): number | undefined {
  const digits = /^\d+/.exec(text ?? '')?.[0]
  return digits === undefined ? undefined : Number(digits)
}

/** A field in kB, in bytes. */
export const bytesOf = (text: string | undefined): number | undefined => {
  const kib = numberOf(text)
  return kib === undefined ? undefined : kib * KIB
}

/** The same without what is undefined: JSON has no such value. */
type Loose<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] }
export const known = <T extends object>(all: Loose<T>): T =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T

/** Counts words, and lists the most frequent. */
export class Counter {
  readonly #counts = new Map<string, number>()

  add(what: string): void {
    const before = this.#counts.get(what)
    if (before !== undefined || this.#counts.size < MOST_DIFFERENT) this.#counts.set(what, (before ?? 0) + 1)
  }

  /** Equal counts in alphabetical order: the same process gives the same list. */
  get most(): Count[] {
    return [...this.#counts]
      .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
      .slice(0, MOST_LISTED)
      .map(([what, count]) => ({ what, count }))
  }
}
