// The man pages: in step with the table, without a complaint of mandoc's or groff's, and nothing lost on the way.
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { COMMAND_TEXTS } from '../../src/cli/command-texts.ts'
import { madeDocuments } from '../../src/cli/made-documents.ts'
import { GENERAL_KEYS } from '../../src/config/key-table.ts'
import { OPTIONS } from '../../src/config/options.ts'
import { example, item, page } from '../../src/manual/roff.ts'
import { codeBlocks, ROOT, readDocument } from '../helpers/documents.ts'
import { expectToBeRun } from '../helpers/example-lines.ts'

const packageJson = JSON.parse(readDocument('package.json'))
const PAGES: readonly string[] = packageJson.man

/** As man shows it on Linux, on a terminal that is wide enough for any line; letters alone. */
const textOf = (source: string): string =>
  execFileSync('groff', ['-man', '-Tutf8', '-rLL=2000n', '-P-cbou'], { input: source, encoding: 'utf8' })

const linesOf = (path: string): string[] => textOf(readDocument(path)).split('\n')
const wordsOf = (text: string): string => text.replace(/\s+/g, ' ')

test('docs and pages are what the table makes of them (npm run docs writes them)', () => {
  for (const [path, text] of madeDocuments(readDocument)) expect(readDocument(path), path).toBe(text)
})

describe.each(PAGES)('%s', path => {
  test('mandoc finds no fault, but that an unreleased version has no date', () => {
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', path], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    const isReleased = new RegExp(`^## \\[${packageJson.version}\\] - \\d`, 'm').test(
      readDocument('CHANGELOG.md'),
    )
    const faults = stdout
      .split('\n')
      .filter(line => isReleased || !line.endsWith('missing date, using "": TH'))
    expect(faults.join('\n')).toBe('')
  })
  test('groff warns of nothing', () => {
    const groff = spawnSync('groff', ['-ww', '-man', '-Tutf8', path], { cwd: ROOT, encoding: 'utf8' })
    expect(groff).toMatchObject({ status: 0, stderr: '' })
    expect(groff.stdout.length).toBeGreaterThan(5_000)
  })
})

test('memmon(1) has every option and command with all that help says of it', () => {
  const text = wordsOf(textOf(readDocument('man/memmon.1')))
  for (const { flags, help } of OPTIONS) {
    expect(text).toContain(`${flags.join(', ')} `)
    expect(text).toContain(wordsOf(help))
  }
  for (const [name, command] of Object.entries(COMMAND_TEXTS)) {
    expect(text).toContain(`memmon ${name}`)
    for (const part of [command.help, command.more]) expect(text).toContain(wordsOf(part))
  }
})

test('memmon.conf(5) has every key', () => {
  const lines = linesOf('man/memmon.conf.5').map(line => line.trim())
  for (const key of [...GENERAL_KEYS.keys(), 'memory_limit', 'total_limit', 'min_free', 'include'])
    expect(
      lines.some(line => line.startsWith(`${key} = `)),
      key,
    ).toBe(true)
})

test('memmon.conf(5) has the example of docs/memmon.conf.md, as it stands there', () => {
  const sample = codeBlocks('docs/memmon.conf.md').find(({ language }) => language === 'conf')?.text ?? 'none'
  const shown = linesOf('man/memmon.conf.5').map(line => line.replace(/^ {11}/, ''))
  expect(shown.join('\n')).toContain(sample.trimEnd())
})

describe('examples of memmon(1)', () => {
  const lines = linesOf('man/memmon.1').flatMap(line => /^ {11,14}(memmon .*)$/.exec(line)?.[1] ?? [])
  test('there are some', () => expect(lines.length).toBeGreaterThan(30))
  test.each(lines)('%s', line => expectToBeRun(line))
})

test.each([
  `it's a "word", \`so\` \\n ^ ~ and --a-b`,
  '.SH not a heading',
  "'no request either",
  '\\fBnot bold\\fR',
])('text comes out as it went in: %s', text => {
  const title = { name: 'x', section: 1, version: '1', date: '2026-01-02', heading: 'y' }
  const source = page(title, [item('a long term', text), example(text)])
  const lines = textOf(source)
    .split('\n')
    .map(line => line.trim())
  expect(lines.filter(line => line === text).length).toBe(2)
})
