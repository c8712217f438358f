// What an option is: one declaration for the flag, the key in memmon.conf, the help and the documents.
import type { Draft } from './draft.ts'
import type { OptionText } from './option-text.ts'
import type { RuleOption } from './rule-keys.ts'
import type { GeneralDraft } from './settings.ts'

/** A key of [memmon], too: reads one value, or 'true' and 'false' of a switch; throws an Error that says what would be right. */
export interface GeneralOption extends OptionText {
  /** Names a file: in memmon.conf from the folder of that file. */
  readonly isPath?: true
  readonly apply: (general: GeneralDraft, text: string) => void
}

/** A flag that adds a rule or a budget; memmon.conf has sections for that. */
export interface RuleFlag extends OptionText {
  readonly add: (draft: Draft, text: string) => void
}

/** A flag alone: --config, --help and --version. */
export interface OtherFlag extends OptionText {
  readonly kind: 'config' | 'help' | 'version'
}

export type OptionSpec = GeneralOption | RuleFlag | RuleOption | OtherFlag
