// A command for people, as the man page and shell completions see it.
import type { OptionSpec } from '../config/option.ts'
import type { OptionText } from '../config/option-text.ts'

export interface CommandArgument {
  /** `<process>`, `[name...]`. */
  readonly name: string
  /** All possible values, if these are few. */
  readonly choices?: readonly string[]
}

export type CommandOption = Pick<OptionText, 'flags' | 'value' | 'help'> &
  Partial<Pick<OptionText, 'brief' | 'isValueOptional' | 'choices'>>

export interface ManualCommand {
  readonly name: string
  readonly args: readonly CommandArgument[]
  readonly summary: string
  readonly help: string
  /** Shared with other commands. */
  readonly more: string
  /** Its own options. */
  readonly options: readonly CommandOption[]
  /** The listener's options that it takes. */
  readonly taken: readonly OptionSpec[]
  readonly examples: readonly (readonly [args: string, what: string])[]
}

/** `process` for `<process>`, `name` for `[name...]`. */
export const withoutBrackets = (name: string): string => name.replace(/[<>[\]]|\.\.\./g, '')
