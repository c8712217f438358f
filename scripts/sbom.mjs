// The bill of materials of the package, as CycloneDX: npm's own, of memmon's dependencies and of what its files contain.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolders } from './bundle.mjs'
import { neededPackages } from './needed-packages.mjs'
import { ROOT } from './setup.mjs'

/** npm counts packages bundled into dist/ as for development, and takes the folder's name for memmon's. */
export function billOfMaterials() {
  const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const { metadata, components, dependencies, ...head } = npmSbom()
  // Not npm's own --omit=dev: it leaves out nodemailer, which a development package needs, too.
  const needed = new Set(neededPackages().map(path => installedAs(join(ROOT, path))))
  const bundled = packageFolders(ROOT)
  const packed = components
    .filter(one => needed.has(referenceOf(one)) || bundled.has(one.name))
    .map(one => (bundled.has(one.name) ? { ...one, scope: 'required', properties: [] } : one))
  const named = new Set([metadata.component, ...packed].map(referenceOf))
  return {
    ...head,
    metadata: { ...metadata, component: { ...metadata.component, name, type: 'application' } },
    components: packed,
    dependencies: dependencies
      .filter(({ ref }) => named.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(one => named.has(one)) })),
  }
}

function installedAs(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return `${name}@${version}`
}

const referenceOf = component => component['bom-ref']

function npmSbom() {
  const args = ['sbom', '--sbom-format', 'cyclonedx']
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed: ${stderr.trim()}`)
  return JSON.parse(stdout)
}
