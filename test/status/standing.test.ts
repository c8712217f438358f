// What memmon status exits with: of each listener the worst that is to be said, of several the highest code.
import { expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { exitCodeOf, standingOf } from '../../src/status/standing.ts'
import type { ListenerStatus } from '../../src/status/status.ts'
import type { Sample } from '../helpers/assessed.ts'
import { before, listenerWith, statusWith } from '../helpers/status.ts'
import { processNamed } from '../helpers/values.ts'

const WEB: Sample = { name: 'web', megabytes: 50 }
const LARGE: Sample = { name: 'web', megabytes: 150 }
const muted = { kind: 'muted', untilMs: 9e15, leftSeconds: 9 } as const
const starting = { kind: 'restarting' } as const
const failing = { ...starting, hasFailed: true } as const
const silent = { kind: 'silent', sinceMs: before(400), tickAtMs: before(400) } as const
const stopped = processNamed('memmon', { state: ProcessState.STOPPED, pid: 0 })

test.each<[what: string, sample: Sample, more: Partial<ListenerStatus>, standing: string, code: number]>([
  ['all within their limits', WEB, {}, 'well', 0],
  ['just started, no tick yet', WEB, { hearing: { kind: 'starting', sinceMs: before(61) } }, 'well', 0],
  ['a version that notes no ticks', WEB, { hearing: { kind: 'unknown' } }, 'well', 0],
  ['over its limit', LARGE, {}, 'over', 1],
  ['over its limit, and muted', { ...LARGE, pending: muted }, {}, 'well', 0],
  ['FATAL', { name: 'web', state: 'FATAL' }, {}, 'down', 1],
  ['BACKOFF', { name: 'web', state: 'BACKOFF' }, {}, 'down', 1],
  ['FATAL, and muted', { name: 'web', state: 'FATAL', pending: muted }, {}, 'well', 0],
  ['FATAL, and nobody watches it', { name: 'web', state: 'FATAL' }, { watched: new Set() }, 'well', 0],
  [
    'stopped by memmon, which could not start it',
    { name: 'web', state: 'STOPPED', pending: failing },
    {},
    'down',
    1,
  ],
  ['stopped by memmon a moment ago', { name: 'web', state: 'STOPPED', pending: starting }, {}, 'well', 0],
  ['stopped by hand', { name: 'web', state: 'STOPPED' }, {}, 'well', 0],
  ['has exited', { name: 'web', state: 'EXITED' }, {}, 'well', 0],
  ['checks fail', LARGE, { failing: { sinceMs: 1, why: 'x' } }, 'failing', 2],
  ['not heard', LARGE, { hearing: silent }, 'silent', 2],
  ['not to be read', LARGE, { unreadable: 'permission denied', hearing: silent }, 'unreadable', 2],
  ['memmon STOPPED', LARGE, { process: stopped, pid: undefined, hearing: silent }, 'stopped', 2],
  ['memmon not loaded', WEB, { process: undefined, pid: undefined }, 'stopped', 2],
  ['a lock and no word of supervisord', WEB, { process: undefined }, 'well', 0],
])('%s', async (_, sample, more, standing, code) => {
  const one = await listenerWith(['-a', '100MB'], [sample], more)
  expect([standingOf(one), exitCodeOf(statusWith([one]))]).toEqual([standing, code])
})

test('a budget that is over counts as a program does', async () => {
  const one = await listenerWith(['-a', '100MB', '--total', '10MB'], [WEB])
  expect(standingOf(one)).toBe('over')
})

test('of several listeners the highest code; none, and no answer of supervisord, are 2', async () => {
  const well = await listenerWith(['-a', '100MB'], [WEB])
  const over = await listenerWith(['-a', '100MB'], [LARGE])
  const deaf = await listenerWith(['-a', '100MB'], [WEB], { hearing: silent })
  const codes = [[well, over], [over, deaf, well], [well, well], []].map(all => exitCodeOf(statusWith(all)))
  expect(codes).toEqual([1, 2, 0, 2])
  expect(exitCodeOf(statusWith([well], { unanswered: 'no answer' }))).toBe(2)
})
