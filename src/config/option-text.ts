// What help and documents say of an option.

/** What is told of an option. */
export interface OptionText {
  /** Short form first, then the long ones; the first long one is the flag's name. */
  readonly flags: readonly [string, ...string[]]
  /** What its value is called; absent for a switch. */
  readonly value?: string
  readonly repeatable?: true
  /** Its value may hold a password: errors do not repeat it. */
  readonly secret?: true
  readonly help: string
  /** Arguments that use it, for help and docs. */
  readonly example: string
  /** What the example does. */
  readonly exampleHelp: string
}
