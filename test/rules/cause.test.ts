// What an outcome is about, in one word.
import { expect, test } from 'vitest'
import { CAUSES, type Cause, causeOf } from '../../src/rules/cause.ts'
import type { Breach } from '../../src/rules/rule.ts'
import { processNamed, requestFor } from '../helpers/values.ts'

const { breach } = requestFor(processNamed('web'), 2, '-a', '1KB')

const TABLE: readonly [cause: Cause, more: Partial<Breach>][] = [
  ['limit', {}],
  ['hard_limit', { isHard: true }],
  ['threads', { metric: 'threads' }],
  ['fds', { metric: 'fds' }],
  ['leak', { growth: { forSeconds: 1, fromBytes: 1, isOverBelowBytes: 1 } }],
  ['budget', { budget: { id: 'x', whom: 'all', victim: '' } }],
  ['monitor', { isOfMonitor: true, budget: { id: 'x', whom: 'all', victim: '' } }],
  ['by_hand', { isByHand: true, limit: Number.POSITIVE_INFINITY }],
  ['group', { together: 'web:a', isHard: true }],
]

test.each(TABLE)('%s', (cause, more) => expect(causeOf({ ...breach, ...more })).toBe(cause))

test('each word is one of these', () => expect(TABLE.map(([cause]) => cause)).toEqual(CAUSES))
