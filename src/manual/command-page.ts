// memmon(1), generated from the options and the commands for people; `npm run docs` writes it, a test compares
// it.
import type { OptionSpec } from '../config/option.ts'
import { OPTION_GROUPS, valueTerm } from '../config/option-text.ts'
import { OPTIONS, VALUE_FORMS } from '../config/options.ts'
import { ABOUT, ENVIRONMENT, FILES, LISTENER, SIGNALS, STATUSES } from './command-texts.ts'
import type { CommandOption, ManualCommand } from './commands.ts'
import { bold, example, heading, indented, italic, item, page, paragraph, subheading } from './roff.ts'

/** The whole of man/memmon.1. */
export function commandPage(commands: readonly ManualCommand[], version: string, date: string): string {
  const title = { name: 'memmon', section: 1, version, date, heading: 'User Commands' }
  return page(title, [
    heading('Name'),
    'memmon \\- restart programs of supervisord that exceed a memory limit',
    heading('Synopsis'),
    synopsis(commands),
    heading('Description'),
    paragraph(ABOUT),
    example(LISTENER),
    heading('Commands'),
    paragraph('For people, in a terminal.'),
    ...commands.flatMap(commandItem),
    ...sharedTexts(commands),
    heading('Options'),
    paragraph(
      'Of the listener; check and explain take them, too. Most can be set in memmon.conf(5) instead.',
    ),
    ...Object.entries(OPTION_GROUPS).flatMap(([group, name]) => [
      subheading(name),
      ...OPTIONS.filter(spec => spec.group === group).map(optionItem),
    ]),
    heading('Values'),
    ...VALUE_FORMS.map(paragraph),
    ...rows('Exit status', STATUSES),
    ...rows('Signals', SIGNALS),
    ...rows('Environment', ENVIRONMENT),
    ...rows('Files', FILES),
    heading('Examples'),
    ...OPTIONS.filter(({ brief }) => brief !== undefined).flatMap(shown),
    heading('See also'),
    ['memmon.conf(5)', 'supervisord(1)', 'supervisorctl(1)'].map(bold).join(',\n'),
  ])
}

const synopsis = (commands: readonly ManualCommand[]): string =>
  [
    `${bold('memmon')} [${italic('option')} ...]`,
    ...commands.map(one => `${bold('memmon')} ${usage(one)}`),
  ].join('\n.br\n')

const usage = ({ name, args, options }: ManualCommand): string =>
  [
    bold(name),
    ...args.map(one => argument(one.name)),
    ...(options.length > 0 ? [`[${italic('option')} ...]`] : []),
  ].join(' ')

/** `<process>` and `[name...]`, the name in italics. */
const argument = (name: string): string => {
  const [, open = '', word = '', dots = ''] = /^([<[])(.*?)(\.\.\.)?[>\]]$/.exec(name) ?? []
  const text = italic(word) + (dots && ' ...')
  return open === '[' ? `[${text}]` : text
}

const commandItem = (command: ManualCommand): string[] => [
  item(usage(command), command.help.replaceAll('\n', ' ')),
  ...indented([
    ...command.options.map(optionItem),
    paragraph('Examples:'),
    ...command.examples.map(([args, what]) => item(bold(`memmon ${command.name} ${args}`.trimEnd()), what)),
  ]),
]

/** What several commands have in common, once. */
function sharedTexts(commands: readonly ManualCommand[]): string[] {
  const texts = new Map<string, string[]>()
  for (const { name, more } of commands) texts.set(more, [...(texts.get(more) ?? []), name])
  return [...texts].map(([text, names]) => item(names.map(bold).join(', '), text))
}

function optionItem(spec: CommandOption | OptionSpec): string {
  const value = 'value' in spec && spec.value !== undefined ? valueTerm(spec) : ''
  const names = spec.flags.map(bold).join(', ')
  const repeated = 'repeatable' in spec && spec.repeatable ? ' May be given more than once.' : ''
  return item(value === '' ? names : `${names} ${argument(value.trim())}`, spec.help + repeated)
}

const shown = ({ example: args, exampleHelp: what }: OptionSpec): string[] => [
  paragraph(`${what[0]?.toUpperCase()}${what.slice(1)}:`),
  example(`memmon ${args}`),
]

const rows = (name: string, all: readonly (readonly [string, string])[]): string[] => [
  heading(name),
  ...all.map(([term, meaning]) => item(bold(term), meaning)),
]
