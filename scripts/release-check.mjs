// `npm run release-check [-- --out FOLDER]`: says what keeps this checkout from being a release; if nothing does, writes the
// release: tarball, Debian package, bill of materials, and their checksums. It publishes nothing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { releaseFaults } from './release-faults.mjs'
import { billOfMaterials } from './sbom.mjs'
import { build, ROOT } from './setup.mjs'

const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'release') } } })
build()
const { madeDocuments } = await import('../build/cli/made-documents.js')
const read = path => readFileSync(join(ROOT, path), 'utf8')
const { version, repository } = JSON.parse(read('package.json'))
const materials = billOfMaterials()
const faults = releaseFaults({
  version,
  repository,
  changelog: read('CHANGELOG.md'),
  documents: madeDocuments(read).map(([path, made]) => ({ path, made, text: read(path) })),
  materials,
  tags: lines('git', ['tag', '--points-at', 'HEAD']),
  changes: lines('git', ['status', '--porcelain']),
})
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)

const folder = values.out
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
lines('npm', ['pack', '--pack-destination', folder])
lines(process.execPath, [join(ROOT, 'scripts', 'deb.mjs'), '--out', folder])
writeFileSync(join(folder, `memmon-${version}.cdx.json`), `${JSON.stringify(materials, null, 2)}\n`)
const sums = readdirSync(folder).map(name => {
  const sum = createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex')
  return `${sum}  ${name}\n`
})
writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''))
console.log(`memmon ${version} is in ${folder}: docs/releasing.md says what comes next`)

/** The lines that it prints; ends this command with its error if it fails. */
function lines(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' })
  if (status === 0) return stdout.split('\n').filter(line => line !== '')
  console.error(`release-check: "${command} ${args.join(' ')}" failed: ${stderr.trim()}`)
  process.exit(1)
}
