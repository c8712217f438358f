// memmon.conf(5), generated from the table of options; `npm run docs` writes it, a test compares it.
import { GENERAL_KEYS, keyOf, RULE_KEYS } from '../config/key-table.ts'
import type { OptionText } from '../config/option-text.ts'
import { VALUE_FORMS } from '../config/options.ts'
import { ABOUT, BUDGETS, EXPANSIONS, INCLUDE, LIMITS, SECTIONS, WRITERS } from './conf-texts.ts'
import { bold, example, heading, italic, item, page, paragraph } from './roff.ts'

/** The whole of man/memmon.conf.5; `sample` is a file with the most common keys. */
export function confPage(sample: string, version: string, date: string): string {
  const title = { name: 'memmon.conf', section: 5, version, date, heading: 'File Formats' }
  const general = [...GENERAL_KEYS].filter(([key]) => !RULE_KEYS.has(key))
  return page(title, [
    heading('Name'),
    'memmon.conf \\- rules and settings of memmon(1)',
    heading('Synopsis'),
    `${bold('memmon --config')} ${italic('/etc/supervisor/memmon.conf')}`,
    heading('Description'),
    ...ABOUT.map(paragraph),
    ...rows('Sections', SECTIONS),
    heading('Keys of a rule'),
    paragraph(
      'In [program:...], [group:...] and [any]. In [memmon] they hold for all rules that do not say otherwise.',
    ),
    ...LIMITS.map(row),
    ...[...RULE_KEYS].map(keyItem),
    ...rows('Budgets', BUDGETS),
    heading('Keys of [memmon]'),
    ...INCLUDE.map(row),
    ...general.map(keyItem),
    heading('Values'),
    ...VALUE_FORMS.map(paragraph),
    ...rows('Expansions', EXPANSIONS),
    heading('Who may write it'),
    ...WRITERS.map(paragraph),
    heading('Example'),
    example(sample),
    heading('See also'),
    ['memmon(1)', 'supervisord(1)'].map(bold).join(',\n'),
  ])
}

function keyItem([key, spec]: readonly [string, OptionText]): string {
  const { flags, value, help } = spec
  const isOff = flags.some(flag => flag.startsWith('--no-'))
  const repeated = spec.repeatable ? ' Separate several by commas.' : ''
  const term =
    value === undefined
      ? bold(`${key} = ${isOff ? 'false' : 'true'}`)
      : `${bold(`${key} =`)} ${italic(value)}`
  return item(term, help + repeated, keyNamed)
}

/** The table uses flags: this page shows the key instead, if there is one. */
function keyNamed(flag: string): string {
  const key = keyOf({ flags: [flag] })
  return GENERAL_KEYS.has(key) ? key : flag
}

const row = ([term, meaning]: readonly [string, string]): string => item(bold(term), meaning)

const rows = (name: string, all: readonly (readonly [string, string])[]): string[] => [
  heading(name),
  ...all.map(row),
]
