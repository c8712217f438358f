// The screens of help, from the built command: the options of the table in their groups, at 80 columns, on stdout.
import { expect, test } from 'vitest'
import { OPTION_GROUPS } from '../../src/config/option-text.ts'
import { OPTIONS } from '../../src/config/options.ts'
import { runMemmon } from '../helpers/memmon.ts'

const SCREENS = [
  ['--help'],
  ['--help', 'all'],
  ['status', '--help'],
  ['restart', '--help'],
  ['drain', '--help'],
  ['mute', '--help'],
  ['unmute', '--help'],
  ['top', '--help'],
  ['check', '--help'],
  ['explain', '--help'],
  ['diagnose', '--help'],
  ['analyse', '--help'],
  ['agents', '--help'],
  ['sample', '--help'],
  ['dump', '--help'],
  ['history', '--help'],
  ['report', '--help'],
  ['suggest', '--help'],
  ['test-notify', '--help'],
  ['completion', '--help'],
]

const shown = async (...args: string[]): Promise<string> => {
  const run = await runMemmon(args)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  return run.stdout
}

const headings = (text: string): string[] =>
  [...text.matchAll(/^(\w.*):$/gm)].map(([, heading = '']) => heading)

test.each(SCREENS)('memmon %s %s: no line is wider than 80', async (...args) => {
  const lines = (await shown(...args)).trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(5)
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80)
})

test('memmon --help is one screen, with the options that most people need in their groups', async () => {
  const text = await shown('--help')
  expect(text).toMatch(/^Usage: memmon \[command\] \[options\]\n/)
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
  expect(headings(text).slice(-7)).toEqual([...Object.values(OPTION_GROUPS), 'Commands'])
  for (const { flags, brief } of OPTIONS) {
    const names = flags[0].startsWith('--') ? flags[0] : flags.slice(0, 2).join(', ')
    expect(text.includes(`\n  ${names} `), names).toBe(brief !== undefined)
  }
  for (const way of [['-h'], ['help'], ['-a', '1MB', '-h'], ['--no-such-option', '--help']])
    expect(await shown(...way)).toBe(text)
})

test('memmon --help all has every option with all its names and all that there is to say', async () => {
  const text = await shown('--help', 'all')
  expect(await shown('help', 'all')).toBe(text)
  const words = text.replace(/\s+/g, ' ')
  for (const { flags, help } of OPTIONS) {
    expect(text).toContain(`\n  ${flags.join(', ')}`)
    expect(words).toContain(help)
  }
})

test.each([
  ['check', ['--over', '--sort <order>', '--watch [time]', '--why', '--json', '-C, --configuration <file>']],
  ['status', ['-C, --configuration <file>', '--json']],
  ['restart', ['-C, --configuration <file>']],
  ['drain', ['-C, --configuration <file>']],
  ['mute', ['-C, --configuration <file>']],
  ['unmute', ['-C, --configuration <file>']],
  ['top', ['-C, --configuration <file>', '-d, --delay <time>']],
  ['explain', ['-C, --configuration <file>', '--json']],
  ['diagnose', ['-C, --configuration <file>', '--json']],
  ['analyse', ['--json']],
  ['agents', ['-C, --configuration <file>', '--json']],
  ['sample', ['-C, --configuration <file>', '--classes', '--duration <time>', '--json']],
  ['dump', ['-C, --configuration <file>', '--force']],
  ['history', ['--since <time>', '--json', '--csv', '-C, --configuration <file>']],
  ['report', ['-C, --configuration <file>', '--html <file>']],
  ['suggest', ['--write <file>', '--watch <time>', '--json', '-C, --configuration <file>']],
  ['test-notify', []],
  ['completion', []],
])('memmon %s --help has its own options and examples, and no others', async (command, options) => {
  const text = await shown(command, '--help')
  expect(await shown('help', command)).toBe(text)
  expect(text).toMatch(new RegExp(`^Usage: memmon ${command} `))
  const terms = [...text.matchAll(/^ {2}(-.+?)(?: {2}|$)/gm)].map(([, term]) => term)
  expect(terms.sort()).toEqual([...options, '-h, --help'].sort())
  expect(text).toContain(`Examples:\n  memmon ${command}`)
})
