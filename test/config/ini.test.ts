// The INI dialect, held against the parser of supervisor itself.
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseIni } from '../../src/config/ini.ts'
import { PYTHON } from '../helpers/python.ts'

const READER = `
import sys, json
from supervisor.options import UnhosedConfigParser
for line in sys.stdin:
    parser = UnhosedConfigParser()
    parser.read_string(json.loads(line))
    print(json.dumps([[s, parser.items(s)] for s in parser.sections()]))
`

const TEXTS = [
  '',
  '[a]\nk = v\n',
  '[a]\nk=v\nj: w\n[b]\nk = x = y\n',
  '; c\n# c\n[a]\n  ; indented\nk = v ; inline\nj = v;no comment\nl = v #inline\n',
  '[a]\nK With Blanks = V\n',
  '[a]\nk = one\n  two\n  three ; c\nj = v\n',
  '[a]\nk =\n  one\n\n  two\nj = v\n\n\n',
  '[program:shop:web_*]\nk = v\n',
  '[a] ; comment\nk = v\r\nj = w\r\n',
  '[a]\nk = "quoted ; no"\n',
  '[a]\n    k = v\n    j = w\n[b]\nk = 100%\n',
  '[a]\nk = v\n; comment\n  more\n',
  '[a]\nk:v=w\n',
]

test('sections, keys and values are those that supervisor reads', () => {
  const read = spawnSync(PYTHON, ['-c', READER], {
    input: `${TEXTS.map(text => JSON.stringify(text)).join('\n')}\n`,
    encoding: 'utf8',
  })
  expect(read.status, read.stderr).toBe(0)
  const theirs = read.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const ours = TEXTS.map(text =>
    parseIni(text).sections.map(({ name, entries }) => [name, entries.map(({ key, value }) => [key, value])]),
  )
  expect(ours).toEqual(theirs)
})

test('each line number is that of the line which holds the key', () => {
  const text = '\ufeff; c\n\n[a]\nk = v\n  more\n\nj = w\n[b]\nl = x\n'
  const lines = text.split('\n')
  const { sections, problems } = parseIni(text)
  expect(problems).toEqual([])
  for (const { name, line, entries } of sections) {
    expect(lines[line - 1]).toContain(`[${name}]`)
    for (const { key, line: at } of entries) expect(lines[at - 1]).toContain(`${key} =`)
  }
})

test('no text is too strange', () => {
  const strange = fc.array(
    fc.constantFrom('[', ']', '=', ':', ';', '#', ' ', '\t', '\n', '\r', 'a', '%', '\0', '"'),
  )
  fc.assert(
    fc.property(strange, pieces => {
      const { sections, problems } = parseIni(pieces.join(''))
      for (const { line } of [...sections, ...problems]) expect(line).toBeGreaterThan(0)
    }),
  )
})
