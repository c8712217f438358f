// The verdict over one process: which rules hold for it, and which of them is named as broken.
import { expect, test } from 'vitest'
import type { ProcessInfo } from '../../src/rules/process.ts'
import { amountOf, type Exemptions, type Limit, resolveRule, rulesFor } from '../../src/rules/rule.ts'
import { parseSelector } from '../../src/rules/selector.ts'
import { MB, processNamed, rulesFrom, settingsFrom } from '../helpers/values.ts'

const NONE: Exemptions = { isListener: () => false, isSelf: () => false, ignored: [], mostSpecific: false }
const writtenFor = (process: ProcessInfo, argv: string[], exempt: Partial<Exemptions> = {}) =>
  rulesFor(process, rulesFrom(...argv), { ...NONE, ...exempt }).map(rule => rule.written)

test.each<[process: string, argv: string[], held: string[]]>([
  ['shop:web', ['-p', 'web=1'], ['-p web=1']],
  ['shop:web', ['-p', 'shop=1'], []],
  ['shop:web', ['-g', 'shop=1'], ['-g shop=1']],
  ['shop:web', ['-g', 'web=1'], []],
  ['shop:web', ['-a', '1'], ['-a 1']],
  ['shop:web', ['-a', '1', '-g', 'shop=2', '-p', 'web=3'], ['-p web=3', '-g shop=2', '-a 1']],
  ['shop:web', ['-p', 'w*=1', '-p', 'shop:*=2'], ['-p w*=1', '-p shop:*=2']],
  ['shop:db', ['-p', 'web=1', '-g', 'other=2'], []],
])('for %s the rules %j hold as %j', (process, argv, held) => {
  expect(writtenFor(processNamed(process), argv)).toEqual(held)
})

const ALL = ['-p', 'web=1', '-g', 'shop=1', '-a', '1']

test('no rule holds for memmon itself', () => {
  expect(writtenFor(processNamed('shop:web'), ALL, { isSelf: process => process.pid === 4711 })).toEqual([])
  expect(writtenFor(processNamed('shop:web'), ALL, { isSelf: process => process.pid === 1 })).toHaveLength(3)
})

test('an event listener is left out by -a, and by nothing else', () => {
  const isListener = (namespec: string) => namespec === 'shop:web'
  expect(writtenFor(processNamed('shop:web'), ALL, { isListener })).toEqual(['-p web=1', '-g shop=1'])
  expect(writtenFor(processNamed('shop:db'), ALL, { isListener })).toEqual(['-g shop=1', '-a 1'])
})

test.each<[ignored: string, count: number]>([
  ['web', 0],
  ['shop:*', 0],
  ['w?b', 0],
  ['db', 3],
  ['other:web', 3],
])('with --ignore %s, %d rules hold', (ignored, count) => {
  expect(writtenFor(processNamed('shop:web'), ALL, { ignored: [parseSelector(ignored)] })).toHaveLength(count)
})

test.each<[process: string, argv: string[], held: string[]]>([
  ['shop:web', ['-a', '1', '-p', 'web=2'], ['-p web=2']],
  ['shop:web', ['-p', 'web=1', '-p', 'shop:web=2'], ['-p shop:web=2']],
  ['shop:web', ['-p', 'w*=1', '-p', 'web=2'], ['-p web=2']],
  ['shop:web', ['-g', 'shop=1', '-p', 'w*=2'], ['-p w*=2']],
  ['shop:web', ['-g', 's*=1', '-g', 'shop=2'], ['-g shop=2']],
  ['shop:web', ['-p', 'w*=1', '-p', '*b=2'], ['-p w*=1']], // equally close: the first
  ['shop:web', ['-p', 's*:web=1', '-p', 'sh*:web=2'], ['-p s*:web=1']], // as close, but of another group
  ['shop:web', ['-p', 's*:web=1', '-p', 'web=2'], ['-p web=2']],
  ['shop:web', ['-g', 'shop=1', '-p', 'shop:*=2'], ['-p shop:*=2']], // the same selector, but another scope
  ['shop:web', ['-g', 'sh*=1', '-a', '2'], ['-g sh*=1']],
  ['shop:db', ['-a', '1', '-p', 'web=2'], ['-a 1']],
  ['shop:web', ['-a', '1', '-p', 'web=none'], ['-p web=none']],
])('for %s under %j with --most-specific: %j', (process, argv, held) => {
  expect(writtenFor(processNamed(process), argv, { mostSpecific: true })).toEqual(held)
})

test('with --most-specific the closest keeps all its limits, the soft one, too', () => {
  const rules = [...rulesFrom('-p', 'web=2MB', '--soft-limit', '1MB'), ...rulesFrom('-a', '3MB')]
  const held = rulesFor(processNamed('shop:web'), rules, { ...NONE, mostSpecific: true })
  expect(held.map(rule => rule.written)).toEqual(['-p web=2MB', '-p web --soft-limit 1MB'])
})

test('with --most-specific memory, threads and files are decided each for itself', () => {
  const rules = rulesFrom('-a', '1', '--threads-limit', '5')
  const own = rulesFrom('-p', 'web=2')
  const held = rulesFor(processNamed('shop:web'), [...own, ...rules], { ...NONE, mostSpecific: true })
  expect(held.map(rule => rule.written)).toEqual(['-p web=2', '-a --threads-limit 5'])
})

test('with --most-specific the closest limit of threads, and of files, leaves the others out', () => {
  const rules = [
    ...rulesFrom('-p', 'web=2', '--threads-limit', '3'),
    ...rulesFrom('-g', 'shop=1', '--fds-limit', '4'),
    ...rulesFrom('-a', '1', '--threads-limit', '5', '--fds-limit', '6'),
  ]
  const held = rulesFor(processNamed('shop:web'), rules, { ...NONE, mostSpecific: true })
  expect(held.map(rule => rule.written).sort()).toEqual([
    '-g shop --fds-limit 4',
    '-p web --threads-limit 3',
    '-p web=2',
  ])
})

test.each<[limit: Limit | undefined, whole: number | undefined, amount: number | undefined]>([
  [undefined, 1000, Infinity],
  [{ kind: 'none', written: 'none' }, undefined, Infinity],
  [{ kind: 'amount', amount: 7, written: '7' }, undefined, 7],
  [{ kind: 'percent', percent: 12.5, written: '12.5%' }, 1001, 125],
  [{ kind: 'percent', percent: 12.5, written: '12.5%' }, undefined, undefined],
])('the limit %j of %s is %s', (limit, whole, amount) => expect(amountOf(limit, whole)).toBe(amount))

test('a share of what is not known makes no rule; a warning is a share of the lower limit', () => {
  const resolved = (capacity: number | undefined, ...argv: string[]) =>
    settingsFrom(...argv).rules.map(spec => resolveRule(spec, capacity))
  expect(resolved(undefined, '-a', '25%')).toEqual([undefined])
  expect(resolved(undefined, '-a', '10MB', '--hard-limit', '25%')).toEqual([undefined])
  expect(resolved(undefined, '-a', '10MB', '--warn', '50%')).toMatchObject([
    { limit: 10 * MB, hardLimit: Infinity, warnAbove: 5 * MB, limitWritten: '10MB' },
  ])
  expect(resolved(100 * MB, '-a', 'none', '--hard-limit', '25%', '--warn', '80%')).toMatchObject([
    { limit: Infinity, hardLimit: 25 * MB, warnAbove: 20 * MB, limitWritten: 'none' },
  ])
})

test('rules that say the same have the same signature, others have not', () => {
  const signatures = [
    ['-a', '10MB'],
    ['-a', '10MB'],
    ['-a', '10MB', '--hard-limit', '20MB'],
    ['-a', '10MB', '--for', '2'],
    ['-p', 'web=10MB'],
    ['-a', 'none', '--hard-limit', '20MB'],
  ].map(argv => rulesFrom(...argv)[0]?.signature)
  expect(signatures[0]).toBe(signatures[1])
  expect(new Set(signatures).size).toBe(5)
})
