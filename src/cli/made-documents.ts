// The documents generated from the table of options and the commands; `npm run docs` writes them, a test compares them.
import { optionsMarkdown } from '../config/options-doc.ts'
import { commandPage } from '../manual/command-page.ts'
import { confPage } from '../manual/conf-page.ts'
import { manualCommands } from './manual-commands.ts'
import { TAKEN } from './parse-by-hand.ts'

/** Path and text of each; `read` reads a file of the package. */
export function madeDocuments(read: (path: string) => string): [path: string, text: string][] {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  const date = dateOf(read('CHANGELOG.md'), version)
  return [
    ['docs/options.md', optionsMarkdown()],
    ['man/memmon.1', commandPage(manualCommands(TAKEN), version, date)],
    ['man/memmon.conf.5', confPage(sampleIn(read('docs/memmon.conf.md')), version, date)],
  ]
}

/** That of the release; none before it: the same sources make the same page on any day. */
const dateOf = (changelog: string, version: string): string =>
  new RegExp(`^## \\[${version}\\] - (\\d{4}-\\d\\d-\\d\\d)$`, 'm').exec(changelog)?.[1] ?? ''

/** The first example of the document, which a test runs. */
const sampleIn = (markdown: string): string => /^```conf\n([\s\S]*?)^```$/m.exec(markdown)?.[1] ?? ''
