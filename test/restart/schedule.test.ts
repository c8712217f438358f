// When jobs get their turns: once for all that happens at a time, when one may be due by the clock, and not what the cap
// holds back. Who is next is in turns.test.ts.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Job } from '../../src/restart/job.ts'
import type { JobEvent } from '../../src/restart/job-events.ts'
import type { Entry } from '../../src/restart/runner.ts'
import { Schedule } from '../../src/restart/schedule.ts'
import { FakeClock, settled } from '../helpers/fake-clock.ts'
import { preparing, TOLD, waiting } from '../helpers/jobs.ts'
import { MB, processNamed, requestFor } from '../helpers/values.ts'

let clock: FakeClock
let entries: Map<string, Entry>
/** What the jobs were sent, and what was said. */
let sent: string[]
/** Until when the backoff holds a job back. */
let untilTicks: Record<string, number>
/** Held back by --max-restarts. */
let capped: string[]
let isEnding: boolean
/** How often it was asked whose turn it is. */
let looks: number
let staggerSeconds: number
let schedule: Schedule
beforeEach(() => {
  clock = new FakeClock(1_000_000)
  entries = new Map()
  sent = []
  untilTicks = {}
  capped = []
  isEnding = false
  looks = 0
  staggerSeconds = 0
  schedule = closedSchedule()
  schedule.isOpen = true
})

/** As it is before the journal was read. */
const closedSchedule = () =>
  new Schedule({
    runner: {
      entries,
      get isEnding() {
        return isEnding
      },
      send: ({ job }, event: JobEvent) => {
        const { namespec } = job.request.process
        sent.push(`${event.kind} ${namespec}`)
        if (event.kind === 'dropped') entries.delete(namespec)
        if (event.kind === 'turn') enter(namespec, preparing({ beganTick: clock.tick }))
      },
    },
    holds: {
      passesCap: ({ process }) => !capped.includes(process.namespec),
      sayIfHeld: ({ request }) => {
        if (request.process.namespec in untilTicks) sent.push(`held ${request.process.namespec}`)
      },
      untilTick: ({ request }) => untilTicks[request.process.namespec],
    },
    settings: () => {
      looks++
      return { maxParallel: 1, staggerSeconds }
    },
    sleep: clock.sleep,
    tick: () => clock.tick,
  })

/** The process of that name has this job. */
function enter(namespec: string, job: Job): void {
  const request = requestFor(processNamed(namespec), 60 * MB, '-a', '50MB')
  const entry = { job: { ...job, request }, inbox: [], isWorking: false, isOver: false, isAdjourned: false }
  entries.set(namespec, entry)
}

test('once for all that happens at a time, and once again for what happens later', async () => {
  enter('g:a', waiting())
  for (let time = 0; time < 100; time++) schedule.giveTurnsSoon()
  expect(sent).toEqual([])
  await settled()
  expect([sent, looks]).toEqual([['turn g:a'], 1])
  enter('h:b', waiting())
  schedule.giveTurnsSoon()
  await settled()
  expect([sent, looks]).toEqual([['turn g:a', 'turn h:b'], 2])
})

test('without a job there is nothing to look for', async () => {
  schedule.giveTurnsSoon()
  await settled()
  expect(looks).toBe(0)
})

test.each<[what: string, arrange: () => void]>([
  [
    'before the journal was read',
    () => {
      schedule = closedSchedule()
    },
  ],
  [
    'when memmon ends',
    () => {
      isEnding = true
    },
  ],
])('nobody has a turn %s', async (_, arrange) => {
  arrange()
  enter('g:a', waiting())
  schedule.giveTurnsSoon()
  await settled()
  expect(sent).toEqual([])
})

describe('what is held back', () => {
  test('by --max-restarts: dropped, but for what was asked to finish', async () => {
    capped = ['g:a', 'h:b', 'i:c']
    enter('g:a', waiting())
    enter('h:b', waiting({ drained: TOLD }))
    enter('i:c', preparing())
    untilTicks = { 'h:b': clock.tick + 60_000 }
    schedule.giveTurnsSoon()
    await settled()
    expect([sent, [...entries.keys()]]).toEqual([['dropped g:a'], ['h:b', 'i:c']])
  })

  test('by the backoff: said, and begun at that tick, neither sooner nor by a look too many', async () => {
    untilTicks = { 'g:a': clock.tick + 60_000, 'h:b': clock.tick + 30_000 }
    enter('g:a', waiting())
    schedule.giveTurnsSoon()
    await settled()
    enter('h:b', waiting())
    schedule.giveTurnsSoon()
    await settled()
    expect([sent.splice(0), looks]).toEqual([['held g:a', 'held g:a', 'held h:b'], 2])
    await clock.pass(29_999)
    expect([sent, looks]).toEqual([[], 2])
    await clock.pass(1)
    expect([sent.splice(0), looks]).toEqual([['held g:a', 'held h:b', 'turn h:b'], 3])
    await clock.pass(30_000)
    expect([sent, looks]).toEqual([['held g:a', 'turn g:a'], 4])
    await clock.pass(60_000)
    expect([looks, clock.sleepers]).toEqual([4, 0])
  })

  test('by --stagger: until that many seconds after the other group', async () => {
    staggerSeconds = 10
    enter('g:a', waiting())
    enter('h:b', waiting())
    schedule.giveTurnsSoon()
    await clock.pass(9_999)
    expect(sent).toEqual(['turn g:a'])
    await clock.pass(1)
    expect(sent).toEqual(['turn g:a', 'turn h:b'])
  })

  test('for part of a millisecond: looked at when it has passed, not over and over', async () => {
    untilTicks = { 'g:a': clock.tick + 0.5 }
    enter('g:a', waiting())
    schedule.giveTurnsSoon()
    await clock.pass(1)
    expect([sent, looks]).toEqual([['held g:a', 'held g:a', 'turn g:a'], 2])
  })
})
