// memmon.conf: sections as in supervisord.conf, their keys from the table in options.ts. All that is wrong is told at
// once, each with its line and what would be right.
import { messageOf, UsageError } from '../core/errors.ts'
import { parseLimit } from '../core/limits.ts'
import { nearestNames } from '../core/nearest.ts'
import type { RuleScope } from '../core/rules.ts'
import { parseGroupSelector, parseSelector, type Selector } from '../core/selector.ts'
import {
  type ConfEntry,
  type ConfSection,
  type ConfSources,
  type Fail,
  INCLUDE,
  includedBy,
  type ReadFile,
  sectionsIn,
} from './conf-sections.ts'
import type { Draft, RuleDraft } from './draft.ts'
import type { GeneralOption, OptionSpec } from './option.ts'
import { OPTIONS } from './options.ts'
import { type Place, placeText } from './place.ts'
import { RULE_OPTIONS, type RuleOption } from './rule-options.ts'
import type { GeneralDraft } from './settings.ts'

/** The key of an option: its long flag with underscores. */
export const keyOf = ({ flags }: { readonly flags: readonly string[] }): string =>
  (flags.find(flag => flag.startsWith('--')) ?? '').slice(2).replaceAll('-', '_')

/** A key that is no flag: anybody can read arguments. */
const SMTP_PASSWORD: GeneralOption = {
  flags: ['--smtp-password'],
  value: 'password',
  secret: true,
  help: 'The SMTP password, in a memmon.conf that nobody else may read.',
  example: '',
  exampleHelp: '',
  apply: (draft, text) => {
    draft.smtpPassword = text
  },
}

/** What may stand in [memmon]. */
export const GENERAL_KEYS: ReadonlyMap<string, GeneralOption | RuleOption> = new Map(
  [...OPTIONS, SMTP_PASSWORD].flatMap(spec =>
    'apply' in spec || 'applyRule' in spec ? [[keyOf(spec), spec] as const] : [],
  ),
)
const RULE_KEYS: ReadonlyMap<string, RuleOption> = new Map(RULE_OPTIONS.map(spec => [keyOf(spec), spec]))
/** A budget is neither warned of nor killed at once, and counts memory alone. */
const BUDGET_KEYS = ['for', 'min_uptime', 'action', 'cumulative']
const SECTIONS = ['[memmon]', '[program:NAME]', '[group:NAME]', '[any]', '[total]']

/**
 * Reads the file, and those that it includes, into a draft; what `isGiven` as a flag is checked, and left out. Throws a
 * UsageError that names all that is wrong, each with its file and line.
 */
export function readConf(
  path: string,
  sources: ConfSources,
  draft: Draft,
  isGiven: (spec: OptionSpec) => boolean,
  general: GeneralDraft,
): void {
  const wrong: (Place & { readonly what: string })[] = []
  const fail: Fail = (place, what) => wrong.push({ ...place, what })
  const paths: string[] = []
  const seen = new Map<string, Place>()
  const sections: ConfSection[] = []
  const readFile = (file: ReadFile, at: string) => {
    paths.push(at)
    for (const section of sectionsIn(file, at, sources, fail)) {
      const first = seen.get(section.name)
      if (first)
        fail(section, `[${section.name}] is there already, in ${shortPlace(first, section)}: join them`)
      seen.set(section.name, first ?? section)
      sections.push(section)
    }
  }
  readFile(sources.readText(path), path)
  for (const { path: own, place } of includedBy(sections, sources, fail)) {
    try {
      readFile(sources.readText(own), own)
    } catch (thrown) {
      fail(place, `include: ${messageOf(thrown)}`)
    }
  }
  for (const section of sections) readSection(section, draft, isGiven, general, fail)
  if (wrong.length === 0) return
  wrong.sort((a, b) => paths.indexOf(a.path) - paths.indexOf(b.path) || a.line - b.line)
  throw new UsageError(wrong.map(one => `${placeText(one)}: ${one.what}`).join('\n'))
}

const shortPlace = (place: Place, from: Place): string =>
  place.path === from.path ? `line ${place.line}` : placeText(place)

function readSection(
  section: ConfSection,
  draft: Draft,
  isGiven: (spec: OptionSpec) => boolean,
  general: GeneralDraft,
  fail: Fail,
): void {
  if (section.name === 'memmon') readGeneral(section, draft, isGiven, general, fail)
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

function readGeneral(
  section: ConfSection,
  draft: Draft,
  isGiven: (spec: OptionSpec) => boolean,
  general: GeneralDraft,
  fail: Fail,
): void {
  readKeys(section, [...GENERAL_KEYS.keys(), INCLUDE], fail, entry => {
    const { key, value } = entry
    const spec = GENERAL_KEYS.get(key)
    if (!spec) return
    if (!('apply' in spec && isGiven(spec))) draft.places.set(key, entry)
    // Checked in any case: a file that is wrong is wrong, whatever the flags are.
    if ('applyRule' in spec) spec.applyRule(draft.defaults, value)
    else for (const part of spec.repeatable ? listOf(value) : [value]) spec.apply(draft.general, part)
    if ('apply' in spec && !isGiven(spec)) {
      for (const part of spec.repeatable ? listOf(value) : [value]) spec.apply(general, part)
    }
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

/** Reads each entry once; unknown keys, duplicates and bad values are told. */
function readKeys(
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
    else if (first !== undefined) fail(entry, `${key} is there already, in line ${first}`)
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
    fail(entry, `${said}: ${messageOf(thrown)}`)
  }
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
  fail(place, `${origin} is no section of memmon.conf: there are ${SECTIONS.join(', ')}${hint}`)
  return undefined
}

function unknownText(section: string, key: string, known: readonly string[]): string {
  const [near] = nearestNames(key, known, 1)
  return `[${section}] has no ${key}${near ? `; did you mean ${near}?` : `: it has ${known.join(', ')}`}`
}

/** Several values of one key, by commas or lines. */
const listOf = (value: string): string[] =>
  value
    .split(/[,\n]/)
    .map(part => part.trim())
    .filter(part => part !== '')
