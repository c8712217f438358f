// argv to Settings, by Node's own parser, from the table in options.ts.
import { parseArgs } from 'node:util'
import { messageOf, UsageError } from '../core/errors.ts'
import { nearestNames } from '../core/nearest.ts'
import { inReasonOrder } from '../core/rules.ts'
import { OPTIONS, type OptionSpec } from './options.ts'
import { defaultSettings, type Settings, type SettingsDraft } from './settings.ts'

export type Flags =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'settings'; readonly settings: Settings }

/**
 * Reads the arguments after the program's name.
 * Throws a UsageError that names the flag and the value and says what would be right.
 */
export function parseFlags(argv: readonly string[]): Flags {
  const { tokens } = parseArgs({
    args: [...argv],
    options: PARSER_OPTIONS,
    strict: false, // its errors do not say what would be right; ours are below
    tokens: true,
  })
  const draft = defaultSettings()
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(strayText(token.value))
    if (token.kind === 'option-terminator') continue
    const spec = OPTIONS.find(({ flags }) => flags.includes(token.rawName))
    if (!spec) throw new UsageError(unknownText(token.rawName))
    if (!spec.apply) return { kind: spec.flags.includes('--help') ? 'help' : 'version' }
    applyFlag(spec, draft, token.value)
  }
  return { kind: 'settings', settings: { ...draft, rules: inReasonOrder(draft.rules) } }
}

const PARSER_OPTIONS = Object.fromEntries(
  OPTIONS.flatMap(({ flags, value }) => {
    const type = value === undefined ? ('boolean' as const) : ('string' as const)
    const short = flags.find(flag => !flag.startsWith('--'))?.slice(1)
    const [first = '', ...aliases] = flags.filter(flag => flag.startsWith('--')).map(flag => flag.slice(2))
    const named = [[first, { type, ...(short !== undefined && { short }) }] as const]
    return [...named, ...aliases.map(alias => [alias, { type }] as const)]
  }),
)

function applyFlag(spec: OptionSpec, draft: SettingsDraft, text: string | undefined): void {
  if (spec.value !== undefined && text === undefined) {
    throw new UsageError(`${nameOf(spec)} needs a value, ${spec.value}: as in memmon ${spec.example}`)
  }
  if (spec.value === undefined && text !== undefined) {
    throw new UsageError(`${nameOf(spec)} takes no value: as in memmon ${spec.example}`)
  }
  try {
    spec.apply?.(draft, text ?? '')
  } catch (thrown) {
    const value = spec.secret ? '' : ` ${text}`
    throw new UsageError(`${nameOf(spec)}${value}: ${messageOf(thrown)}`)
  }
}

const nameOf = (spec: OptionSpec): string => spec.flags.slice(0, 2).join(', ')

const strayText = (argument: string): string =>
  `"${argument}" belongs to no option: quote a value that holds spaces`

function unknownText(flag: string): string {
  const [near] = nearestNames(
    flag,
    OPTIONS.flatMap(({ flags }) => flags.filter(known => known.startsWith('--'))),
    1,
  )
  const hint = near && flag.startsWith('--') ? ` (Did you mean ${near}?)` : ''
  return `unknown option '${flag}'${hint}`
}
