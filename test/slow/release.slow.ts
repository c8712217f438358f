// `npm run release-check` in a checkout of its own that is ready for a release, but for its tag, and then with it: what it says, and
// what it makes. It publishes nothing.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT, readDocument } from '../helpers/documents.ts'

const { version } = JSON.parse(readDocument('package.json'))
const FILES = [
  'SHA256SUMS',
  `memmon-${version}.cdx.json`,
  `memmon-${version}.tgz`,
  expect.stringMatching(`^memmon_${version}-1_\\w+\\.deb$`),
]

let folder = ''
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
    cwd: folder,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
    encoding: 'utf8',
  })
const node = (script: string) =>
  spawnSync(process.execPath, [join(folder, 'scripts', script)], { cwd: folder, encoding: 'utf8' })
const change = (path: string, from: string | RegExp, to: string) => {
  const text = readFileSync(join(folder, path), 'utf8')
  expect(text).toMatch(from)
  writeFileSync(join(folder, path), text.replace(from, to))
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-release-'))
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0')
  for (const path of tracked.filter(one => one !== '' && existsSync(join(ROOT, one)))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(ROOT, path), join(folder, path))
  }
  execFileSync('cp', ['-r', join(ROOT, 'node_modules'), folder])
  // As docs/releasing.md has it done by hand.
  change('package.json', '"license"', '"repository": "https://git.example.com/memmon.git",\n  "license"')
  change('CHANGELOG.md', '## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - 2026-11-22\n`)
  expect(node('docs.mjs')).toMatchObject({ status: 0 })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'x')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('without its tag it is no release, and nothing is made', () => {
  const { status, stderr } = node('release-check.mjs')
  expect({ status, stderr }).toEqual({ status: 1, stderr: `git: this commit has no tag v${version}\n` })
  expect(existsSync(join(folder, 'release'))).toBe(false)
})

test('with it, the files that docs/releasing.md lists are made, and their sums are right', () => {
  git('tag', `v${version}`)
  const { status, stdout, stderr } = node('release-check.mjs')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain(`memmon ${version} is in ${join(folder, 'release')}`)
  const release = join(folder, 'release')
  expect(readdirSync(release).sort()).toEqual(FILES)
  const sums = spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], {
    cwd: release,
    encoding: 'utf8',
  })
  expect(sums).toMatchObject({ status: 0, stderr: '' })
  expect(sums.stdout.trim().split('\n')).toHaveLength(FILES.length - 1)
  const tarball = `memmon-${version}.tgz`
  const packed = execFileSync('tar', ['xzOf', join(release, tarball), 'package/package.json'], {
    encoding: 'utf8',
  })
  expect(JSON.parse(packed)).toMatchObject({ version, repository: 'https://git.example.com/memmon.git' })
  const materials = JSON.parse(readFileSync(join(release, `memmon-${version}.cdx.json`), 'utf8'))
  expect(materials.metadata.component).toMatchObject({ name: 'memmon', version })
  expect(git('status', '--porcelain')).toBe('')
})
