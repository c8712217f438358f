// An npm registry of the packages that are installed here: what memmon depends on is to be had without a network.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './documents.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

export interface Registry {
  readonly url: string
  close(): void
}

/** Serves the dependencies of package.json, with theirs; keeps their packed files in the folder. */
export async function startRegistry(folder: string): Promise<Registry> {
  const manifests = installed(Object.keys(manifestAt(ROOT).dependencies ?? {}))
  const paths = [...manifests.keys()].map(pathOf)
  await promisify(execFile)('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, ...paths])
  const server = createServer((request, response) => {
    const [name = '', file] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split('/-/')
    const manifest = manifests.get(name)
    if (!manifest) response.writeHead(404).end('{}')
    else if (file) response.end(readFileSync(join(folder, file)))
    else response.end(JSON.stringify(documentOf(manifest, `http://${request.headers.host}`)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

/** By name, with all that they depend on. */
function installed(names: readonly string[]): Map<string, Manifest> {
  const found = new Map<string, Manifest>()
  for (const waiting = [...names]; waiting.length > 0; ) {
    const name = waiting.pop() as string
    if (found.has(name)) continue
    const manifest = manifestAt(pathOf(name))
    found.set(name, manifest)
    waiting.push(...Object.keys(manifest.dependencies ?? {}))
  }
  return found
}

/** What a registry says about a package of which there is one version. */
const documentOf = (manifest: Manifest, url: string) => {
  const { name, version } = manifest
  const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
  const dist = { tarball: `${url}/${name}/-/${file}` }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}

const pathOf = (name: string): string => join(ROOT, 'node_modules', name)
const manifestAt = (path: string): Manifest => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
