// Help, parser and docs/options.md come from one table: held together here.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseFlags } from '../../src/config/flags.ts'
import { commandHelpText, helpText } from '../../src/config/help.ts'
import { OPTIONS } from '../../src/config/options.ts'
import { optionsMarkdown } from '../../src/config/options-doc.ts'
import { shellWords } from '../helpers/shell-words.ts'

test('docs/options.md is what the table makes of it (npm run docs writes it)', () => {
  expect(readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8')).toBe(optionsMarkdown())
})

test.each(
  OPTIONS.map(spec => [spec.flags.join(' '), spec] as const),
)('%s: in the help, and its example parses', (_, spec) => {
  for (const flag of spec.flags) expect(helpText()).toContain(flag)
  const words = shellWords(spec.example)
  expect(words.some(word => spec.flags.includes(word))).toBe(true)
  const isAbout = 'kind' in spec && spec.kind !== 'config'
  expect(parseFlags(words, () => ({ text: '[any]\nmemory_limit = 1GB', isPrivate: true })).kind).toBe(
    isAbout ? spec.kind : 'settings',
  )
  if (!isAbout) expect(helpText()).toContain(`memmon ${spec.example}`)
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

test('no line of the help is wider than a terminal of 80 columns', () => {
  expect(
    Math.max(
      ...helpText()
        .split('\n')
        .map(line => line.length),
    ),
  ).toBeLessThanOrEqual(80)
})

test('rules come in the order in which they are named as a reason; the same name twice: the last', () => {
  const flags = parseFlags([
    '-a',
    '1MB',
    '-g',
    'x=2MB',
    '-p',
    'y=3MB',
    '-p',
    'z=4MB',
    '-p',
    'y=5MB',
    '-a',
    '6MB',
  ])
  const { settings } = flags as Extract<typeof flags, { kind: 'settings' }>
  expect(settings.rules.map(rule => rule.written)).toEqual(['-p z=4MB', '-p y=5MB', '-g x=2MB', '-a 6MB'])
})

test.each([
  'check',
  'explain',
  'test-notify',
] as const)('no line of memmon %s --help is wider than 80', command => {
  for (const line of commandHelpText(command).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
})
