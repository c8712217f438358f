// What an operator may write as a limit, a count, a patience, an action or a switch; and what is refused, with what
// would be right.
import { expect, test } from 'vitest'
import { SIZE_FORM } from '../../src/base/units.ts'
import { parseAction } from '../../src/rules/action.ts'
import {
  LIMIT_FORM,
  PATIENCE_FORM,
  parseCountLimit,
  parseLimit,
  parsePatience,
  parseSwitch,
} from '../../src/rules/limits.ts'
import { MB } from '../helpers/values.ts'

/** What comes of a text: the value without the text itself, or the error. */
function outcomeOf(parse: (text: string) => object, text: string): unknown {
  try {
    const { written, ...value } = parse(text) as { written?: string }
    expect(written ?? text).toBe(text)
    return value
  } catch (thrown) {
    return (thrown as Error).message
  }
}

const NONE = { kind: 'none' }
const percent = (share: number) => ({ kind: 'percent', percent: share })
const noShare = (text: string) => `"${text}" is not a share: use 1% to 100%`

test.each<[text: string, outcome: object | string | RegExp]>([
  ['none', NONE],
  ['None', NONE],
  ['9223372036854775807', { kind: 'amount', amount: 2 ** 63 }],
  ...['infinity', 'Infinity', '+inf', 'unlimited', 'off'].map((text): [string, string] => [
    text,
    `"${text}" is not a limit: use none for no limit`,
  ]),
  ['200MB', { kind: 'amount', amount: 200 * MB }],
  ['25%', percent(25)],
  ['0.5%', percent(0.5)],
  ['12.25%', percent(12.25)],
  ['100%', percent(100)],
  ['0%', noShare('0%')],
  ['100.1%', noShare('100.1%')],
  ['1000%', noShare('1000%')],
  ['-5%', noShare('-5%')],
  ['x5%', noShare('x5%')],
  ['.5%', noShare('.5%')],
  ['5.%', noShare('5.%')],
  ['5%%', noShare('5%%')],
  ['%', noShare('%')],
  ['5%x', /^"5%x" is not a size/],
  ['nonesuch', /^"nonesuch" is not a size/],
  ['anone', /^"anone" is not a size/],
])('the limit %s', (text, outcome) => {
  const is = outcome instanceof RegExp ? expect.stringMatching(outcome) : outcome
  expect(outcomeOf(parseLimit, text)).toEqual(is)
})

const noCount = (text: string) => `"${text}" is not a count: use digits, as in 100, or none`

test.each<[text: string, outcome: object | string]>([
  ['none', NONE],
  ['NONE', NONE],
  ['1', { kind: 'amount', amount: 1 }],
  ['999999999', { kind: 'amount', amount: 999_999_999 }],
  ['0', noCount('0')],
  ['1000000000', noCount('1000000000')],
  ['1.5', noCount('1.5')],
  ['100MB', noCount('100MB')],
  ['x1', noCount('x1')],
  ['', noCount('')],
  ['nonesuch', noCount('nonesuch')],
  ['anone', noCount('anone')],
])('the count %s', (text, outcome) => expect(outcomeOf(parseCountLimit, text)).toEqual(outcome))

const noPatience = (text: string) =>
  `"${text}" is not a valid --for: use 3 for three checks in a row, 3/5 for three of the last five, or a time as in 5m`
const cannotBeMet = (text: string) =>
  `"${text}" cannot be met: give 3 for three checks in a row, 3/5 for three of the last five, or a time as in 5m; 100 checks at most`

test.each<[text: string, outcome: object | string]>([
  ['1', { kind: 'checks', over: 1, of: 1 }],
  ['3', { kind: 'checks', over: 3, of: 3 }],
  ['3/5', { kind: 'checks', over: 3, of: 5 }],
  ['12/25', { kind: 'checks', over: 12, of: 25 }],
  ['100/100', { kind: 'checks', over: 100, of: 100 }],
  ['90s', { kind: 'seconds', seconds: 90 }],
  ['5m', { kind: 'seconds', seconds: 300 }],
  ['2H', { kind: 'seconds', seconds: 7200 }],
  ['1d', { kind: 'seconds', seconds: 86_400 }],
  ['1h30m', { kind: 'seconds', seconds: 5_400 }],
  ['0', cannotBeMet('0')],
  ['0/5', cannotBeMet('0/5')],
  ['4/3', cannotBeMet('4/3')],
  ['3/101', cannotBeMet('3/101')],
  ['101', cannotBeMet('101')],
  ['', noPatience('')],
  ['12345', noPatience('12345')],
  ['3/12345', noPatience('3/12345')],
  ['3/', noPatience('3/')],
  ['3/5x', noPatience('3/5x')],
  ['x3/5', noPatience('x3/5')],
  ['x5m', noPatience('x5m')],
  ['5mx', noPatience('5mx')],
  ['5x', noPatience('5x')],
  ['m', noPatience('m')],
])('the patience %s', (text, outcome) => expect(outcomeOf(parsePatience, text)).toEqual(outcome))

const noAction = (text: string) => `"${text}" is not an action: use restart, alert, signal:NAME or exec`

test.each<[text: string, outcome: object | string]>([
  ['restart', { kind: 'restart' }],
  ['alert', { kind: 'alert' }],
  ['exec', { kind: 'exec', command: '' }],
  ['signal:HUP', { kind: 'signal', signal: 'HUP' }],
  ['signal:sighup', { kind: 'signal', signal: 'HUP' }],
  ['signal:HSIGUP', '"HSIGUP" is not a signal: use a name such as USR1'],
  ['signal:signal:HUP', '"signal:HUP" is not a signal: write the name alone, HUP'],
  ['hup', '"hup" is not an action: did you mean signal:HUP?'],
  ['SIGUSR1', '"SIGUSR1" is not an action: did you mean signal:USR1?'],
  ['signal:HUP:USR1', '"HUP:USR1" is not a signal: use a name such as USR1'],
  ['signal', noAction('signal')],
  ['signal:', noAction('signal:')],
  ['restart:HUP', noAction('restart:HUP')],
  ['alert:', noAction('alert:')],
  ['exec:kill', noAction('exec:kill')],
  ['kill', noAction('kill')],
  ['', noAction('')],
])('the action %s', (text, outcome) =>
  expect(outcomeOf(one => parseAction(one, ['SIGHUP', 'SIGUSR1']), text)).toEqual(outcome))

test.each<[texts: string, is: boolean]>([
  ['true True yes on 1', true],
  ['false FALSE no off 0', false],
])('the switches %s are %s', (texts, is) => {
  for (const text of texts.split(' ')) expect(parseSwitch(text)).toBe(is)
})

test.each([
  '',
  'maybe',
  'truest',
  'untrue',
  'falsely',
  'offside',
  'xoff',
  '10',
  '01',
])('%j is no switch', text => expect(() => parseSwitch(text)).toThrow(`"${text}" is neither true nor false`))

test('the forms that help and errors give are taken', () => {
  expect(LIMIT_FORM).toBe(`a size (${SIZE_FORM}), a share as in 25%, or none`)
  expect(PATIENCE_FORM).toContain('3/5 for three of the last five')
})
