// memmon.conf: sections as in supervisord.conf, their keys from the table in options.ts. All that is wrong is told at
// once, each with its line and what would be right.
import { messageOf, UsageError } from '../core/errors.ts'
import { parseLimit } from '../core/limits.ts'
import { nearestNames } from '../core/nearest.ts'
import type { RuleScope } from '../core/rules.ts'
import { parseGroupSelector, parseSelector, type Selector } from '../core/selector.ts'
import type { Draft, RuleDraft } from './draft.ts'
import { type IniEntry, type IniSection, parseIni } from './ini.ts'
import type { GeneralOption, OptionSpec } from './option.ts'
import { OPTIONS } from './options.ts'
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
/** What makes memmon.conf a file that only its owner may read. */
const SECRET_KEYS = ['smtp_password', 'webhook']
const RULE_KEYS: ReadonlyMap<string, RuleOption> = new Map(RULE_OPTIONS.map(spec => [keyOf(spec), spec]))
/** A budget is neither warned of nor killed at once, and counts memory alone. */
const BUDGET_KEYS = ['for', 'min_uptime', 'action', 'cumulative']
const SECTIONS = ['[memmon]', '[program:NAME]', '[group:NAME]', '[any]', '[total]']

/**
 * Reads the file's text into a draft; what `isGiven` as a flag is checked, and left out. Throws a UsageError that
 * names all that is wrong, each with its line.
 */
export function readConf(
  text: string,
  path: string,
  draft: Draft,
  isGiven: (spec: OptionSpec) => boolean,
  general: GeneralDraft,
  isPrivate: boolean,
): void {
  const { sections, problems } = parseIni(text)
  const wrong = problems.map(({ line, text: what }) => ({ line, what }))
  const fail = (line: number, what: string) => wrong.push({ line, what })
  const seen = new Map<string, number>()
  for (const section of sections) {
    const first = seen.get(section.name)
    if (first !== undefined)
      fail(section.line, `[${section.name}] is there already, in line ${first}: join them`)
    seen.set(section.name, first ?? section.line)
    readSection(section, draft, isGiven, general, fail)
  }
  const secret = sections.flatMap(({ entries }) => entries).find(({ key }) => SECRET_KEYS.includes(key))
  if (secret && !isPrivate) {
    fail(secret.line, `${secret.key} is a secret, and this file can be read by others: chmod 600 ${path}`)
  }
  if (wrong.length === 0) return
  wrong.sort((a, b) => a.line - b.line)
  throw new UsageError(wrong.map(({ line, what }) => `${path}, line ${line}: ${what}`).join('\n'))
}

type Fail = (line: number, what: string) => void

function readSection(
  section: IniSection,
  draft: Draft,
  isGiven: (spec: OptionSpec) => boolean,
  general: GeneralDraft,
  fail: Fail,
): void {
  if (section.name === 'memmon') readGeneral(section, draft, isGiven, general, fail)
  else if (section.name === 'total') readTotal(section, draft, fail)
  else readRule(section, draft, fail)
}

function readRule(section: IniSection, draft: Draft, fail: Fail): void {
  const rule = ruleOf(section, fail)
  if (!rule) return
  const more = rule.scope === 'group' ? ['memory_limit', 'total_limit'] : ['memory_limit']
  readKeys(section, [...RULE_KEYS.keys(), ...more], fail, ({ key, value }) => {
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
      })
    } else RULE_KEYS.get(key)?.applyRule(rule.keys, value)
  })
  draft.rules.push(rule)
}

function readGeneral(
  section: IniSection,
  draft: Draft,
  isGiven: (spec: OptionSpec) => boolean,
  general: GeneralDraft,
  fail: Fail,
): void {
  readKeys(section, [...GENERAL_KEYS.keys()], fail, ({ key, value }) => {
    const spec = GENERAL_KEYS.get(key)
    if (!spec) return
    // Checked in any case: a file that is wrong is wrong, whatever the flags are.
    if ('applyRule' in spec) spec.applyRule(draft.defaults, value)
    else for (const part of spec.repeatable ? listOf(value) : [value]) spec.apply(draft.general, part)
    if ('apply' in spec && !isGiven(spec)) {
      for (const part of spec.repeatable ? listOf(value) : [value]) spec.apply(general, part)
    }
  })
}

function readTotal(section: IniSection, draft: Draft, fail: Fail): void {
  const keys = {}
  readKeys(section, ['memory_limit', 'min_free', ...BUDGET_KEYS], fail, ({ key, value }) => {
    const rule = RULE_KEYS.get(key)
    if (rule) {
      rule.applyRule(keys, value)
      return
    }
    const kind = key === 'min_free' ? 'free' : 'total'
    const written = `[total] ${key}=${value}`
    draft.budgets.push({ kind, selector: { name: '*' }, limit: parseLimit(value), written, keys })
  })
}

/** Reads each entry once; unknown keys, duplicates and bad values are told. */
function readKeys(
  section: IniSection,
  known: readonly string[],
  fail: Fail,
  read: (entry: IniEntry) => void,
): void {
  const seen = new Map<string, number>()
  for (const entry of section.entries) {
    const { key, value, line } = entry
    const first = seen.get(key)
    if (!known.includes(key)) fail(line, unknownText(section.name, key, known))
    else if (first !== undefined) fail(line, `${key} is there already, in line ${first}`)
    else attempt(entry, fail, () => read(entry))
    seen.set(key, line)
    if (value === '' && known.includes(key)) fail(line, `${key} has no value`)
  }
}

function attempt({ key, value, line }: IniEntry, fail: Fail, read: () => void): void {
  if (value === '') return
  try {
    read()
  } catch (thrown) {
    const said = GENERAL_KEYS.get(key)?.secret ? key : `${key} = ${value}`
    fail(line, `${said}: ${messageOf(thrown)}`)
  }
}

function ruleOf({ name, line }: IniSection, fail: Fail): RuleDraft | undefined {
  const [kind = '', rest] = name.split(/:(.*)/s)
  const origin = `[${name}]`
  const scoped = (scope: RuleScope, parse: (text: string) => Selector) => {
    try {
      return { scope, selector: parse(rest ?? ''), origin, keys: {} }
    } catch (thrown) {
      fail(line, `${origin}: ${messageOf(thrown)}`)
      return undefined
    }
  }
  if (kind === 'program') return scoped('program', parseSelector)
  if (kind === 'group') return scoped('group', parseGroupSelector)
  if (name === 'any') return { scope: 'any', selector: { name: '*' }, origin, keys: {} }
  const [near] = nearestNames(kind, ['memmon', 'program', 'group', 'any', 'total'], 1)
  const hint = near ? `; did you mean ${SECTIONS.find(one => one.startsWith(`[${near}`))}?` : ''
  fail(line, `${origin} is no section of memmon.conf: there are ${SECTIONS.join(', ')}${hint}`)
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
