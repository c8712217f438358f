// The queue with restarts in the test's hands: who goes when, who waits for whom.
import { beforeEach, expect, test } from 'vitest'
import type { Failed, RestartOutcome, RestartRequest } from '../../src/core/outcome.ts'
import { GROUP_WAITS_MS, RestartQueue } from '../../src/restart/queue.ts'
import { failed, MB, processNamed, requestFor, restarted } from '../helpers/values.ts'

let begun: string[]
let outcomes: RestartOutcome[]
let released: [string, number][]
let running: Map<string, { end: () => void; fail: () => void }>
let timers: { ms: number; fire: () => void }[]

beforeEach(() => {
  begun = []
  outcomes = []
  released = []
  running = new Map()
  timers = []
})

function queueOf(maxParallel: number): RestartQueue {
  const restart = (request: RestartRequest, report: (outcome: Failed) => void) =>
    new Promise<RestartOutcome>(resolve => {
      running.set(request.process.namespec, {
        end: () => resolve(restarted(request)),
        fail: () => report(failed(request, 'start', 'NO_FILE')),
      })
    })
  return new RestartQueue(
    {
      restart,
      onBegin: request => void begun.push(request.process.namespec),
      onOutcome: outcome => void outcomes.push(outcome),
      onRelease: (request, waiting) => void released.push([request.process.namespec, waiting]),
      nowMs: () => 0,
      sleep: ms => new Promise<void>(fire => void timers.push({ ms, fire })),
    },
    () => maxParallel,
  )
}

const over = (name: string, excessMb: number) =>
  requestFor(processNamed(name), (50 + excessMb) * MB, '-a', '50MB')
const settle = () => new Promise(resolve => setImmediate(resolve))
const end = async (name: string) => {
  running.get(name)?.end()
  await settle()
}

test('one of a group at a time, the largest excess first, groups side by side', async () => {
  const queue = queueOf(1)
  queue.add([over('g:a', 1), over('g:b', 3), over('g:c', 2), over('h:x', 1)])
  expect(begun).toEqual(['g:b', 'h:x'])
  await end('g:b')
  expect(begun).toEqual(['g:b', 'h:x', 'g:c'])
  await end('g:c')
  expect(begun.at(-1)).toBe('g:a')
})

test.each([
  [2, 2],
  [0, 5],
])('--max-parallel %d: %d of five at a time', (maxParallel, count) => {
  queueOf(maxParallel).add(['a', 'b', 'c', 'd', 'e'].map((name, index) => over(`g:${name}`, index + 1)))
  expect(begun).toHaveLength(count)
})

test('a process is in it once, until its restart has ended', async () => {
  const queue = queueOf(1)
  queue.add([over('g:a', 1), over('g:a', 2), over('g:b', 1)])
  queue.add([over('g:a', 3), over('g:b', 3)])
  expect([queue.has('g:a'), queue.has('g:b'), queue.running]).toEqual([true, true, ['g:a']])
  await end('g:a')
  await end('g:b')
  expect([queue.has('g:a'), queue.has('g:b'), begun.length]).toEqual([false, false, 2])
})

test('one that fails holds up its group for five minutes, which is told, and no longer', async () => {
  const queue = queueOf(1)
  queue.add([over('g:a', 3), over('g:b', 2), over('g:c', 1), over('h:x', 1)])
  running.get('g:a')?.fail()
  await settle()
  expect(outcomes).toMatchObject([{ kind: 'failed', heldUp: 2 }])
  expect([begun, timers.map(({ ms }) => ms)]).toEqual([['g:a', 'h:x'], [GROUP_WAITS_MS]])
  timers[0]?.fire()
  await settle()
  expect([begun.at(-1), released]).toEqual(['g:b', [['g:a', 2]]])
  await end('g:a')
  expect([queue.has('g:a'), queue.running]).toEqual([false, ['h:x', 'g:b']])
})

test('one that fails and comes back in time lets its group go on, and nothing is told later', async () => {
  queueOf(1).add([over('g:a', 3), over('g:b', 2)])
  running.get('g:a')?.fail()
  await end('g:a')
  expect(begun).toEqual(['g:a', 'g:b'])
  timers[0]?.fire()
  await settle()
  expect(released).toEqual([])
})

test('ending: what runs is waited for, what waits is let go, nothing is taken', async () => {
  const queue = queueOf(1)
  queue.add([over('g:a', 3), over('g:b', 2)])
  queue.dropWaiting()
  queue.add([over('h:x', 2)])
  expect(outcomes).toMatchObject([{ kind: 'skipped', reason: 'ending' }])
  let idle = false
  void queue.whenIdle().then(() => {
    idle = true
  })
  await settle()
  expect(idle).toBe(false)
  await end('g:a')
  expect([idle, begun]).toEqual([true, ['g:a']])
})

test('an empty queue is idle', async () => {
  await expect(queueOf(1).whenIdle()).resolves.toBeUndefined()
})
