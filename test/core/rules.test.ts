// The verdict over one process: which rules hold for it, and which of them is named as broken.
import { expect, test } from 'vitest'
import type { ProcessInfo } from '../../src/core/process.ts'
import { type Exemptions, rulesFor } from '../../src/core/rules.ts'
import { parseSelector } from '../../src/core/selector.ts'
import { processNamed, rulesFrom } from '../helpers/values.ts'

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
