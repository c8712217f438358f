// How the entries of a section of memmon.conf are read by the keys that it may hold.
import { messageOf } from '../base/errors.ts'
import { nearestNames, typoOf } from '../base/nearest.ts'
import type { ConfEntry, ConfSection, Fail } from './conf-sections.ts'
import { GENERAL_KEYS, placeOfKey } from './key-table.ts'

/** Reads each entry once; unknown keys, duplicates and bad values are told. */
export function readKeys(
  section: ConfSection,
  known: readonly string[],
  fail: Fail,
  read: (entry: ConfEntry) => void,
): void {
  const seen = new Map<string, number>()
  for (const entry of section.entries) {
    const { key, value, line } = entry
    const first = seen.get(key)
    if (!known.includes(key)) fail(entry, unknownText(section.name, key, known))
    else if (first !== undefined) fail(entry, `${key} is already set in line ${first}`)
    else attempt(entry, fail, () => read(entry))
    seen.set(key, line)
    if (value === '' && known.includes(key)) fail(entry, `${key} has no value`)
  }
}

function attempt(entry: ConfEntry, fail: Fail, read: () => void): void {
  const { key, value } = entry
  if (value === '') return
  try {
    read()
  } catch (thrown) {
    const said = GENERAL_KEYS.get(key)?.secret ? key : `${key} = ${value}`
    fail(entry, `${said}: ${messageOf(thrown)}`, thrown)
  }
}

/** Half of a name, as limit is of memory_limit, is nearer than what takes more than one letter to change. */
function unknownText(section: string, key: string, known: readonly string[]): string {
  const place = placeOfKey(key)
  if (place !== undefined) return `[${section}] does not take ${key}: ${place}`
  const what = `[${section}]: unknown key "${key}"`
  const halves = known.filter(name => name.split('_').includes(key))
  const typo = typoOf(key, known)
  const half = halves.find(name => name.startsWith('memory')) ?? halves[0]
  const near = typo ?? half ?? nearestNames(key, known, 1)[0]
  if (near) return `${what}; did you mean ${near}?`
  return known.length > MOST_LISTED
    ? `${what}: its keys are the long options of memmon --help, with _ for -`
    : `${what}: its keys are ${known.join(', ')}`
}

const MOST_LISTED = 8
