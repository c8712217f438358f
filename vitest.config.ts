import { defineConfig } from 'vitest/config'

/** Longer than any wait of a test, so that the wait says what it waited for: test/helpers/wait.ts. */
const HANGS_AFTER_MS = 300_000

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // End-to-end tests mostly wait for supervisord's ticks: more files than cores can wait side by side.
    maxWorkers: 4,
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
  },
})
