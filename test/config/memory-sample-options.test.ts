// memory_sample and its timeout: what they come to, and what is refused.
import { expect, test } from 'vitest'
import { settingsFrom } from '../helpers/values.ts'

const planOf = (...args: string[]) => settingsFrom('-a', '1MB', ...args).rules[0]?.plan.memorySample

test.each([
  [[], undefined],
  [['--memory-sample', '0'], undefined],
  [['--memory-sample', '30s'], { seconds: 30, timeoutSeconds: 120 }],
  [['--memory-sample', '30s', '--memory-sample-timeout', '10s'], { seconds: 30, timeoutSeconds: 10 }],
  [['--memory-sample-timeout', '10s'], undefined],
])('%j', (args, plan) => expect(planOf(...args)).toEqual(plan))

test.each([
  ['--memory-sample', '11m', '10m at most'],
  ['--memory-sample-timeout', '16m', '15m at most'],
  ['--memory-sample-timeout', '0', 'too short'],
])('%s %s is refused', (flag, text, said) => expect(() => planOf(flag, text)).toThrow(said))
