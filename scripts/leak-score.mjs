// `npm run leak-score -- [FILE...]`: how well memmon's detector tells leaks from the rest, beside other ways, over
// recordings in JSON Lines (.jsonl or .jsonl.gz); without a file over those that test/trend makes. See docs/growth.md.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { ROOT } from './setup.mjs'
import { bundle } from './test-bundle.mjs'

const { positionals: files } = parseArgs({ allowPositionals: true })
const folder = mkdtempSync(join(ROOT, 'node_modules', '.leak-score-'))
try {
  const { builtIn, tables } = await bundled()
  const traces = files.length > 0 ? files.flatMap(read) : builtIn()
  const samples = traces.reduce((sum, one) => sum + one.samples.length, 0)
  console.log(`${traces.length} recordings, ${samples} samples\n`)
  console.log(tables(traces).join('\n'))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function bundled() {
  const outfile = join(folder, 'leak-score.mjs')
  await bundle('test/trend/leak-score.ts', outfile)
  return await import(pathToFileURL(outfile).href)
}

function read(file) {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    try {
      return [JSON.parse(line)]
    } catch (error) {
      throw new Error(`${file}: line ${at + 1} is not JSON: ${error.message}`)
    }
  })
}
