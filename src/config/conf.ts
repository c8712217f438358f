// memmon.conf: sections as in supervisord.conf, their keys in conf-keys.ts. All that is wrong is told at
// once, each with its line and what would be right.
import { posix } from 'node:path'
import { messageOf, UsageError } from '../base/errors.ts'
import { isTransient } from '../base/lack.ts'
import { nearestNames } from '../base/nearest.ts'
import { oneLine } from '../base/text.ts'
import { parseLimit } from '../rules/limits.ts'
import type { RuleScope } from '../rules/rule.ts'
import { parseGroupSelector, parseSelector, type Selector } from '../rules/selector.ts'
import { readKeys } from './conf-keys.ts'
import {
  type ConfSection,
  type ConfSources,
  type Fail,
  INCLUDE,
  includedBy,
  type ReadFile,
  sectionsIn,
} from './conf-sections.ts'
import { type Draft, emptyDraft, type RuleDraft } from './draft.ts'
import { BUDGET_KEYS, GENERAL_KEYS, RULE_KEYS } from './key-table.ts'
import { type Place, placeText } from './place.ts'

const SECTIONS = ['[memmon]', '[program:NAME]', '[group:NAME]', '[any]', '[total]']

/** What the file says, and those that it includes. Throws a UsageError that names all that is wrong, with file and line. */
export function readConf(path: string, sources: ConfSources): Draft {
  const wrong: (Place & { readonly what: string; readonly thrown: unknown })[] = []
  const fail: Fail = (place, what, thrown) => wrong.push({ ...place, what, thrown })
  const { sections, paths } = readFiles(path, sources, fail)
  const draft = emptyDraft()
  for (const section of sections) readSection(section, draft, fail)
  if (wrong.length === 0) return draft
  wrong.sort((a, b) => paths.indexOf(a.path) - paths.indexOf(b.path) || a.line - b.line)
  const text = wrong.map(one => oneLine(`${placeText(one)}: ${one.what}`)).join('\n')
  const isPassing = wrong.every(({ thrown }) => isTransient(thrown))
  throw new UsageError(text, { isTransient: isPassing, about: 'memmon.conf' })
}

/** The sections of all files, and the files in the order in which they were read. */
function readFiles(path: string, sources: ConfSources, fail: Fail) {
  const paths: string[] = []
  const seen = new Map<string, Place>()
  const sections: ConfSection[] = []
  const readFile = (file: ReadFile, at: string) => {
    paths.push(at)
    for (const section of sectionsIn(file, at, sources, fail)) {
      const first = seen.get(section.name)
      if (first) fail(section, `[${section.name}] is already in ${shortPlace(first, section)}: join them`)
      seen.set(section.name, first ?? section)
      sections.push(section)
    }
  }
  readFile(sources.readText(path), path)
  for (const { path: own, place } of includedBy(sections, sources, fail)) {
    try {
      readFile(sources.readText(own), own)
    } catch (thrown) {
      fail(place, `include: ${messageOf(thrown)}`, thrown)
    }
  }
  return { sections, paths }
}

const shortPlace = (place: Place, from: Place): string =>
  place.path === from.path ? `line ${place.line}` : placeText(place)

function readSection(section: ConfSection, draft: Draft, fail: Fail): void {
  if (section.name === 'memmon') readGeneral(section, draft, fail)
  else if (section.name === 'total') readTotal(section, draft, fail)
  else readRule(section, draft, fail)
}

function readRule(section: ConfSection, draft: Draft, fail: Fail): void {
  const rule = ruleOf(section, fail)
  if (!rule) return
  const more = rule.scope === 'group' ? ['memory_limit', 'total_limit'] : ['memory_limit']
  readKeys(section, [...RULE_KEYS.keys(), ...more], fail, entry => {
    const { key, value } = entry
    rule.places?.set(key, entry)
    if (key === 'memory_limit') {
      rule.limit = { limit: parseLimit(value), written: `[${section.name}] memory_limit=${value}` }
    } else if (key === 'total_limit') {
      const written = `[${section.name}] total_limit=${value}`
      draft.budgets.push({
        kind: 'group',
        selector: rule.selector,
        limit: parseLimit(value),
        written,
        keys: rule.keys,
        place: entry,
        places: rule.places ?? new Map(),
      })
    } else RULE_KEYS.get(key)?.applyRule(rule.keys, value)
  })
  draft.rules.push(rule)
}

function readGeneral(section: ConfSection, draft: Draft, fail: Fail): void {
  readKeys(section, [...GENERAL_KEYS.keys(), INCLUDE], fail, entry => {
    const { key, value } = entry
    const spec = GENERAL_KEYS.get(key)
    if (!spec) return
    draft.places.set(key, entry)
    if ('applyRule' in spec) spec.applyRule(draft.defaults, value)
    else
      for (const part of spec.repeatable ? listOf(value) : [value])
        spec.apply(draft.general, spec.isPath ? posix.resolve(posix.dirname(entry.path), part) : part)
  })
}

function readTotal(section: ConfSection, draft: Draft, fail: Fail): void {
  const keys = {}
  const places = new Map<string, Place>()
  readKeys(section, ['memory_limit', 'min_free', ...BUDGET_KEYS], fail, entry => {
    const { key, value } = entry
    places.set(key, entry)
    const rule = RULE_KEYS.get(key)
    if (rule) {
      rule.applyRule(keys, value)
      return
    }
    const kind = key === 'min_free' ? 'free' : 'total'
    const written = `[total] ${key}=${value}`
    draft.budgets.push({
      kind,
      selector: { name: '*' },
      limit: parseLimit(value),
      written,
      keys,
      place: entry,
      places,
    })
  })
}

function ruleOf({ name, ...place }: ConfSection, fail: Fail): RuleDraft | undefined {
  const [kind = '', rest] = name.split(/:(.*)/s)
  const origin = `[${name}]`
  const scoped = (scope: RuleScope, parse: (text: string) => Selector) => {
    try {
      return { scope, selector: parse(rest ?? ''), origin, keys: {}, place, places: new Map() }
    } catch (thrown) {
      fail(place, `${origin}: ${messageOf(thrown)}`)
      return undefined
    }
  }
  if (kind === 'program') return scoped('program', parseSelector)
  if (kind === 'group') return scoped('group', parseGroupSelector)
  if (name === 'any')
    return { scope: 'any', selector: { name: '*' }, origin, keys: {}, place, places: new Map() }
  const [near] = nearestNames(kind, ['memmon', 'program', 'group', 'any', 'total'], 1)
  const hint = near ? `; did you mean ${SECTIONS.find(one => one.startsWith(`[${near}`))}?` : ''
  fail(place, `${origin} is not a section of memmon.conf: use one of ${SECTIONS.join(', ')}${hint}`)
  return undefined
}

/** Several values of one key, by commas or lines. */
const listOf = (value: string): string[] =>
  value
    .split(/[,\n]/)
    .map(part => part.trim())
    .filter(part => part !== '')
