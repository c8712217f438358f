// `npm test`: sets up what is missing, checks types and style, runs vitest, and closes with one line of counts.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, setup } from './setup.mjs'

setup()
const bin = (...path) => join(ROOT, 'node_modules', ...path)
const node = (...args) => spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1

const types = node(bin('typescript', 'bin', 'tsc'), '-p', 'test/tsconfig.json')
const style = node(bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.')
const folder = mkdtempSync(join(tmpdir(), 'memmon-test-'))
const report = join(folder, 'report.json')
const tests = node(
  bin('vitest', 'vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
)
const counts = countsOf(report)
rmSync(folder, { recursive: true, force: true })

if (types !== 0) console.log('The types do not hold: npm run typecheck')
if (style !== 0) console.log('The style does not hold: npm run lint')
if (process.env.CI && counts.skipped > 0) console.log('A skipped test is a failure here')
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
const good =
  types === 0 && style === 0 && tests === 0 && counts.passed > 0 && !(process.env.CI && counts.skipped > 0)
process.exit(good ? 0 : 1)

function countsOf(path) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(path, 'utf8'),
    )
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 } // vitest ended before it could report
  }
}
