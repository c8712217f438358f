// Real programs, recorded for half an hour by test/slow/growth.slow.ts: what the detector says of them, and when.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { replay } from '../../src/trend/replay.ts'

interface Recording {
  readonly id: string
  readonly interval_s: number
  readonly limit_bytes: number
  readonly samples: readonly { readonly t: number; readonly rss: number; readonly pid: number }[]
}

const packed = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'recordings.jsonl.gz'))
const recordings: readonly Recording[] = String(gunzipSync(packed))
  .trim()
  .split('\n')
  .map(line => JSON.parse(line))

const replayed = (name: string) => {
  const found = recordings.find(({ id }) => id === name)
  if (!found) throw new Error(`${name} was not recorded`)
  const samples = found.samples.map(({ t, rss, pid }) => ({ t, bytes: rss, pid }))
  const result = replay({ intervalSeconds: found.interval_s, limitBytes: found.limit_bytes, samples })
  return { ...result, samples }
}

test('200 kB a second leaks: one alarm, which ends with its restart, and a forecast within a tenth', () => {
  const { alarms, samples } = replayed('leaks')
  const [alarm] = alarms
  if (!alarm) throw new Error('no alarm')
  const [first] = samples
  const restarted = samples.find(({ pid }) => pid !== first?.pid)
  expect(alarms.length).toBe(1)
  expect(alarm.t).toBeLessThan(1_100)
  expect(alarm.untilT).toBe(restarted?.t)
  const seen = samples.find(({ t }) => t === alarm.t)?.bytes ?? 0
  const trueSeconds = ((400 << 20) - seen) / 200_000
  expect(Math.abs((alarm.secondsToLimit ?? 0) - trueSeconds)).toBeLessThan(trueSeconds / 10)
})

test.each([
  ['fills', 'bloat', 'a cache that fills to 60 MB within ten minutes'],
  ['teeth', 'steady', "a collector's teeth"],
  ['holds', 'steady', 'what stays as it is'],
])('%s is %s: %s', (name, verdict) => {
  expect(replayed(name)).toMatchObject({ alarms: [], verdict: { kind: verdict } })
})
