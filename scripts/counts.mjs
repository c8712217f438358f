// What `npm test` closes with. Also the vitest reporter that counts: its JSON reporter knows of tests alone, and a run
// fails for more: an unhandled error, a file that cannot be loaded, a hook around tests.
import { readFileSync, writeFileSync } from 'node:fs'

/** Where the reporter leaves its counts. */
const COUNTS_FILE = 'MEMMON_TEST_COUNTS'

/** The environment for a vitest with this reporter that leaves its counts in `path`. */
export const countsTo = path => ({ [COUNTS_FILE]: path })

export default class CountsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const inState = state => tests.filter(test => test.result().state === state).length
    const groups = modules.flatMap(module => [module, ...module.children.allSuites()])
    const [passed, failed] = [inState('passed'), inState('failed')]
    const counts = {
      passed,
      failed,
      skipped: tests.length - passed - failed,
      broken: groups.filter(group => group.errors().length > 0).length,
      unhandled: unhandledErrors.length,
    }
    writeFileSync(process.env[COUNTS_FILE], JSON.stringify(counts))
  }
}

/** undefined if vitest has ended before it could count. */
export function readCounts(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** The lines to close with, the last one being the counts; `failed` counts whatever makes the run fail. */
export function closing({ counts, exitCode, typesHold, styleHolds, isCi }) {
  const { passed, failed, skipped, broken, unhandled } = counts ?? NOTHING
  const faults = [
    [failed, ''],
    [broken, `${broken} files or hooks failed outside of a test: see above`],
    [unhandled, `${unhandled} errors that no test caught: see above`],
    [typesHold ? 0 : 1, 'Types failed: npm run typecheck'],
    [styleHolds ? 0 : 1, 'Style failed: npm run lint'],
    [isCi ? skipped : 0, `${skipped} skipped: in CI that is a failure`],
  ].filter(([count]) => count > 0)
  const known = faults.reduce((sum, [count]) => sum + count, 0)
  const others = known === 0 && (exitCode !== 0 || passed === 0) ? 1 : 0
  const lines = faults.map(([, text]) => text).filter(text => text !== '')
  if (others > 0)
    lines.push(counts ? 'No test has run, or vitest failed: see above' : 'vitest has ended early: see above')
  return {
    isGood: known + others === 0,
    lines: [...lines, `${passed} passed, ${known + others} failed, ${skipped} skipped`],
  }
}

const NOTHING = { passed: 0, failed: 0, skipped: 0, broken: 0, unhandled: 0 }
