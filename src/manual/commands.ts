// A command for people, as the man page and the completion of a shell see it.
import type { OptionSpec } from '../config/option.ts'
import type { OptionText } from '../config/option-text.ts'

export interface CommandArgument {
  /** `<process>`, `[name...]`. */
  readonly name: string
  /** All that it may be, if these are few. */
  readonly choices?: readonly string[]
}

export type CommandOption = Pick<OptionText, 'flags' | 'value' | 'help'> &
  Partial<Pick<OptionText, 'brief' | 'isValueOptional' | 'choices'>>

export interface ManualCommand {
  readonly name: string
  readonly args: readonly CommandArgument[]
  readonly summary: string
  readonly help: string
  /** What it shares with others. */
  readonly more: string
  /** Its own. */
  readonly options: readonly CommandOption[]
  /** Of the listener's. */
  readonly taken: readonly OptionSpec[]
  readonly examples: readonly (readonly [args: string, what: string])[]
}

/** `process` of `<process>`, `name` of `[name...]`. */
export const withoutBrackets = (name: string): string => name.replace(/[<>[\]]|\.\.\./g, '')
