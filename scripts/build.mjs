// Builds from nothing, so that no file of a removed module is packed: build/ holds the modules one by one, for the
// scripts of this folder; dist/, which is packed, holds the command as five files, which start faster and smaller.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUILT_OF, installPackages, ROOT, sourcesMark } from './setup.mjs'

installPackages() // `npm pack` on a fresh clone begins here
const mark = sourcesMark()
for (const folder of ['build', 'dist']) rmSync(join(ROOT, folder), { recursive: true, force: true })
const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
process.exitCode = spawnSync(process.execPath, [tsc, '-p', ROOT], { stdio: 'inherit' }).status ?? 1
if (process.exitCode === 0) {
  const { bundle } = await import('./bundle.mjs') // esbuild may have come only now
  await bundle(ROOT, mark)
  writeFileSync(BUILT_OF, mark)
}
