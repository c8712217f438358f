// `npm run docs`: writes docs/options.md and the man pages from the table of options and the commands.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, ROOT } from './setup.mjs'

build()
const { madeDocuments } = await import('../build/cli/made-documents.js')
const read = path => readFileSync(join(ROOT, path), 'utf8')
mkdirSync(join(ROOT, 'man'), { recursive: true })
for (const [path, text] of madeDocuments(read)) writeFileSync(join(ROOT, path), text)
