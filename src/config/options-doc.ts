// docs/options.md, made from the table in options.ts; `npm run docs` writes it, a test compares it.
import type { OptionSpec } from './option.ts'
import { OPTION_GROUPS } from './option-text.ts'
import { OPTIONS, optionTerms, VALUE_FORMS } from './options.ts'

/** The whole of docs/options.md. */
export function optionsMarkdown(): string {
  return `# Options

Made by \`npm run docs\` from src/config/options.ts, as \`memmon --help\` is. Each example goes after \`command=\` in
supervisord.conf.

${VALUE_FORMS.map(form => `- ${form}`).join('\n')}

${Object.entries(OPTION_GROUPS)
  .map(([group, heading]) =>
    groupSection(
      heading,
      OPTIONS.filter(spec => spec.group === group),
    ),
  )
  .join('\n')}`
}

const groupSection = (heading: string, specs: readonly OptionSpec[]): string =>
  `## ${heading}

${specs.map(section).join('\n')}`

function section(spec: OptionSpec): string {
  const repeated = spec.repeatable ? ' May be given more than once.' : ''
  return `### ${optionTerms(spec)
    .map(term => `\`${term}\``)
    .join(', ')}

${spec.help}${repeated}

    memmon ${spec.example}

${spec.exampleHelp[0]?.toUpperCase()}${spec.exampleHelp.slice(1)}.
`
}
