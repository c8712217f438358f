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
       memmon check [options]         show all processes and what would be done
       memmon explain NAME [options]  show all about one process, and why
       memmon test-notify [options]   send a test message by every channel

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
  check: `Usage: memmon check [options]

Looks once at every process of supervisord's, and prints its size, its limit, the
rule that decides and what memmon would do now. It changes nothing. Exit code: 0
if nothing is over a limit, 1 if something is, 2 if it could not look.`,
  explain: `Usage: memmon explain NAME [options]

Looks once at one process of supervisord's, and prints every rule, whether it
matches, the figures, and why memmon would act or not. It changes nothing. Exit
code: 0 if it is under its limits, 1 if it is over one, 2 if it could not look.`,
  'test-notify': `Usage: memmon test-notify [options]

Sends one message, marked as a test, by every channel that the options name, and
prints what each of them answered. Exit code: 0 if all took it, 1 if one did not,
2 if the options are wrong.`,
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
  return `${COMMAND_HELP[command]}

The rules come from the options of the listener (memmon --help), --config among
them. supervisord is found by --server-url, by SUPERVISOR_SERVER_URL, or in
supervisord.conf, as supervisorctl finds it.

  -C, --configuration <file>
      supervisord.conf, if it is not where supervisorctl looks.
${command === 'check' ? '  --json\n      Print JSON.\n' : ''}
Example:
  memmon ${command} ${command === 'check' ? '' : 'web '}-a 200MB -C /etc/supervisor/supervisord.conf
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
