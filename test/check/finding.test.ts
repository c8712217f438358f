// Which of several findings of a process comes first: what would lead to something now, then what is over.
import { expect, test } from 'vitest'
import { type Finding, findingOf, firstFirst } from '../../src/check/finding.ts'
import { MB, processNamed, rulesFrom } from '../helpers/values.ts'

const WEB = processNamed('web')
const found = (...argv: string[]): Finding => {
  const [rule] = rulesFrom(...argv)
  if (!rule) throw new Error('no rule')
  return findingOf(rule, WEB, 90 * MB, undefined, 0)
}

test('a restart, another act, what waits, what is fine; each in the order of the rules', () => {
  const fine = found('-p', 'web=1GB')
  const waits = found('-p', 'web=60MB', '--for', '3')
  const alert = found('-g', 'web=60MB', '--action', 'alert')
  const restart = found('-a', '60MB')
  const other = found('-a', '70MB')
  expect(firstFirst([fine, waits, alert, restart, other])).toEqual([restart, other, alert, waits, fine])
})
