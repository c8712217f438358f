// `memmon --help`, made from the table in options.ts.
import { OPTIONS, type OptionSpec, optionTerm, VALUE_FORMS } from './options.ts'

/** The whole of `memmon --help`. */
export function helpText(): string {
  const terms = OPTIONS.map(spec => `  ${optionTerm(spec)}\n      ${wrap(spec.help, 6)}`)
  const examples = OPTIONS.filter(spec => !isAbout(spec)).map(
    spec => `  memmon ${spec.example}\n      ${wrap(spec.exampleHelp, 6)}`,
  )
  return `Usage: memmon [options]

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
