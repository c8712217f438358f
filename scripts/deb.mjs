// `npm run deb [-- --out FOLDER]`: a Debian package of memmon with the npm packages that it needs, built by dpkg-deb alone.
// It starts nothing and has no maintainer scripts. The same sources build the same file.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { neededPackages } from './needed-packages.mjs'
import { build, ROOT } from './setup.mjs'

const { values } = parseArgs({ options: { out: { type: 'string', default: ROOT } } })
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
/** The packaging's revision: 1 until the same memmon is packed in another way. */
const REVISION = 1
const VERSION = `${manifest.version}-${REVISION}`
/** As Debian's own tools read them. */
const { DEBFULLNAME = 'the memmon authors', DEBEMAIL = 'memmon@memmon.invalid' } = process.env
const EPOCH_SECONDS = Number(process.env.SOURCE_DATE_EPOCH ?? said('git', ['log', '-1', '--format=%ct']))

const LIB = 'usr/lib/memmon'
const DOC = 'usr/share/doc/memmon'
/** What memmon runs, and where the shells look for their completions. */
const LINKS = {
  'usr/bin/memmon': `${LIB}/bin/memmon.js`,
  'usr/share/bash-completion/completions/memmon': `${LIB}/completions/memmon.bash`,
  'usr/share/zsh/vendor-completions/_memmon': `${LIB}/completions/_memmon`,
  'usr/share/fish/vendor_completions.d/memmon.fish': `${LIB}/completions/memmon.fish`,
}

build()
const root = mkdtempSync(join(tmpdir(), 'memmon-deb-'))
try {
  fill()
  const architecture = said('dpkg', ['--print-architecture'])
  put('DEBIAN/control', control(architecture))
  put('DEBIAN/md5sums', sums())
  tidy()
  const path = join(values.out, `memmon_${VERSION}_${architecture}.deb`)
  mkdirSync(values.out, { recursive: true })
  said('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, path], {
    SOURCE_DATE_EPOCH: String(EPOCH_SECONDS),
  })
  console.log(path)
} catch (thrown) {
  console.error(`memmon deb: ${thrown.message}`)
  process.exitCode = 1
} finally {
  rmSync(root, { recursive: true, force: true })
}

function fill() {
  for (const path of ['package.json', 'bin', 'dist', 'completions', ...neededPackages()])
    cpSync(join(ROOT, path), place(join(LIB, path)), {
      recursive: true,
      filter: from => !from.endsWith('.map'),
    })
  // Debian's own Node, whatever PATH supervisord has: the shell need not search for one.
  const command = readFileSync(join(ROOT, 'bin', 'memmon.js'), 'utf8')
  put(join(LIB, 'bin', 'memmon.js'), command.replace(/^#!\/bin\/sh\n.*?^\*\/\n/ms, '#!/usr/bin/node\n'))
  for (const path of ['README.md', 'docs', 'examples'])
    cpSync(join(ROOT, path), place(join(DOC, path)), { recursive: true })
  put(join(DOC, 'copyright'), copyright())
  put(join(DOC, 'changelog.gz'), gzipped(readFileSync(join(ROOT, 'CHANGELOG.md'))))
  put(join(DOC, 'changelog.Debian.gz'), gzipped(debianChangelog()))
  for (const path of manifest.man)
    put(
      `usr/share/man/man${path.at(-1)}/${path.replace('man/', '')}.gz`,
      gzipped(readFileSync(join(ROOT, path))),
    )
  for (const [path, target] of Object.entries(LINKS))
    symlinkSync(relative(dirname(path), target), place(path))
}

function control(architecture) {
  const [, node] = /^>=([\d.]+)$/.exec(manifest.engines.node)
  return `Package: memmon
Version: ${VERSION}
Architecture: ${architecture}
Maintainer: ${DEBFULLNAME} <${DEBEMAIL}>
Depends: nodejs (>= ${node}), supervisor (>= 4), libc6
Suggests: default-mta | mail-transport-agent
Section: admin
Priority: optional
Installed-Size: ${Math.ceil(files().reduce((sum, path) => sum + lstatSync(join(root, path)).size, 0) / 1024)}
Description: restart programs of supervisord that exceed a memory limit
 memmon is an event listener of supervisord. It restarts the programs that
 exceed their memory limit, and emails you. It tells leaks from growth that
 levels off, keeps histories, and lets workers finish their work first.
 .
 Installing it starts nothing: add a section to supervisord's configuration,
 as /usr/share/doc/memmon/docs/install.md says.
`
}

function copyright() {
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: memmon

Files: *
Copyright: ${/Copyright \(c\) (.*)/.exec(readFileSync(join(ROOT, 'LICENSE'), 'utf8'))?.[1]}
License: Expat
${readFileSync(join(ROOT, 'LICENSE'), 'utf8').split('\n').slice(4).join('\n').trim().replace(/^$/gm, '.').replace(/^/gm, ' ')}
Comment:
 Code of other packages is in /${LIB}/dist, with its licences in licences.txt
 there, and in /${LIB}/node_modules, with a licence beside each.
`
}

function debianChangelog() {
  return `memmon (${VERSION}) unstable; urgency=medium

  * memmon ${manifest.version}: see changelog.gz.

 -- ${DEBFULLNAME} <${DEBEMAIL}>  ${new Date(EPOCH_SECONDS * 1000).toUTCString().replace('GMT', '+0000')}
`
}

/** Of each installed file, as dpkg --verify reads them. */
function sums() {
  return files()
    .filter(path => !lstatSync(join(root, path)).isSymbolicLink())
    .map(
      path =>
        `${createHash('md5')
          .update(readFileSync(join(root, path)))
          .digest('hex')}  ${path}\n`,
    )
    .join('')
}

function files() {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .filter(path => !path.startsWith('DEBIAN/'))
    .sort()
}

/** The modes and times of a package, whatever those of this checkout are. */
function tidy() {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name)
    const mode = entry.isDirectory() || path.endsWith('/bin/memmon.js') ? 0o755 : 0o644
    if (!entry.isSymbolicLink()) chmodSync(path, mode)
    lutimesSync(path, EPOCH_SECONDS, EPOCH_SECONDS)
  }
  chmodSync(root, 0o755)
  lutimesSync(root, EPOCH_SECONDS, EPOCH_SECONDS)
}

function gzipped(content) {
  return gzipSync(content, { level: 9 })
}

function put(path, content) {
  writeFileSync(place(path), content)
}

function place(path) {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  return join(root, path)
}

/** What the command prints; throws its words if it fails. */
function said(command, args, environment = {}) {
  const run = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  })
  if (run.status === 0) return run.stdout.trim()
  console.error(
    `memmon deb: "${command} ${args.join(' ')}" failed: ${run.error?.message ?? run.stderr.trim()}`,
  )
  process.exit(1)
}
