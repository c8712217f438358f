// A planted leak comes first, whatever else the program allocates: by package, by file and by function. The whole promise,
// 5 KB/s in 10 MB/s of churn, three times each, is `npm run test:slow`.
import { expect, test } from 'vitest'
import { LEAKS, sampleLeak } from '../helpers/agent-app.ts'

test.concurrent.each(LEAKS)('%s', { concurrent: true }, async kind => {
  const report = await sampleLeak({
    kind,
    leakBytesASecond: Number(process.env.LEAK ?? 50_000),
    churnBytesASecond: Number(process.env.CHURN ?? 2_000_000),
    durationMs: Number(process.env.DUR ?? 8_000),
  })
  if (process.env.SHOW)
    console.log(
      kind,
      JSON.stringify(
        {
          ...report,
          allocated: report.allocated.by_package.slice(0, 4),
          by_location: report.by_location.slice(0, 6),
          by_file: 0,
          by_package: report.by_package.slice(0, 5),
        },
        null,
        1,
      ),
    )
  expect(report.by_package[0]?.data).toBe(`leak-${kind}`)
  expect(report.by_location[0]?.data).toContain(`/node_modules/leak-${kind}/index.js:`)
})
