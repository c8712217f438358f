// `npm run test:slow`: what takes longer than a run of all other tests.
import { defineConfig } from 'vitest/config'

const HANGS_AFTER_MS = 3_600_000

export default defineConfig({
  test: {
    include: ['test/slow/**/*.slow.ts'],
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
  },
})
