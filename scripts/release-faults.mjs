// What keeps this checkout from being a release, in words. Pure.

/** Packages under these may be packed with memmon (MIT), unchanged and with their licence texts. */
const LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
]

/** `tags` are those of HEAD; `changes` are the lines of git status; `repository` is that of package.json. */
export function releaseFaults({ version, repository, changelog, documents, materials, tags, changes }) {
  const [, unreleased = ''] = /^## \[Unreleased\]\n([\s\S]*?)(?=^## )/m.exec(changelog) ?? []
  return [
    ...(repository
      ? []
      : [
          'package.json: no repository: npm publish --provenance fails without the one that the CI builds from',
        ]),
    ...changes.map(line => `git: not committed: ${line.trim()}`),
    ...(tags.includes(`v${version}`) ? [] : [`git: this commit has no tag v${version}`]),
    ...(new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm').test(changelog)
      ? []
      : [`CHANGELOG.md: [${version}] has no date`]),
    ...(unreleased.trim() === '' ? [] : ['CHANGELOG.md: [Unreleased] is not empty: move it to the version']),
    ...documents
      .filter(({ text, made }) => text !== made)
      .map(({ path }) => `${path}: not what the table makes of it: npm run docs`),
    ...materials.components
      .filter(({ licenses = [] }) => !licenses.some(({ license }) => LICENCES.includes(license?.id)))
      .map(({ purl }) => `${purl}: no licence of ${LICENCES.join(', ')}`),
  ]
}
