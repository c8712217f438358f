// The fast tests, for `npm run mutants`: no supervisord, no memmon as a process of its own.
import { basename, dirname } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** A change in src/rules has to be noticed by test/rules: stricter than by any test, and many times as fast. */
const folderOf = (path: string) => basename(dirname(path))

/** Whatever notices it first ends the run of a mutant: the tests named after its file come first. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const mutated = this.ctx.config.related ?? []
    const folders = mutated.map(folderOf)
    const names = mutated.map(path => `${basename(path, '.ts')}.`)
    const isNear = ({ moduleId }: TestSpecification) =>
      names.some(name => basename(moduleId).startsWith(name))
    // The sort of vitest puts what failed before first, then the slowest.
    const sorted = await super.sort(files.filter(({ moduleId }) => folders.includes(folderOf(moduleId))))
    const near = sorted.filter(isNear)
    // Of several files at once, as in the first run, one may have no test named after it: it needs all of its folder.
    const hasNear = (name: string) => near.some(({ moduleId }) => basename(moduleId).startsWith(name))
    if (process.env.MUTANTS_NEAR && names.every(hasNear)) return near
    return [...near, ...sorted.filter(file => !isNear(file))]
  }
}

export default defineConfig({
  test: {
    include: ['test/{rules,check,restart}/**/*.test.ts'],
    // Mutants do not reach the processes that race for a folder, and each race takes many seconds.
    exclude: ['test/restart/state-folder.races.test.ts'],
    sequence: { sequencer: NearestFirst },
    // Each mutant has a fresh worker; within it, the files share what they import.
    isolate: false,
    testTimeout: 20_000,
  },
})
