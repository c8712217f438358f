// When a listener counts as silent: by its own period, as memmon itself judges it.
import { expect, test } from 'vitest'
import { hearingOf } from '../../src/status/hearing.ts'
import { silenceMs } from '../../src/supervisor/deafness.ts'

const NOW = 1_700_000_000_000
const ago = (seconds: number) => NOW - seconds * 1000

test.each<[tick: number | undefined, period: number | undefined, started: number, kind: string]>([
  [3, 5, 900, 'hears'],
  [60, 5, 900, 'hears'],
  [61, 5, 900, 'silent'],
  [240, 60, 900, 'hears'],
  [241, 60, 900, 'silent'],
  [14_400, 3600, 90_000, 'hears'],
  [14_401, 3600, 90_000, 'silent'],
  [-30, 60, 900, 'hears'],
  [undefined, undefined, 10, 'starting'],
  [undefined, undefined, 75, 'starting'],
  [undefined, undefined, 76, 'silent'],
])('a tick %s s ago, each %s s, started %s s ago: %s', (tick, periodSeconds, started, kind) => {
  const tickAtMs = tick === undefined ? undefined : ago(tick)
  const heard = hearingOf({ tickAtMs, periodSeconds, startedAtMs: ago(started) }, NOW, silenceMs)
  expect(heard.kind).toBe(kind)
  if (heard.kind === 'starting') expect(heard.sinceMs).toBe(ago(started))
  if (heard.kind === 'silent') expect(heard.sinceMs).toBe(tickAtMs ?? ago(started))
  // The date was set back since: no tick is in the future.
  if (heard.kind === 'hears') expect(heard.tickAtMs).toBe(Math.min(NOW, tickAtMs ?? 0))
})
