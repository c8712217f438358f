// StrykerJS over some files of src: changes them one place at a time and runs the fast tests that reach that place.
import { Stryker } from '@stryker-mutator/core'

/** What became of each mutant; the working directory has to be the project's. */
export const mutate = (files, workers) =>
  new Stryker({
    mutate: files,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutants/vitest.config.ts', related: true },
    // It would parse tsconfig.json by an API that TypeScript 7 lacks, to no end: vitest strips types by itself.
    tsconfigFile: 'none',
    coverageAnalysis: 'perTest',
    concurrency: workers,
    // On a busy machine only an endless loop takes this long, and most of those are counted out sooner.
    timeoutMS: 10_000,
    ignorePatterns: ['dist', 'build', 'coverage'],
    tempDirName: '.stryker-tmp',
    reporters: [process.stdout.isTTY ? 'progress' : 'progress-append-only'],
    logLevel: 'warn',
  }).runMutationTest()
