// A day of 1,000 processes in simulated time: what is kept does not grow, on the disk neither. Some leak, some have teeth,
// some restart each half hour. Every tick of TICK_5 comes in the first and the last two hours; in between one of six does,
// which is one a bucket: the others would change two numbers each, and the test take a minute.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Histories } from '../../src/history/histories.ts'
import { HistoryFile } from '../../src/history/history-file.ts'
import { HISTORY_FILE } from '../../src/history/read-history.ts'
import { EPOCH_MS, MB } from './tracking.ts'

const PROCESSES = 1000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const usedBytes = (): number => {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('memory is level from hour 6 to hour 24, and 1,000 processes with ten lives each take less than 20 MB of disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-day-'))
  const histories = new Histories(() => 5)
  let nowSeconds = 0
  const now = () => ({ atMs: EPOCH_MS + nowSeconds * 1000, atSeconds: nowSeconds })
  const sleep = () => new Promise<void>(() => {})
  const file = new HistoryFile({ run: 'run', histories, now, isBusy: () => false, sleep, log: () => {} })
  const names = Array.from({ length: PROCESSES }, (_, number) => `p:${number}`)
  const one = {
    atSeconds: 0,
    atMs: 0,
    bytes: 0,
    limitBytes: 2000 * MB,
    run: { pid: 0, startSeconds: 0 },
    metric: 'rss' as const,
    cumulative: false,
  }
  const passHour = (everySeconds: number) => {
    for (let seconds = 0; seconds < 3600; seconds += everySeconds) {
      nowSeconds += everySeconds
      one.atSeconds = nowSeconds
      one.atMs = EPOCH_MS + nowSeconds * 1000
      const hours = nowSeconds / 3600
      for (let number = 0; number < PROCESSES; number++) {
        one.run.pid = 1 + number + (number % 3 === 0 ? PROCESSES * Math.floor(2 * hours) : 0)
        one.bytes = (100 + (number % 5) * 10 * (hours % 12) + ((nowSeconds / 5) % (1 + (number % 50)))) * MB
        histories.sample(names[number] as string, one)
      }
    }
  }
  const isIntact = async () => true
  try {
    await file.attach({ path: folder, isIntact, remake: async () => {} })
    const used = new Map<number, number>()
    const sizes = new Map<number, number>()
    for (let hour = 1; hour <= 24; hour++) {
      passHour(hour <= 1 || hour >= 23 ? 5 : 30)
      if (hour !== 6 && hour !== 24) continue
      await file.save()
      used.set(hour, usedBytes())
      sizes.set(hour, statSync(join(folder, HISTORY_FILE)).size)
    }
    expect((used.get(24) ?? 0) - (used.get(6) ?? 0)).toBeLessThan(PROCESSES * 256)
    expect(sizes.get(24)).toBeLessThan(1.05 * (sizes.get(6) ?? 0))
    expect(sizes.get(24)).toBeLessThan(20 * MB)
    expect(histories.historyOf('p:0')?.lives).toHaveLength(11)
    expect(histories.historyOf('p:4')?.lives).toHaveLength(1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
