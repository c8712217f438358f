// The keys of memmon.conf, from the table in options.ts, and the section that each belongs in.
import type { GeneralOption } from './option.ts'
import { OPTIONS } from './options.ts'
import type { RuleOption } from './rule-keys.ts'
import { RULE_OPTIONS } from './rule-options.ts'

/** The key of an option: its long flag with underscores; that of --no-x is x. */
export const keyOf = ({ flags }: { readonly flags: readonly string[] }): string =>
  (flags.find(flag => flag.startsWith('--')) ?? '').replace(/^--(no-)?/, '').replaceAll('-', '_')

/** A key without a flag: anybody can read arguments. */
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

const RULES = '[any], [program:NAME] or [group:NAME]'
/** Keys that are no options, and flags that are sections in the file. */
const PLACES: Readonly<Record<string, string>> = {
  include: 'it belongs in [memmon]',
  memory_limit: `it belongs in ${RULES}`,
  total_limit: 'it belongs in [group:NAME]',
  min_free: 'it belongs in [total]',
  any: 'write [any], and memory_limit below it',
  program: 'write [program:NAME], and memory_limit below it',
  group: 'write [group:NAME], and memory_limit below it',
  group_total: 'write [group:NAME], and total_limit below it',
  total: 'write [total], and memory_limit below it',
}

/** Where a key belongs, in words; undefined for one that there is not. */
export function placeOfKey(key: string): string | undefined {
  if (Object.hasOwn(PLACES, key)) return PLACES[key]
  if (RULE_KEYS.has(key)) return `it belongs in ${RULES}, or in [memmon] for all of them`
  return GENERAL_KEYS.has(key) ? 'it belongs in [memmon]' : undefined
}
