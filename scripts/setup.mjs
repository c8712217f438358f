// What the tests and the demo need on a fresh clone: npm packages, the build, supervisord, and for the tests what
// test-programs.json lists. Installs what is missing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')

/** The oldest Node that memmon runs on, as package.json says. */
const NODE_MAJOR = 20

/** Everything, in order; each step is quick when there is nothing to do. Ends the process with one line if it cannot. */
export function setup({ forTests = false } = {}) {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
    fail(`Node ${NODE_MAJOR} or later is needed, and this is ${process.version}: install a later one`)
  }
  // The one step that may be impossible comes first: nobody waits for packages only to be told so.
  installPrograms(forTests ? [...PROGRAMS, ...FOR_TESTS] : PROGRAMS)
  installPackages()
  build()
}

/** What the folder's package-lock.json names, unless it is there. */
export function installPackages(folder = ROOT, options = []) {
  if (packagesAreThere(folder)) return
  say(folder === ROOT ? 'installing npm packages' : `installing npm packages in ${relative(ROOT, folder)}`)
  // Not `npm ci`: it refuses a lock file without the packages that biome offers for other platforms, and not every
  // registry has those. --no-save keeps to the lock file and leaves it as it is. --include=dev because, under
  // NODE_ENV=production too, the build and the tests are made of development packages.
  // --global and --dry-run are said because an outer npm, as in `npm pack --dry-run`, hands down its own options.
  const mode = ['--no-save', '--include=dev', '--global=false', '--dry-run=false']
  run('npm', [
    'install',
    '--prefix',
    folder,
    ...mode,
    ...options,
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
}

/** True if what npm wrote down as installed is what package-lock.json asks for: a checkout changes times, not that. */
function packagesAreThere(folder) {
  const marker = join(folder, 'node_modules', '.package-lock.json')
  if (!existsSync(marker)) return false
  const installed = packagesIn(marker)
  return Object.entries(packagesIn(join(folder, 'package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional === true),
  )
}

/** Builds if anything is missing, or made of other sources than these. */
export function build() {
  const built = ['build/cli/main.js', 'dist/main.cjs'].every(path => existsSync(join(ROOT, path)))
  if (built && existsSync(BUILT_OF) && readFileSync(BUILT_OF, 'utf8') === sourcesMark()) return
  say('building')
  run(process.execPath, [join(ROOT, 'scripts', 'build.mjs')])
}

/** Left by a build: the mark of its sources. */
export const BUILT_OF = join(ROOT, 'build', 'built-of')

/** What is built, by its content: dates tell nothing where files come from another machine, with another clock. */
export function sourcesMark(root = ROOT) {
  const hash = createHash('sha256')
  const paths = [...filesBelow(join(root, 'src')), join(root, 'tsconfig.json')].sort()
  for (const path of paths) {
    const content = readFileSync(path)
    hash.update(`${relative(root, path)} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** What has to be on PATH: how it is tried, and the package of Debian's that brings it. */
const PROGRAMS = [
  { name: 'supervisord', args: ['--version'], from: 'supervisor' },
  { name: 'ps', args: [], from: 'procps' },
]
/** What only the tests need: a line for each, with its reason and its download. */
const FOR_TESTS = JSON.parse(readFileSync(join(import.meta.dirname, 'test-programs.json'), 'utf8'))
/** On a machine that has just been set up, its own updates may be under way. */
const LOCK_WAIT = 'DPkg::Lock::Timeout=300'

function installPrograms(programs) {
  const missing = programs.filter(({ name, args }) => !runs(name, args))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(({ from }) => from))]
  const names = missing.map(({ name }) => name).join(' and ')
  const what = `${names} ${missing.length === 1 ? 'is' : 'are'} missing`
  if (process.getuid?.() !== 0)
    fail(`${what}: install first, as root, with: apt-get install ${packages.join(' ')}`)
  if (!runs('apt-get', ['--version'])) {
    fail(
      `${what}, and apt-get, which would install ${packages.join(' and ')}, is not here: put ${names} on PATH`,
    )
  }
  say(`installing Debian's ${packages.join(' and ')}`)
  run('apt-get', ['update', '-qq'])
  const options = ['-y', '-qq', '--no-install-recommends', '-o', LOCK_WAIT]
  // Outside runlevels 2 to 5 their services do not start on a system without systemd.
  run('apt-get', ['install', ...options, ...packages], { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' })
  for (const { name, args, from } of missing) {
    if (!runs(name, args)) fail(`${from} is installed, but no ${name} is on PATH: see to PATH`)
  }
}

function run(command, args, environment = {}) {
  // Their output is of interest only to whoever looks for a fault: it goes to stderr.
  const { status, signal, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...environment },
  })
  if (status === 0) return
  fail(`"${[command, ...args].join(' ')}" failed (${error?.message ?? signal ?? `exit code ${status}`})`)
}

const runs = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

const packagesIn = lock => JSON.parse(readFileSync(lock, 'utf8')).packages

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
}

const say = text => console.error(`memmon setup: ${text}`)

function fail(text) {
  say(text)
  process.exit(1)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) setup()
