// How help looks: commander's, in the groups of the table; on one screen, or with every option in full.

import type { Command } from '../config/commander.ts'
import { OPTION_GROUPS } from '../config/option-text.ts'
import { OPTIONS, optionTerm, VALUE_FORMS } from '../config/options.ts'
import type { CommandText } from './command-text.ts'
import { COMMAND_TEXTS } from './command-texts.ts'

const WIDTH = 80

const DESCRIPTION = `Restarts supervisord's programs that exceed a memory limit, and emails you.
supervisord starts it, by these lines in supervisord.conf:
  [eventlistener:memmon]
  command=memmon -a 200MB -m bob@example.com
  events=TICK_60`

const MORE = '\nmemmon --help all shows every option and command; memmon check --help, its own.'
/** Commands that few people need, and that one screen has no room for. */
const RARE: readonly string[] = [
  'agents',
  'analyse',
  'completion',
  'drain',
  'dump',
  'mute',
  'report',
  'restart',
  'sample',
  'suggest',
  'unmute',
]

/** Gives the program and its commands their texts. */
export function configureHelp(program: Command, isAll: boolean): void {
  program.configureHelp({ helpWidth: WIDTH }).usage('[command] [options]').description(DESCRIPTION)
  for (const [name, text] of Object.entries(COMMAND_TEXTS)) {
    const command = program.commands.find(one => one.name() === name)
    command?.summary(text.summary).description(text.help).helpOption('-h, --help', 'show this')
    command?.addHelpText(
      'after',
      helper => `\n${wrapped(text.more, helper.command)}\n\n${examplesText(name, text)}`,
    )
  }
  // Only when it is about to be shown: commander suggests from what it would show.
  program.on('beforeHelp', () => (isAll ? showAll(program) : showBrief(program)))
}

const wrapped = (text: string, command: Command): string => command.createHelp().boxWrap(text, WIDTH)

const examplesText = (name: string, { examples }: CommandText): string =>
  `Examples:\n${examples.map(([args, what]) => `  ${`memmon ${name} ${args}`.trimEnd().padEnd(40)}${what}`).join('\n')}`

/** What fits one screen: no blank lines between the groups. */
function showBrief(program: Command): void {
  for (const [option, spec] of withSpecs(program)) {
    option.helpGroup(`${OPTION_GROUPS[spec.group]}:`)
    if (spec.brief === undefined) option.hideHelp()
  }
  program
    .configureHelp({
      helpWidth: WIDTH,
      visibleCommands: ({ commands }) => commands.filter(one => isShown(one)),
      formatItemList: (heading, items) => (items.length > 0 ? [heading, ...items] : []),
    })
    .addHelpText('after', MORE)
}

const isShown = (command: Command): boolean =>
  Object.hasOwn(COMMAND_TEXTS, command.name()) && !RARE.includes(command.name())

/** Each option with all its names and all that there is to say, below it. */
function showAll(program: Command): void {
  const terms = new Map<string, string>()
  for (const [option, spec] of withSpecs(program)) {
    option.helpGroup(`${OPTION_GROUPS[spec.group]}:`)
    option.description = spec.help
    terms.set(option.flags, optionTerm(spec))
  }
  program
    .configureHelp({
      helpWidth: WIDTH,
      optionTerm: ({ flags }) => terms.get(flags) ?? flags,
      formatItem: (term, _, description, helper) =>
        `  ${term}\n      ${helper.boxWrap(description, WIDTH - 6).replaceAll('\n', '\n      ')}`,
    })
    .addHelpText('after', `\n${VALUE_FORMS.map(form => wrapped(form, program)).join('\n')}`)
}

const withSpecs = (program: Command) =>
  program
    .createHelp()
    .visibleOptions(program)
    .flatMap(option => {
      const spec = OPTIONS.find(({ flags }) => flags.some(flag => flag === option.long))
      return spec ? [[option, spec] as const] : []
    })
