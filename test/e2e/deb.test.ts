// The Debian package: built, and installed by dpkg into a root folder of its own, whose table of packages says what is there.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, readDocument } from '../helpers/documents.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { confPath } from '../helpers/supervisord-conf.ts'

const packageJson = JSON.parse(readDocument('package.json'))
/** dpkg gives files to root: who is not root is taken for it. */
const AS_ROOT = process.getuid?.() === 0 ? [] : ['fakeroot']

let folder = ''
let deb = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-deb-test-'))
  deb = built('first')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const built = (name: string): string =>
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'deb.mjs'), '--out', join(folder, name)], {
    env: { ...process.env, SOURCE_DATE_EPOCH: '1800000000' },
    encoding: 'utf8',
  }).trim()

/** A root in which these packages are installed, as far as dpkg knows. */
function rootWith(name: string, packages: Readonly<Record<string, string>>): string {
  const root = join(folder, name)
  for (const path of ['info', 'updates', 'triggers'])
    mkdirSync(join(root, 'var/lib/dpkg', path), { recursive: true })
  const entries = Object.entries(packages).map(
    ([one, version]) => `Package: ${one}
Status: install ok installed
Architecture: ${execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim()}
Maintainer: nobody
Version: ${version}
Description: here for its name
`,
  )
  writeFileSync(join(root, 'var/lib/dpkg/status'), entries.join('\n'))
  return root
}

function dpkg(root: string, ...args: string[]) {
  const [command = '', ...rest] = [...AS_ROOT, 'dpkg', `--root=${root}`, '--log=/dev/null', ...args]
  const env = { ...process.env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, rest, { encoding: 'utf8', env })
}

const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))

test.each([
  [
    'no Node',
    { supervisor: '4.2.5-1', libc6: '2.36' },
    /memmon depends on nodejs \(>= 20\.12\); however:\s+Package nodejs is not installed/,
  ],
  [
    "Debian 12's Node",
    { nodejs: '18.20.4', supervisor: '4.2.5-1', libc6: '2.36' },
    /Version of nodejs on system is 18\.20\.4/,
  ],
  ['no supervisor', { nodejs: '20.19.2', libc6: '2.36' }, /memmon depends on supervisor \(>= 4\)/],
])('%s: dpkg says so and leaves it unconfigured', (name, packages, why) => {
  const run = dpkg(rootWith(name.replace(/\W/g, '-'), packages), '-i', deb)
  expect(run.status).toBe(1)
  expect(run.stderr).toMatch(why)
})

test('it has no maintainer scripts, and no files of configuration', () => {
  const names = execFileSync('sh', ['-c', `dpkg-deb --ctrl-tarfile '${deb}' | tar -t`], { encoding: 'utf8' })
  expect(names.trim().split('\n').sort()).toEqual(['./', './control', './md5sums'])
})

test('the same sources make the same file', () => {
  expect(readFileSync(built('second')).equals(readFileSync(deb))).toBe(true)
})

describe('installed', () => {
  let root = ''
  beforeAll(() => {
    root = rootWith('root', { nodejs: '20.19.2', supervisor: '4.2.5-1', libc6: '2.36' })
    const run = dpkg(root, '-i', deb)
    expect(run.status, run.stderr).toBe(0)
  })

  test('what is packed is what npm packs, what that needs, and where Debian looks for the rest', () => {
    const files = filesBelow(join(root, 'usr')).sort()
    const lib = 'lib/memmon'
    const made = ['bin', 'completions', 'dist'].flatMap(path =>
      filesBelow(join(ROOT, path))
        .filter(name => !name.endsWith('.map'))
        .map(name => `${lib}/${path}/${name}`),
    )
    const documents = ['docs', 'examples'].flatMap(path =>
      filesBelow(join(ROOT, path)).map(name => `share/doc/memmon/${path}/${name}`),
    )
    expect(files.filter(name => !name.startsWith(`${lib}/node_modules/`))).toEqual(
      [
        'bin/memmon',
        `${lib}/package.json`,
        ...made,
        ...documents,
        ...['README.md', 'changelog.Debian.gz', 'changelog.gz', 'copyright'].map(
          name => `share/doc/memmon/${name}`,
        ),
        'share/bash-completion/completions/memmon',
        'share/fish/vendor_completions.d/memmon.fish',
        'share/zsh/vendor-completions/_memmon',
        'share/man/man1/memmon.1.gz',
        'share/man/man5/memmon.conf.5.gz',
      ].sort(),
    )
    const modules = readdirSync(join(root, 'usr', lib, 'node_modules'))
    expect(modules).toEqual(expect.arrayContaining(Object.keys(packageJson.dependencies)))
    expect(Object.keys(packageJson.devDependencies).filter(name => modules.includes(name))).toEqual([])
  })

  test('dpkg finds each file as it was packed', () => {
    expect(dpkg(root, '--verify', 'memmon')).toMatchObject({ status: 0, stdout: '' })
  })

  test('its links lead to files of its own, and its pages are those of npm', () => {
    for (const path of [
      'bin/memmon',
      'share/bash-completion/completions/memmon',
      'share/zsh/vendor-completions/_memmon',
    ])
      expect(realpathSync(join(root, 'usr', path))).toContain(join(realpathSync(root), 'usr/lib/memmon'))
    for (const page of packageJson.man) {
      const packed = join(root, 'usr/share/man', `man${page.at(-1)}`, `${page.replace('man/', '')}.gz`)
      expect(gunzipSync(readFileSync(packed)).toString()).toBe(readDocument(page))
    }
    expect(readFileSync(join(root, 'usr/bin/memmon'), 'utf8')).toMatch(/^#!\/usr\/bin\/node\n/)
  })

  test('it restarts a program of a real supervisord, away from the checkout', async () => {
    // What this test runs from is out of reach: only what was installed is loaded.
    const away = join(folder, 'away')
    cpSync(join(root, 'usr'), join(away, 'usr'), { recursive: true, verbatimSymlinks: true })
    const memmon = join(away, 'usr/bin/memmon')
    expect(execFileSync(process.execPath, [memmon, '--version'], { encoding: 'utf8' })).toBe(
      `${packageJson.version}\n`,
    )
    expect(execFileSync(process.execPath, [memmon, 'completion', 'zsh'], { encoding: 'utf8' })).toMatch(
      /^#compdef memmon/,
    )
    const supervisord = await Supervisord.start({
      programs: `${holder('big', 50)}
[eventlistener:memmon]
command=${confPath(process.execPath)} ${confPath(memmon)} -a 30MB
events=TICK_5`,
    })
    try {
      await supervisord.waitForRestart(await supervisord.process('big:big'))
    } finally {
      await supervisord.stop()
    }
  })

  test('purged, nothing of it is left', () => {
    const run = dpkg(root, '--purge', 'memmon')
    expect(run.status, run.stderr).toBe(0)
    expect(existsSync(join(root, 'usr')) ? filesBelow(join(root, 'usr')) : []).toEqual([])
  })
})
