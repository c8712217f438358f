// The parser, docs/options.md and the settings come from one table: held together here. test/cli/help.test.ts has the help.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { doubtsOf } from '../../src/config/doubtful.ts'
import { parseFlags } from '../../src/config/flags.ts'
import { OPTION_GROUPS } from '../../src/config/option-text.ts'
import { OPTIONS } from '../../src/config/options.ts'
import { optionsMarkdown } from '../../src/config/options-doc.ts'
import { shellWords } from '../helpers/shell-words.ts'

test('docs/options.md is what the table makes of it (npm run docs writes it)', () => {
  expect(readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8')).toBe(optionsMarkdown())
})

test('its headings are the groups of the help, in the same order', () => {
  const headings = [...optionsMarkdown().matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(Object.values(OPTION_GROUPS))
})

test.each(
  OPTIONS.map(spec => [spec.flags.join(' '), spec] as const),
)('%s: its example parses, without a doubt', (_, spec) => {
  const words = shellWords(spec.example)
  expect(words.some(word => spec.flags.includes(word))).toBe(true)
  const isAbout = 'kind' in spec && spec.kind !== 'config'
  const flags = parseFlags(words, () => ({ text: '[any]\nmemory_limit = 1GB', isPrivate: true }))
  expect(flags.kind).toBe(isAbout ? spec.kind : 'settings')
  if (flags.kind === 'settings') expect(doubtsOf(flags.settings)).toEqual([])
})

test.each(
  OPTIONS.flatMap(spec => spec.flags.map(flag => [flag, spec] as const)),
)('%s is taken by the parser', (flag, spec) => {
  const value = shellWords(spec.example)[
    shellWords(spec.example).findIndex(word => spec.flags.includes(word)) + 1
  ]
  const args = spec.value === undefined ? [flag] : [flag, value ?? '']
  expect(() => parseFlags(args, () => ({ text: '', isPrivate: true }))).not.toThrow()
})

test('rules come in the order in which they are named as a reason; the same name twice: the last', () => {
  const argv = '-a 1MB -g x=2MB -p y=3MB -p z=4MB -p y=5MB -a 6MB'.split(' ')
  const flags = parseFlags(argv)
  const { settings } = flags as Extract<typeof flags, { kind: 'settings' }>
  expect(settings.rules.map(rule => rule.written)).toEqual(['-p z=4MB', '-p y=5MB', '-g x=2MB', '-a 6MB'])
})
