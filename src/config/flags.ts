// argv to Settings, by Node's own parser, from the table in options.ts.
import { parseArgs } from 'node:util'
import { messageOf, UsageError } from '../base/errors.ts'
import { nearestNames } from '../base/nearest.ts'
import { readConf } from './conf.ts'
import type { ConfSources, ReadFile } from './conf-sections.ts'
import { type Draft, emptyDraft } from './draft.ts'
import { mergeFile, settingsOf } from './merge.ts'
import type { OptionSpec } from './option.ts'
import type { OptionText } from './option-text.ts'
import { OPTIONS } from './options.ts'
import type { Settings } from './settings.ts'

export type Flags =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'settings'; readonly settings: Settings }

/** What a command takes besides: its own flags, and where what belongs to no flag goes. */
export interface CommandTerms {
  readonly flags: readonly (Pick<OptionText, 'flags' | 'value' | 'example'> & {
    readonly take: (text: string) => void
  })[]
  readonly onWord?: (word: string) => void
}

/** Reads a file, or throws an Error that says why not. */
export type ReadText = ConfSources['readText']

/** What memmon.conf is expanded by, and where it finds the files that it includes. */
export type Surroundings = Omit<ConfSources, 'readText'>

const NO_SURROUNDINGS: Surroundings = { listFolder: () => [], environment: {}, hostName: '' }

/**
 * Reads the arguments after the program's name, and the file that --config names.
 * Throws a UsageError that names the flag, or file and line, and says what would be right.
 */
export function parseFlags(
  argv: readonly string[],
  readText: ReadText = noFiles,
  terms: CommandTerms = { flags: [] },
  surroundings: Surroundings = NO_SURROUNDINGS,
): Flags {
  const { tokens } = parseArgs({
    args: [...argv],
    options: parserOptions([...OPTIONS, ...terms.flags]),
    strict: false, // its errors do not say what would be right; ours are below
    tokens: true,
  })
  const flags = emptyDraft()
  const given = new Set<OptionSpec>()
  let configPath: string | undefined
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!terms.onWord) throw new UsageError(strayText(token.value))
      terms.onWord(token.value)
      continue
    }
    if (token.kind === 'option-terminator') continue
    const own = terms.flags.find(({ flags: names }) => names.includes(token.rawName))
    if (own) {
      own.take(valueIn(own, token.value))
      continue
    }
    const spec = OPTIONS.find(({ flags: names }) => names.includes(token.rawName))
    if (!spec) throw new UsageError(unknownText(token.rawName, [...OPTIONS, ...terms.flags]))
    if ('kind' in spec && spec.kind !== 'config') return { kind: spec.kind }
    const text = valueIn(spec, token.value)
    if ('kind' in spec) configPath = text
    else attempt(spec, text, () => applyFlag(spec, flags, text))
    given.add(spec)
  }
  return { kind: 'settings', settings: together(flags, given, configPath, { ...surroundings, readText }) }
}

const parserOptions = (specs: readonly Pick<OptionText, 'flags' | 'value'>[]) =>
  Object.fromEntries(
    specs.flatMap(({ flags, value }) => {
      const type = value === undefined ? ('boolean' as const) : ('string' as const)
      const short = flags.find(flag => !flag.startsWith('--'))?.slice(1)
      const [first = '', ...aliases] = flags.filter(flag => flag.startsWith('--')).map(flag => flag.slice(2))
      const named = [[first, { type, ...(short !== undefined && { short }) }] as const]
      return [...named, ...aliases.map(alias => [alias, { type }] as const)]
    }),
  )

const noFiles: ReadText = path => {
  throw new Error(`${path} is not read here`)
}

function together(
  flags: Draft,
  given: ReadonlySet<OptionSpec>,
  configPath: string | undefined,
  sources: ConfSources,
): Settings {
  try {
    if (configPath === undefined) return settingsOf(flags)
    const file = emptyDraft()
    const readText = (path: string) =>
      path === configPath ? fileAt(path, sources.readText) : sources.readText(path)
    readConf(configPath, { ...sources, readText }, file, spec => given.has(spec), flags.general)
    return settingsOf(mergeFile(flags, file), configPath)
  } catch (thrown) {
    throw thrown instanceof UsageError ? thrown : new UsageError(messageOf(thrown))
  }
}

function fileAt(path: string, readText: ReadText): ReadFile {
  try {
    return readText(path)
  } catch (thrown) {
    throw new UsageError(`--config ${path}: ${messageOf(thrown)}`)
  }
}

/** The value as an option reads it; throws if it lacks one, or has one too many. */
function valueIn(spec: Pick<OptionText, 'flags' | 'value' | 'example'>, text: string | undefined): string {
  if (spec.value !== undefined && text === undefined) {
    throw new UsageError(`${nameOf(spec)} needs a value, ${spec.value}: as in memmon ${spec.example}`)
  }
  if (spec.value === undefined && text !== undefined) {
    throw new UsageError(`${nameOf(spec)} takes no value: as in memmon ${spec.example}`)
  }
  return text ?? 'true'
}

function applyFlag(spec: OptionSpec, draft: Draft, text: string): void {
  if ('apply' in spec) spec.apply(draft.general, text)
  else if ('add' in spec) spec.add(draft, text)
  else if ('applyRule' in spec) spec.applyRule(draft.defaults, text)
}

function attempt(spec: OptionSpec, text: string, apply: () => void): void {
  try {
    apply()
  } catch (thrown) {
    const value = spec.secret || spec.value === undefined ? '' : ` ${text}`
    throw new UsageError(`${nameOf(spec)}${value}: ${messageOf(thrown)}`)
  }
}

const nameOf = (spec: Pick<OptionText, 'flags'>): string => spec.flags.slice(0, 2).join(', ')

/** A word that no option takes. */
export const strayText = (argument: string): string =>
  `unexpected argument "${argument}": quote values that contain spaces`

function unknownText(flag: string, options: readonly Pick<OptionText, 'flags'>[]): string {
  const [near] = nearestNames(
    flag,
    options.flatMap(({ flags }) => flags.filter(known => known.startsWith('--'))),
    1,
  )
  const hint = near && flag.startsWith('--') ? ` (Did you mean ${near}?)` : ''
  return `unknown option '${flag}'${hint}`
}
