// What the tests and the demo need on a fresh clone: npm packages, the build, supervisord. Installs what is missing.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Everything, in order; each step is quick when there is nothing to do. */
export function setup() {
  installPackages()
  build()
  installSupervisor()
}

function installPackages() {
  const marker = join(ROOT, 'node_modules', '.package-lock.json')
  if (existsSync(marker) && modifiedAt(marker) >= modifiedAt(join(ROOT, 'package-lock.json'))) return
  say('installing npm packages')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** Compiles src to dist if anything is newer than the last build. */
export function build() {
  const built = join(ROOT, 'dist', 'cli', 'main.js')
  const newest = Math.max(
    ...filesBelow(join(ROOT, 'src')).map(modifiedAt),
    modifiedAt(join(ROOT, 'tsconfig.json')),
  )
  if (existsSync(built) && modifiedAt(built) > newest) return
  say('building')
  run(process.execPath, [join(ROOT, 'test', 'run', 'build.mjs')])
}

function installSupervisor() {
  if (spawnSync('supervisord', ['--version'], { stdio: 'ignore' }).status === 0) return
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) {
    console.error('supervisord is missing: install it first, as root, with: apt-get install supervisor')
    process.exit(1)
  }
  say("installing Debian's supervisor")
  run('apt-get', ['update', '-qq'])
  run('apt-get', ['install', '-y', '-qq', 'supervisor'], { DEBIAN_FRONTEND: 'noninteractive' })
}

function run(command, args, environment = {}) {
  // Their output is of interest only to whoever looks for a fault: it goes to stderr.
  execFileSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2], env: { ...process.env, ...environment } })
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
}

const modifiedAt = path => statSync(path).mtimeMs
const say = text => console.error(`memmon setup: ${text}`)

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) setup()
