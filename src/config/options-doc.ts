// docs/options.md, made from the table in options.ts; `npm run docs` writes it, a test compares it.
import type { OptionSpec } from './option.ts'
import { OPTIONS, VALUE_FORMS } from './options.ts'

/** The whole of docs/options.md. */
export function optionsMarkdown(): string {
  return `# Options

Made by \`npm run docs\` from src/config/options.ts, as \`memmon --help\` is. The examples are what stands
behind \`command=\` in supervisord.conf.

${VALUE_FORMS.map(form => `- ${form}`).join('\n')}

${OPTIONS.map(section).join('\n')}`
}

function section(spec: OptionSpec): string {
  const value = spec.value === undefined ? '' : ` ${spec.value}`
  const repeated = spec.repeatable ? ' May be given more than once.' : ''
  return `## ${spec.flags.map(flag => `\`${flag}${value}\``).join(', ')}

${spec.help}${repeated}

    memmon ${spec.example}

${spec.exampleHelp[0]?.toUpperCase()}${spec.exampleHelp.slice(1)}.
`
}
