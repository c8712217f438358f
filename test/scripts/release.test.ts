// What a release is held to, and the bill of materials of what is packed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { BUNDLED } from '../../scripts/bundle.mjs'
import { type Materials, releaseFaults } from '../../scripts/release-faults.mjs'
import { billOfMaterials } from '../../scripts/sbom.mjs'
import { ROOT, readDocument } from '../helpers/documents.ts'

const packageJson = JSON.parse(readDocument('package.json'))

describe('the bill of materials', () => {
  let materials: Materials
  beforeAll(() => {
    materials = billOfMaterials()
  })

  test('is of memmon, in the form of CycloneDX', () => {
    expect(materials).toMatchObject({ bomFormat: 'CycloneDX', specVersion: expect.stringMatching(/^1\.\d$/) })
    expect(materials.metadata.component).toMatchObject({ name: 'memmon', version: packageJson.version })
  })

  test('has all that memmon depends on, all whose code is in its files, and nothing else', () => {
    const needed = [...Object.keys(packageJson.dependencies), 'ansi-regex']
    const held = [
      ...readFileSync(join(ROOT, 'dist', 'licences.txt'), 'utf8').matchAll(/^([a-z\d-]+)\n\n/gm),
    ].map(([, name]) => name)
    expect(held).toEqual(expect.arrayContaining(BUNDLED))
    const { packages } = JSON.parse(readDocument('package-lock.json'))
    const names = materials.components.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([...needed, ...BUNDLED]))
    expect(
      Object.keys(packageJson.devDependencies)
        .filter(name => names.includes(name))
        .sort(),
    ).toEqual([...BUNDLED].sort())
    for (const { name, version } of materials.components)
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version)
  })

  test('its references lead to what is in it', () => {
    const references = new Set(materials.dependencies.map(({ ref }) => ref))
    expect(references.size).toBe(materials.components.length + 1)
    for (const { dependsOn } of materials.dependencies)
      for (const one of dependsOn) expect(references).toContain(one)
  })

  test('each has a licence that may be packed with MIT', () => {
    expect(releaseFaults({ ...READY, materials })).toEqual([])
  })
})

const READY = {
  version: '1.2.0',
  repository: 'https://git.example.com/memmon',
  changelog: '# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-22\n\n- x\n',
  documents: [{ path: 'man/memmon.1', text: 'x', made: 'x' }],
  materials: { components: [] },
  tags: ['v1.2.0'],
  changes: [],
}
const GPL = {
  name: 'x',
  version: '1.0.0',
  purl: 'pkg:npm/x@1.0.0',
  licenses: [{ license: { id: 'GPL-3.0-only' } }],
}

test.each<[what: string, change: Partial<Parameters<typeof releaseFaults>[0]>, faults: unknown[]]>([
  ['nothing', {}, []],
  ['no repository', { repository: undefined }, [expect.stringMatching(/^package\.json: no repository: /)]],
  ['a file that is not committed', { changes: [' M src/x.ts'] }, ['git: not committed: M src/x.ts']],
  ['no tag', { tags: ['v1.1.0'] }, ['git: this commit has no tag v1.2.0']],
  [
    'no date',
    { changelog: READY.changelog.replace('2026-11-22', 'unreleased') },
    ['CHANGELOG.md: [1.2.0] has no date'],
  ],
  [
    'something under Unreleased',
    { changelog: READY.changelog.replace('\n\n## [1', '\n\n- y\n\n## [1') },
    ['CHANGELOG.md: [Unreleased] is not empty: move it to the version'],
  ],
  [
    'an old page',
    { documents: [{ path: 'man/memmon.1', text: 'x', made: 'y' }] },
    ['man/memmon.1: not what the table makes of it: npm run docs'],
  ],
  [
    'a licence',
    { materials: { components: [GPL] } },
    [expect.stringMatching(/^pkg:npm\/x@1\.0\.0: no licence of /)],
  ],
])('%s keeps it from being a release', (_, change, faults) => {
  expect(releaseFaults({ ...READY, ...change })).toEqual(faults)
})
