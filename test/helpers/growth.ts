// Growth where a test is not about it.
import type { GrowthRecord } from '../../src/check/growth-check.ts'
import { STEADY } from '../../src/trend/verdict.ts'

/** Nothing ever leaks. */
export const recordSteady = (): GrowthRecord => ({
  series: { verdict: STEADY },
  told: undefined,
  increase: undefined,
})
