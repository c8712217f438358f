// `npm run docs`: writes docs/options.md from the table of options.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, ROOT } from './setup.mjs'

build()
const { optionsMarkdown } = await import('../build/config/options-doc.js')
writeFileSync(join(ROOT, 'docs', 'options.md'), optionsMarkdown())
