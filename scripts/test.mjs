// `npm test`: sets up what is missing, checks types and style, runs vitest, and closes with one line of counts.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closing, countsTo, readCounts } from './counts.mjs'
import { ROOT, setup } from './setup.mjs'

setup({ forTests: true })
const bin = (...path) => join(ROOT, 'node_modules', ...path)
const node = (args, more = {}) =>
  spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...more } })
    .status ?? 1

const types = node([bin('typescript', 'bin', 'tsc'), '-p', 'test/tsconfig.json'])
const style = node([bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'])
const folder = mkdtempSync(join(tmpdir(), 'memmon-test-'))
const counted = join(folder, 'counts.json')
const reporters = ['default', join(ROOT, 'scripts', 'counts.mjs')].map(name => `--reporter=${name}`)
const exitCode = node(
  [bin('vitest', 'vitest.mjs'), 'run', ...reporters, ...process.argv.slice(2)],
  countsTo(counted),
)
const { lines, isGood } = closing({
  counts: readCounts(counted),
  exitCode,
  typesHold: types === 0,
  styleHolds: style === 0,
  isCi: Boolean(process.env.CI),
})
rmSync(folder, { recursive: true, force: true })
for (const line of lines) console.log(line)
process.exit(isGood ? 0 : 1)
