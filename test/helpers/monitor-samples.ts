// What a monitor is given of a process.
import type { Sample } from '../../src/rules/monitor-types.ts'

export const sampleOf = (process: string): Sample => ({
  process,
  group: 'web',
  name: 'web',
  pid: 7,
  startedAt: 0,
  uptimeSeconds: 60,
  rssBytes: 1e6,
})
