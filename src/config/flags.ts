// argv to Settings: commander reads it, by the table in options.ts.
import { messageOf, readingArguments, UsageError } from '../base/errors.ts'
import { isTransient } from '../base/lack.ts'
import { oneLine } from '../base/text.ts'
import { addHelpOption, addOption, type Command, createCommand, nameOf, parseBy } from './commander.ts'
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

/** Reads a file, or throws an Error that says why not. */
export type ReadText = ConfSources['readText']

/** What memmon.conf is expanded by, and where it finds the files that it includes. */
export type Surroundings = Omit<ConfSources, 'readText'>

const NO_SURROUNDINGS: Surroundings = { listFolder: () => [], environment: {}, hostName: '' }

/** What the flags have said so far. */
export interface Reading {
  readonly draft: Draft
  readonly given: Set<OptionSpec>
  configPath?: string
}

export const newReading = (): Reading => ({ draft: emptyDraft(), given: new Set() })

/**
 * Reads the arguments after the program's name, and the file that --config names.
 * Throws a UsageError that names the flag, or file and line, and says what would be right.
 */
export function parseFlags(
  argv: readonly string[],
  readText: ReadText = noFiles,
  surroundings: Surroundings = NO_SURROUNDINGS,
): Flags {
  const reading = newReading()
  const shown = readingArguments(() => parseBy(listenerCommand(reading), argv, OPTIONS))
  if (shown) return { kind: shown }
  return { kind: 'settings', settings: settingsIn(reading, { ...surroundings, readText }) }
}

const noFiles: ReadText = path => {
  throw new Error(`${path} is not read here`)
}

/** The command with every option of the table; what it reads is in `reading`. */
export function listenerCommand(
  reading: Reading,
  { version = '', writeOut = (_: string): void => {} } = {},
): Command {
  const command = createCommand('memmon', writeOut)
  for (const spec of OPTIONS) {
    if (!('kind' in spec) || spec.kind === 'config')
      addOption(command, { spec, take: text => take(spec, text ?? switchText(spec), reading) })
    else if (spec.kind === 'help') addHelpOption(command, spec)
    else command.version(version, nameOf(spec), spec.help)
  }
  return command
}

/** What a flag without a value says. */
const switchText = ({ flags: [flag] }: OptionSpec): string => String(!flag.startsWith('--no-'))

function take(spec: OptionSpec, text: string, reading: Reading): void {
  if (spec.mayBeEmpty && text.trim() === '') {
    const { general } = reading.draft
    general.notes = [...(general.notes ?? []), emptyText(spec)]
    return
  }
  reading.given.add(spec)
  if ('kind' in spec) {
    reading.configPath = text
    return
  }
  try {
    applyFlag(spec, reading.draft, text)
  } catch (thrown) {
    const value = spec.secret || spec.value === undefined ? '' : ` ${text}`
    throw new UsageError(oneLine(`${nameOf(spec)}${value}: ${messageOf(thrown)}`), {
      isTransient: isTransient(thrown),
    })
  }
}

/** Of an option that counts as not given. */
const emptyText = (spec: Pick<OptionText, 'flags'>): string =>
  `${nameOf(spec)} is empty and counts as not given: is the variable in command= set?`

function applyFlag(spec: OptionSpec, draft: Draft, text: string): void {
  if ('apply' in spec) spec.apply(draft.general, text)
  else if ('add' in spec) spec.add(draft, text)
  else if ('applyRule' in spec) spec.applyRule(draft.defaults, text)
}

/** The settings that flags and file say together. Throws a UsageError. */
export function settingsIn({ draft, given, configPath }: Reading, sources: ConfSources): Settings {
  try {
    if (configPath === undefined) return settingsOf(draft)
    const readText = (path: string) =>
      path === configPath ? fileAt(path, sources.readText) : sources.readText(path)
    const file = readConf(configPath, { ...sources, readText })
    return settingsOf(mergeFile(draft, file, given), configPath)
  } catch (thrown) {
    throw thrown instanceof UsageError ? thrown : new UsageError(messageOf(thrown))
  }
}

function fileAt(path: string, readText: ReadText): ReadFile {
  try {
    return readText(path)
  } catch (thrown) {
    throw new UsageError(oneLine(`--config ${path}: ${messageOf(thrown)}`), {
      isTransient: isTransient(thrown),
    })
  }
}
