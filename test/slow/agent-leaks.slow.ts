// The promise of docs/agent.md: leaks of 5 KB/s in 10 MB/s of churn come first within 20 s, three times in a row each.
import { expect, test } from 'vitest'
import { LEAKS, sampleLeak } from '../helpers/agent-app.ts'

const RUNS = LEAKS.flatMap(kind => [1, 2, 3].map(run => [kind, run] as const))

test.each(RUNS)('%s, run %i', async kind => {
  const report = await sampleLeak({
    kind,
    leakBytesASecond: 5_000,
    churnBytesASecond: 10_000_000,
    durationMs: 20_000,
  })
  expect(report.by_package[0]?.data).toBe(`leak-${kind}`)
  expect(report.by_location[0]?.data).toContain(`/node_modules/leak-${kind}/index.js:`)
})
