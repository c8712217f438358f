// Every option, in the order in which help and documents tell them.

import { DURATION_FORM, SIZE_FORM } from '../base/units.ts'
import { LIMIT_FORM } from '../rules/limits.ts'
import { GENERAL_OPTIONS } from './general-options.ts'
import { MESSAGE_OPTIONS } from './message-options.ts'
import type { OptionSpec, OtherFlag } from './option.ts'
import type { OptionText } from './option-text.ts'
import { BUDGET_FLAGS, RULE_FLAGS } from './rule-flags.ts'
import { RULE_OPTIONS } from './rule-options.ts'

const OTHER_FLAGS: readonly OtherFlag[] = [
  {
    flags: ['--config'],
    value: 'file',
    kind: 'config',
    help: 'Read memmon.conf, too: rules as sections, and all that flags can say. It is read again when it changes, and on SIGHUP. Of the same setting in both, the flag counts.',
    example: '--config /etc/supervisor/memmon.conf',
    exampleHelp: 'keep the rules in a file of their own',
  },
  {
    flags: ['-h', '--help'],
    kind: 'help',
    help: 'Show this help.',
    example: '--help',
    exampleHelp: 'this text',
  },
  {
    flags: ['-V', '--version'],
    kind: 'version',
    help: 'Show the version.',
    example: '--version',
    exampleHelp: 'the version alone',
  },
]

export const OPTIONS: readonly OptionSpec[] = [
  ...RULE_FLAGS,
  ...RULE_OPTIONS,
  ...BUDGET_FLAGS,
  ...MESSAGE_OPTIONS,
  ...GENERAL_OPTIONS,
  ...OTHER_FLAGS,
]

/** The forms of values that several options share, for help and docs. */
export const VALUE_FORMS = [
  `A limit: ${LIMIT_FORM}. 1 KB is 1024 bytes. A share is one of the memory that this machine or container really has.`,
  `A size: ${SIZE_FORM}.`,
  `A time: ${DURATION_FORM}.`,
  'A name may hold "=": name=limit is split at the last one.',
]

/** `-p, --program <name=size>`. */
export const optionTerm = ({ flags, value }: OptionText): string =>
  value === undefined ? flags.join(', ') : `${flags.join(', ')} <${value}>`
