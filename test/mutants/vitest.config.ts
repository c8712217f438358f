// The fast tests, for `npm run mutants`: no supervisord, no memmon as a process of its own.
import { basename } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Slow, with processes of their own, and about nothing but the file they are named after. */
const OF_PROCESSES = /(state-folder|ini|supervisor-conf|pid-namespace)\.test\.ts$/

/** Whatever tells first ends the run of a mutant: the tests named after its file come first, the small ones next. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const names = (this.ctx.config.related ?? []).map(path => basename(path, '.ts'))
    const isNear = (file: TestSpecification) =>
      names.some(name => basename(file.moduleId).startsWith(`${name}.`))
    // The sort of vitest puts what failed before first, then the slowest.
    const sorted = await super.sort(files)
    const others = sorted.filter(file => !isNear(file) && !OF_PROCESSES.test(file.moduleId))
    return [...sorted.filter(isNear), ...others]
  }
}

export default defineConfig({
  test: {
    include: ['test/{config,core,monitor,restart}/**/*.test.ts'],
    // Mutants do not reach the processes that race for a folder, and each race takes many seconds.
    exclude: ['test/restart/state-folder.races.test.ts'],
    sequence: { sequencer: NearestFirst },
    // Each mutant has a fresh worker; within it, the files share what they import.
    isolate: false,
    testTimeout: 20_000,
  },
})
