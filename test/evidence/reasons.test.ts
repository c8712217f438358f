// What is told of a breach of threads_limit carries its reason, read of a real process: this one.
import { beforeEach, expect, test } from 'vitest'
import { Reasons } from '../../src/evidence/reasons.ts'
import type { Noticed, RestartOutcome, RestartRequest } from '../../src/rules/outcome.ts'
import { breached, PROCESS, REQUEST } from '../helpers/jobs.ts'

const THREADS: RestartRequest = {
  ...breached({ metric: 'threads', value: 11, limit: 10 }),
  process: { ...PROCESS, pid: process.pid },
}
const AT = 1_790_000_000_000
const noticed = (what: Noticed['what'], request = THREADS, more: Partial<Noticed> = {}): Noticed => ({
  kind: 'noticed',
  what,
  request,
  occurredAt: AT,
  detail: '',
  ...more,
})
const failed = (phase: 'stop' | 'start'): RestartOutcome => ({
  kind: 'failed',
  request: THREADS,
  occurredAt: AT,
  phase,
  fault: 'x',
})
const CAPPED: RestartOutcome = { kind: 'capped', request: THREADS, occurredAt: AT, cap: '3/1h', until: AT }
const TALLY = /^\d+ threads?: \d+ /

let told: RestartOutcome[]
let logged: (string | undefined)[]
beforeEach(() => {
  told = []
  logged = []
})

const reasonsWith = (evidence = true, evidenceTimeoutSeconds = 60) =>
  new Reasons(
    { evidence, evidenceTimeoutSeconds },
    {
      tell: outcome => void told.push(outcome),
      onReason: (_, { sentences }) => void logged.push(sentences[0]),
      redact: text => text.replaceAll('sleeping', '***'),
      tick: () => performance.now(),
      nowMs: Date.now,
    },
  )

const lastTold = () => told.at(-1)?.evidence?.sentences ?? []
const waitUntil = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 5))
}

test.each<[what: string, outcome: RestartOutcome]>([
  ...(['alerted', 'would', 'signalled', 'executed', 'draining', 'held', 'postponed'] as const).map(
    what => [what, noticed(what)] as [string, RestartOutcome],
  ),
  ['capped', CAPPED],
  ['failed to stop', failed('stop')],
])('%s: with its reason, without secrets, and in the log', async (_, outcome) => {
  reasonsWith().tell(outcome)
  expect(told).toEqual([])
  await waitUntil(() => told.length > 0)
  expect(told[0]).toMatchObject({ ...outcome, evidence: {} })
  expect(lastTold().some(text => TALLY.test(text))).toBe(true)
  expect(lastTold().join(' ')).not.toContain('sleeping')
  expect(logged).toEqual([lastTold()[0]])
})

test.each<[what: string, outcome: RestartOutcome]>([
  ['memory', noticed('alerted', REQUEST)],
  ['the end of it', noticed('relieved')],
  ['what the log alone says again', noticed('held', THREADS, { isRepeated: true })],
  ['a process that is down', failed('start')],
  ['one whose evidence was taken', { ...noticed('alerted'), evidence: { sentences: ['x'] } }],
  ['one that is not there', noticed('alerted', { ...THREADS, process: { ...PROCESS, pid: 0 } })],
])('nothing is read of %s', async (_, outcome) => {
  reasonsWith().tell(outcome)
  await waitUntil(() => told.length > 0)
  expect(told).toEqual([outcome])
  expect(logged).toEqual([])
})

test('--no-evidence: nothing is read', async () => {
  reasonsWith(false).tell(noticed('alerted'))
  await waitUntil(() => told.length > 0)
  expect(told).toEqual([noticed('alerted')])
})

test('what is told of one process stays in its order, and that of others does not wait', async () => {
  const reasons = reasonsWith()
  reasons.tell(noticed('alerted'))
  reasons.tell(noticed('relieved'))
  reasons.tell(noticed('alerted', REQUEST, { detail: 'the same process' }))
  const other = { ...REQUEST, process: { ...PROCESS, namespec: 'w:b' } }
  reasons.tell(noticed('alerted', other))
  expect(told).toEqual([noticed('alerted', other)])
  await reasons.flush()
  expect(told.slice(1)).toMatchObject([
    { what: 'alerted' },
    { what: 'relieved' },
    { detail: 'the same process' },
  ])
})

test('memmon ends: all is told at once, with or without its reason', async () => {
  const reasons = reasonsWith()
  reasons.tell(noticed('alerted'))
  await reasons.flush()
  expect(told).toHaveLength(1)
  reasons.tell(noticed('alerted'))
  await reasons.flush()
  expect(told[1]).toEqual(noticed('alerted'))
})

test('what was seen at half of its limit is what has grown since', async () => {
  const reasons = reasonsWith()
  const rule = { metric: 'threads', limit: 10, hardLimit: Infinity } as never
  reasons.tallies.note(THREADS.process, rule, 6)
  await waitUntil(() => reasons.tallies.previousOf(THREADS.process, 'threads') !== undefined)
  expect(reasons.tallies.previousOf(THREADS.process, 'threads')?.threads?.count).toBeGreaterThan(1)
})
