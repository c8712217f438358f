// A node of another major version, for `npm run bench -- --node 24` and for the tests of the package. The npm package `node`
// contains the binary; it is installed once, beside other tools' files in node_modules, and is no dependency of memmon.
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './setup.mjs'

/** For some 60 MB. */
const INSTALL_MS = 300_000

/** The path of the binary; ends the process with one line if there is none. */
export function nodeOfMajor(major) {
  if (!/^\d+$/.test(major)) fail(`--node ${major}: "${major}" is not a major version: give 24 for Node 24`)
  const folder = join(ROOT, 'node_modules', '.cache', `node-${major}`)
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node')
  if (!runs(binary)) install(major, folder)
  if (!runs(binary)) fail(`Node ${major}: npm has brought no node that runs here`)
  writeOut(binary)
  return binary
}

/** What is not on the disk yet of a file would count as Private_Dirty of the process that runs it: 30 MB. */
function writeOut(path) {
  const fd = openSync(path, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

const runs = binary => existsSync(binary) && spawnSync(binary, ['--version']).status === 0

function install(major, folder) {
  console.error(`installing Node ${major} from npm`)
  mkdirSync(folder, { recursive: true })
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  // A script of the package puts the binary in its place.
  const mode = ['--ignore-scripts=false', '--global=false', '--dry-run=false']
  const { status, error } = spawnSync(
    'npm',
    ['install', '--prefix', folder, ...mode, ...quiet, `node@${major}`],
    { stdio: ['ignore', 2, 'inherit'], timeout: INSTALL_MS },
  )
  if (status === 0) return
  const why = error?.code === 'ETIMEDOUT' ? `not within ${INSTALL_MS / 1000} s` : 'see above'
  fail(`Node ${major}: npm could not install node@${major} (${why}); can its registry be reached?`)
}

function fail(text) {
  console.error(text)
  process.exit(1)
}

// `node scripts/node-binary.mjs 24` prints the path.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  console.log(nodeOfMajor(process.argv[2] ?? ''))
