// The verdict over one process: which rules hold for it, and which of them is named as broken.
import { expect, test } from 'vitest'
import type { ProcessInfo } from '../../src/core/process.ts'
import { type Exemptions, evaluate, rulesFor } from '../../src/core/rules.ts'
import { parseSelector } from '../../src/core/selector.ts'
import { MB, processNamed, rulesFrom } from '../helpers/values.ts'

const NONE: Exemptions = { isListener: () => false, isSelf: () => false, ignored: [] }
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

test.each<[sizeMB: number, argv: string[], broken: string | undefined]>([
  [10, ['-a', '10MB'], undefined], // at the limit is not over it
  [10 + 1 / MB, ['-a', '10MB'], '-a 10MB'],
  [9, ['-a', '10MB'], undefined],
  [50, ['-a', '10MB', '-g', 'shop=20MB', '-p', 'web=30MB'], '-p web=30MB'],
  [25, ['-a', '10MB', '-g', 'shop=20MB', '-p', 'web=30MB'], '-g shop=20MB'],
  [15, ['-a', '10MB', '-g', 'shop=20MB', '-p', 'web=30MB'], '-a 10MB'], // under -p, but over -a
  [50, ['-p', 'w*=30MB', '-p', 'web=10MB'], '-p w*=30MB'], // the operator's order within a scope
])('%d MB under %j breaks %j', (sizeMB, argv, broken) => {
  const breach = evaluate(sizeMB * MB, rulesFrom(...argv), false)
  expect(breach?.rule.written).toBe(broken)
})

test('a breach says what was measured, and whether descendants are in it', () => {
  const rules = rulesFrom('-a', '10MB')
  expect(evaluate(11 * MB, rules, true)).toEqual({ rule: rules[0], cumulative: true, sizeBytes: 11 * MB })
})
