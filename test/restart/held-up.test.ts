// What is said of the rest of a group while one of it does not come back, and when it goes on.
import { describe, expect, test } from 'vitest'
import { heldUpBy, releaseText } from '../../src/restart/held-up.ts'
import type { Job } from '../../src/restart/job.ts'
import type { Failed, FailurePhase, RestartOutcome } from '../../src/rules/outcome.ts'
import {
  AT_MS,
  draining,
  finishing,
  preparing,
  REQUEST,
  starting,
  stopping,
  waiting,
} from '../helpers/jobs.ts'
import { MB, processNamed, requestFor, restarted } from '../helpers/values.ts'

const named = (name: string, job: Job): Job => ({
  ...job,
  request: requestFor(processNamed(name), 60 * MB, '-a', '50MB'),
})
const DOWN = named('w:a', starting())
/** Two more of its group wait for it; one of another group has nothing to do with it. */
const GROUP = [DOWN, named('w:b', waiting()), named('w:c', waiting()), named('x:d', waiting())]
const failed = (phase: FailurePhase): Failed => ({
  kind: 'failed',
  request: REQUEST,
  occurredAt: AT_MS,
  phase,
  fault: 'x',
})

describe('how many wait for it', () => {
  test.each<[what: string, outcome: RestartOutcome, count: number | undefined]>([
    ['it does not start', failed('start'), 2],
    ['it does not stop', failed('stopping'), 2],
    ['its stop was refused: it runs', failed('stop'), undefined],
    ['it could not be checked: it runs', failed('check'), undefined],
    ['it could not be asked to finish: it runs', failed('drain'), undefined],
    ['it runs again', restarted(REQUEST), undefined],
  ])('%s', (_, outcome, count) => expect(heldUpBy(outcome, GROUP)).toBe(count))

  test('nobody is a number, too', () => expect(heldUpBy(failed('start'), [DOWN])).toBe(0))

  test.each<[what: string, other: Job]>([
    ['drained', draining()],
    ['restarted already', preparing()],
    ['stopped already', stopping()],
    ['back already', finishing()],
  ])('one that is %s does not wait', (_, other) =>
    expect(heldUpBy(failed('start'), [...GROUP, named('w:e', other)])).toBe(2))
})

describe('that they go on', () => {
  const still = 'w:a is still down after 5 minutes'
  test.each<[what: string, others: Job[], text: string]>([
    ['alone in its group', [], still],
    ['others are of another group', [named('x:d', waiting()), named('x:e', stopping())], still],
    ['one waits', [named('w:b', waiting())], `${still}; the other 1 of the group w go on`],
    ['one has begun by now', [named('w:b', preparing())], `${still}; the other 1 of the group w go on`],
    [
      'one has begun, and one waits',
      [named('w:b', stopping()), named('w:c', waiting()), named('x:d', waiting())],
      `${still}; the other 2 of the group w go on`,
    ],
    ['one is drained, which waits for nobody', [named('w:b', draining())], still],
  ])('%s', (_, others, text) => expect(releaseText(DOWN, [DOWN, ...others])).toBe(text))
})
