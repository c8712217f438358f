// Draining with its ports in the test's hands: told once, and each way in which it ends.
import { beforeEach, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/core/errors.ts'
import type { RestartRequest, Skipped } from '../../src/core/outcome.ts'
import { outcomeText } from '../../src/core/outcome-text.ts'
import { type ProcessInfo, ProcessState } from '../../src/core/process.ts'
import type { Drain } from '../../src/core/rules.ts'
import { Drains } from '../../src/restart/drain.ts'
import { MB, processNamed, requestFor, restarted } from '../helpers/values.ts'

const PROCESS = processNamed('w:a')
const request = requestFor(PROCESS, 60 * MB, '-p', 'a=50MB')
const DRAIN: Drain = { kind: 'drain', signal: 'TSTP', graceSeconds: 900 }

let done: string[]
let notes: string[]
let nowMs: number
let checkSays: { ok: true } | { ok: false; why: string }
let fault: Error | undefined
let drains: Drains
beforeEach(() => {
  done = []
  notes = []
  nowMs = Date.UTC(2026, 10, 21, 12)
  checkSays = { ok: false, why: 'exit code 1' }
  fault = undefined
  drains = new Drains({
    signalProcess: async (namespec, signal) => {
      if (fault) throw fault
      done.push(`${signal} ${namespec}`)
    },
    run: async (command, _request, event) => {
      done.push(`${event}: ${command}`)
      return event === 'drain_check' ? checkSays : { ok: true }
    },
    ready: Promise.resolve(),
    notes: () => ({
      drain: async ({ process }) => void notes.push(`drain ${process.namespec}`),
      endDrain: async (namespec, result) => void notes.push(`${result} ${namespec}`),
    }),
    restart: ({ process, breach }) => void done.push(`restart ${process.namespec}, ${breach.reason}`),
    startEnded: ({ process }) => void done.push(`start ${process.namespec}`),
    tell: outcome => void done.push(outcome.kind === 'noticed' ? outcome.what : outcomeText(outcome)),
    nowMs: () => nowMs,
  })
})
const settle = () => new Promise(resolve => setImmediate(resolve))
const later = (seconds: number): void => {
  nowMs += seconds * 1000
  drains.check()
}
const table = (more: Partial<ProcessInfo> | undefined): void =>
  drains.onTable(more ? [processNamed('w:a', more)] : [])

test('told once for each run, noted before it is told', async () => {
  await drains.begin(request, { ...DRAIN, command: '/opt/drain now' })
  await drains.begin(request, DRAIN)
  expect(done).toEqual(['draining', 'TSTP w:a', 'drain: /opt/drain now'])
  expect(notes).toEqual(['drain w:a'])
  const next: RestartRequest = { ...request, process: { ...PROCESS, pid: 5 } }
  await drains.begin(next, DRAIN)
  expect(done.slice(3)).toEqual(['draining', 'TSTP w:a'])
})

test('a signal that supervisord does not take is told, and the grace goes on', async () => {
  fault = new SupervisorFault('fault', 'BAD_SIGNAL (fault 11)', 11)
  await drains.begin(request, DRAIN)
  expect(done[1]).toContain(
    'Failed to tell to finish w:a: BAD_SIGNAL (fault 11). It is restarted when its grace is over',
  )
  later(901)
  expect(done[2]).toBe('restart w:a, its grace of 15m is over')
})

test('at the end of its grace it is asked for once, again if that was postponed or failed, and then no more', async () => {
  await drains.begin(request, DRAIN)
  later(899)
  expect(done).toHaveLength(2)
  later(1)
  later(60)
  expect(done.slice(2)).toEqual(['restart w:a, its grace of 15m is over'])
  const postponed: Skipped = { kind: 'skipped', request, occurredAt: 0, reason: 'postponed', detail: '' }
  drains.settled(postponed)
  later(60)
  expect(done).toHaveLength(4)
  drains.settled(restarted(request))
  later(60)
  expect(done).toHaveLength(4)
  expect(notes.at(-1)).toBe('restarted w:a')
})

test('drain_check is asked at each check, never twice at a time, until it says yes', async () => {
  await drains.begin(request, { kind: 'drain', check: 'is-idle', graceSeconds: 900 })
  later(60)
  drains.check()
  await settle()
  expect(done.slice(1)).toEqual(['drain_check: is-idle'])
  checkSays = { ok: true }
  later(60)
  await settle()
  expect(done.slice(2)).toEqual(['drain_check: is-idle', 'restart w:a, it has finished, after 2m'])
})

test('back under its soft limit: told, forgotten, and nobody else is', async () => {
  await drains.begin(request, DRAIN)
  drains.relieved({ ...request, process: processNamed('w:b') })
  drains.relieved(request)
  expect(done.slice(2)).toEqual(['undrained'])
  later(9_000)
  expect(done).toHaveLength(3)
  expect(notes.at(-1)).toBe('relieved w:a')
})

test.each<[what: string, more: Partial<ProcessInfo> | undefined, then: string[]]>([
  ['it runs on', {}, []],
  ['it is stopping', { state: ProcessState.STOPPING }, []],
  ['it has ended by itself', { state: ProcessState.EXITED, pid: 0 }, ['undrained', 'start w:a']],
  ['it was stopped by hand', { state: ProcessState.STOPPED, pid: 0 }, ['undrained']],
  ['it was restarted by hand', { pid: 9, startSeconds: 1_000_001 }, ['undrained']],
  ['it was removed', undefined, ['undrained']],
])('%s', async (_, more, then) => {
  await drains.begin(request, DRAIN)
  table(more)
  table(more)
  expect(done.slice(2)).toEqual(then)
})

test('what an earlier memmon has begun goes on from when it began, and is not told again', async () => {
  drains.resume(request, DRAIN, nowMs - 890_000)
  await drains.begin(request, DRAIN)
  expect(done).toEqual([])
  later(10)
  expect(done).toEqual(['restart w:a, its grace of 15m is over'])
})
