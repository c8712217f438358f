// A planted leak comes first, whatever else the program allocates: by package and by function. The whole promise, 5 KB/s in
// 10 MB/s of churn three times each, is test/slow/agent-leaks.slow.ts.
import { expect, test } from 'vitest'
import { LEAKS, sampleLeak } from '../helpers/agent-app.ts'

test.concurrent.each(LEAKS)('%s', { concurrent: true }, async kind => {
  const report = await sampleLeak({
    kind,
    leakBytesASecond: 50_000,
    churnBytesASecond: 2_000_000,
    durationMs: 8_000,
  })
  expect(report.by_package[0]?.data).toBe(`leak-${kind}`)
  expect(report.by_location[0]?.data).toContain(`/node_modules/leak-${kind}/index.js:`)
})
