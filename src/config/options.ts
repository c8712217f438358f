// Every option, in the order in which help and documents tell them.

import { DURATION_FORM, SIZE_FORM } from '../base/units.ts'
import { LIMIT_FORM } from '../rules/limits.ts'
import { AGENT_OPTIONS } from './agent-options.ts'
import { EVIDENCE_OPTIONS } from './evidence-options.ts'
import { GENERAL_OPTIONS } from './general-options.ts'
import { MESSAGE_OPTIONS } from './message-options.ts'
import { METRICS_OPTIONS } from './metrics-options.ts'
import type { OptionSpec, OtherFlag } from './option.ts'
import { type OptionText, valueTerm } from './option-text.ts'
import { PACE_OPTIONS } from './pace-options.ts'
import { BUDGET_FLAGS, RULE_FLAGS } from './rule-flags.ts'
import { RULE_OPTIONS } from './rule-options.ts'

const OTHER_FLAGS: readonly OtherFlag[] = [
  {
    flags: ['--config'],
    group: 'running',
    value: 'file',
    kind: 'config',
    brief: 'read rules and all of these options from a file',
    help: 'Also read memmon.conf: rules as sections, and any option. It is read again when it changes, and on SIGHUP. Where both set something, the flag counts.',
    example: '--config /etc/supervisor/memmon.conf',
    exampleHelp: 'keep the rules in a file of their own',
  },
  {
    flags: ['-h', '--help'],
    group: 'running',
    value: 'all',
    choices: ['all'],
    isValueOptional: true,
    kind: 'help',
    brief: 'show this, or with "all" every option',
    help: 'Show the most common options, or with "all" every one.',
    example: '--help',
    exampleHelp: 'show the options that most people need',
  },
  {
    flags: ['-V', '--version'],
    group: 'running',
    kind: 'version',
    help: 'Show the version.',
    example: '--version',
    exampleHelp: 'show the version',
  },
]

export const OPTIONS: readonly OptionSpec[] = [
  ...RULE_FLAGS,
  ...RULE_OPTIONS,
  ...BUDGET_FLAGS,
  ...MESSAGE_OPTIONS,
  ...GENERAL_OPTIONS,
  ...PACE_OPTIONS,
  ...EVIDENCE_OPTIONS,
  ...AGENT_OPTIONS,
  ...METRICS_OPTIONS,
  ...OTHER_FLAGS,
]

/** The forms of values that several options share, for help and docs. */
export const VALUE_FORMS = [
  `A limit: ${LIMIT_FORM}. 1 KB is 1024 bytes. A share is of the memory that this machine or container has.`,
  `A size: ${SIZE_FORM}.`,
  `A time: ${DURATION_FORM}.`,
  'A name may contain "=": name=limit is split at the last one.',
]

/** `-p, --program <name=limit>`. */
export const optionTerm = (spec: OptionText): string => spec.flags.join(', ') + valueTerm(spec)

/** `-p name=limit` and `--program name=limit`. */
export const optionTerms = (spec: OptionText): string[] =>
  spec.flags.map(flag => flag + valueTerm(spec).replace(/[<>]/g, ''))
