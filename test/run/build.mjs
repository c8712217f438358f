// Compiles src to dist, from nothing, so that no file of a removed module is packed.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages, ROOT } from './setup.mjs'

installPackages() // `npm pack` on a fresh clone begins here
rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
process.exitCode = spawnSync(process.execPath, [tsc, '-p', ROOT], { stdio: 'inherit' }).status ?? 1
