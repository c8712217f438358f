// What help and documents say of an option.

/** The groups of help and documents, in their order, and their headings. */
export const OPTION_GROUPS = {
  limits: 'Limits',
  patience: 'Patience',
  action: 'What is done',
  draining: 'Draining',
  messages: 'Messages',
  running: 'Running',
} as const

export type OptionGroup = keyof typeof OPTION_GROUPS

/** What is told of an option. */
export interface OptionText {
  /** Short form first, then the long ones; the first long one is the flag's name. */
  readonly flags: readonly [string, ...string[]]
  readonly group: OptionGroup
  /** What its value is called; absent for a switch. */
  readonly value?: string
  /** All possible values or their beginnings, if these are few. */
  readonly choices?: readonly string[]
  /** It may stand without its value. */
  readonly isValueOptional?: true
  readonly repeatable?: true
  /** Its value may hold a password: errors do not repeat it. */
  readonly secret?: true
  /** For the options that most people need, in the few words that `memmon --help` has room for. */
  readonly brief?: string
  /** Empty it counts as not given, as with superlance's memmon: command= may take it from a variable. */
  readonly mayBeEmpty?: true
  readonly help: string
  /** Arguments that use it, for help and docs. */
  readonly example: string
  /** What the example does. */
  readonly exampleHelp: string
}

/** ` <limit>`, or ` [all]` where it may be left out. */
export const valueTerm = ({
  value,
  isValueOptional,
}: Pick<OptionText, 'value' | 'isValueOptional'>): string => {
  if (value === undefined) return ''
  return isValueOptional ? ` [${value}]` : ` <${value}>`
}
