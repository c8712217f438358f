// The keys of memmon.conf, from the table in options.ts, and how the entries of a section are read by them.
import { messageOf } from '../base/errors.ts'
import { nearestNames } from '../base/nearest.ts'
import type { ConfEntry, ConfSection, Fail } from './conf-sections.ts'
import type { GeneralOption } from './option.ts'
import { OPTIONS } from './options.ts'
import type { RuleOption } from './rule-keys.ts'
import { RULE_OPTIONS } from './rule-options.ts'

/** The key of an option: its long flag with underscores. */
const keyOf = ({ flags }: { readonly flags: readonly string[] }): string =>
  (flags.find(flag => flag.startsWith('--')) ?? '').slice(2).replaceAll('-', '_')

/** A key that is no flag: anybody can read arguments. */
const SMTP_PASSWORD: GeneralOption = {
  flags: ['--smtp-password'],
  group: 'messages',
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
export const RULE_KEYS: ReadonlyMap<string, RuleOption> = new Map(
  RULE_OPTIONS.map(spec => [keyOf(spec), spec]),
)
/** A budget is neither warned of nor killed at once, and counts memory alone. */
export const BUDGET_KEYS = ['for', 'min_uptime', 'action', 'cumulative']

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

/** Half of a name, as limit is of memory_limit, is nearer than what takes few letters to change. */
function unknownText(section: string, key: string, known: readonly string[]): string {
  const halves = known.filter(name => name.split('_').includes(key))
  const near = halves.find(name => name.startsWith('memory')) ?? halves[0] ?? nearestNames(key, known, 1)[0]
  return `[${section}] has no ${key}${near ? `; did you mean ${near}?` : `: it has ${known.join(', ')}`}`
}
