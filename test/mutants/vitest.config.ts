// The fast tests, for `npm run mutants`: no supervisord, no memmon as a process of its own.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/{core,monitor,restart,simulate}/**/*.test.ts'],
    testTimeout: 20_000,
  },
})
