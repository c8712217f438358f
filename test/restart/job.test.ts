// What a job is to others: away from its group or not, in the journal or not, and which stop its preparation comes to.
import { describe, expect, test } from 'vitest'
import { isAway, isNoted, type Job, stoppingOf } from '../../src/restart/job.ts'
import {
  draining,
  finishing,
  HOOKS,
  NOW,
  preparing,
  SOFT,
  starting,
  stopping,
  TOGETHER,
  TOLD,
  UNTOLD,
  waiting,
} from '../helpers/jobs.ts'

test.each<[job: Job, isOne: boolean]>([
  [draining(), false],
  [waiting(), false],
  [waiting({ drained: TOLD }), false],
  [preparing(), true],
  [stopping(), true],
  [starting(), true],
  [finishing(), true],
])('$state: checks leave it alone from its turn on', (job, isOne) => expect(isAway(job)).toBe(isOne))

describe('the journal has to know of it', () => {
  test.each<[what: string, job: Job]>([
    ['it is drained', draining()],
    ['it has time to recover', draining({ drained: UNTOLD })],
    ['it waits, and was asked to finish', waiting({ drained: TOLD })],
    ['it waits, for its group was stopped', waiting({ request: TOGETHER })],
    ['pre_restart_command runs', preparing({ phase: 'hook' })],
    ['pre_restart_command has run', preparing({ phase: 'looking again', owesPost: true })],
    ['its stop is in the journal', preparing({ phase: 'noted' })],
    ['it is being stopped', stopping()],
    ['it is down', starting()],
    ['it is over but for its post_restart_command', finishing()],
  ])('%s', (_, job) => expect(isNoted(job)).toBe(true))

  test.each<[what: string, job: Job]>([
    ['it waits', waiting()],
    ['it is looked at', preparing()],
    ['it is looked at again, and nothing is owed', preparing({ phase: 'looking again' })],
  ])('not while %s: a check finds it again', (_, job) => expect(isNoted(job)).toBe(false))
})

describe('its stop', () => {
  test('by supervisord, of the process that was found, for the reason that it was due', () => {
    const job = preparing({ due: 'grace', request: SOFT, drained: TOLD, owesPost: true, plan: HOOKS })
    expect(stoppingOf(job, NOW)).toEqual(
      stopping({
        due: 'grace',
        request: SOFT,
        drained: TOLD,
        owesPost: true,
        plan: HOOKS,
        answer: 'open',
        askedTick: NOW,
      }),
    )
  })

  test('by its restart_command', () => {
    const plan = { group: false, restartCommand: 'again' }
    expect(stoppingOf(preparing({ plan }), NOW)).toEqual(
      stopping({ plan, by: 'command', answer: 'open', askedTick: NOW }),
    )
  })

  test('one that was not drained is not drained by it', () => {
    expect('drained' in stoppingOf(preparing(), NOW)).toBe(false)
  })
})
