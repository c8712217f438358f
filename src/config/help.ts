// `memmon --help`, made from the table in options.ts.
import type { OptionSpec } from './option.ts'
import { OPTIONS, optionTerm, VALUE_FORMS } from './options.ts'

/** The whole of `memmon --help`. */
export function helpText(): string {
  const terms = OPTIONS.map(spec => `  ${optionTerm(spec)}\n      ${wrap(spec.help, 6)}`)
  const examples = OPTIONS.filter(spec => !isAbout(spec)).map(
    spec => `  memmon ${spec.example}\n      ${wrap(spec.exampleHelp, 6)}`,
  )
  return `Usage: memmon [options]
       memmon check [name ...] [options]  show sizes, limits and what is due
       memmon explain name [options]      show all about one process
       memmon test-notify [options]       send a test message by every channel

An event listener for supervisord: at each TICK event it measures supervisord's
processes, restarts those over a limit, and says so by mail. supervisord starts
it, as its supervisord.conf says:

  [eventlistener:memmon]
  command=memmon -a 200MB -m bob@example.com
  events=TICK_60

Options:
${terms.join('\n')}

${VALUE_FORMS.map(form => wrap(form, 0)).join('\n')}

Examples (of the command= line):
${examples.join('\n')}
`
}

const COMMAND_HELP = {
  check: `Usage: memmon check [name ...] [options]

Looks once at supervisord's processes, and prints how large each is, its limit
and what memmon would do now. What is over its limit comes first, then what is
nearest to it. It changes nothing. A name is that of a process or a group, with
* and ? as wildcards; without one, all processes are shown. Exit code: 1 if
something is over its limit, else 2 if memmon could not look or could not read
all rules, else 0.`,
  explain: `Usage: memmon explain name [options]

Looks once at one process of supervisord's, and prints every rule, whether it
matches, the figures, and why memmon would act or not. It changes nothing. Exit
code: 1 if it is over a limit, else 2 if memmon could not look or could not read
all rules, else 0.`,
  'test-notify': `Usage: memmon test-notify [options]

Sends one message, marked as a test, by every channel that the options name,
and prints what each of them answered. Exit code: 0 if all took it, 1 if one did
not, 2 if the options are wrong.`,
} as const

const CHECK_OPTIONS = `  --over
      Show only what is over its limit.
  --sort <order>
      share (what is over first, then by share of the limit), size, name or
      uptime. Default: share
  --watch [time]
      Look again every 2 seconds, or as often as you say; q quits.
  --json
      Print JSON; with --watch one line each.
`

const EXAMPLES = {
  check: [
    ['', 'by the rules of the listeners that run'],
    ["'worker_*' --watch", 'some processes, live'],
    ['-a 200MB', 'by a rule that you think about'],
  ],
  explain: [
    ['web', 'why it is restarted, or is not'],
    ['web -a 200MB', 'by a rule that you think about'],
  ],
} as const

/** `memmon check --help` and the like. */
export function commandHelpText(command: keyof typeof COMMAND_HELP): string {
  if (command === 'test-notify') {
    return `${COMMAND_HELP[command]}

It takes the options of the listener (memmon --help).

Example:
  memmon test-notify -m bob@example.com
`
  }
  const examples = EXAMPLES[command].map(
    ([args, what]) => `  memmon ${command}${args && ` ${args}`}\n      ${what}`,
  )
  return `${COMMAND_HELP[command]}

The rules are those of the [eventlistener:*] sections that run memmon, in
supervisord.conf, which is found as supervisorctl finds it. Rules given here, by
the options of the listener (memmon --help), count in their place. supervisord
is found by --server-url, by SUPERVISOR_SERVER_URL, or in supervisord.conf.

  -C, --configuration <file>
      supervisord.conf, if it is not where supervisorctl looks.
${command === 'check' ? CHECK_OPTIONS : ''}
Examples:
${examples.join('\n')}
`
}

/** --help and --version. */
const isAbout = (spec: OptionSpec): boolean => 'kind' in spec && spec.kind !== 'config'

function wrap(text: string, indent: number): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? ''
    if (last && last.length + word.length + indent >= 80) lines.push(word)
    else lines[lines.length - 1] = last ? `${last} ${word}` : word
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}
