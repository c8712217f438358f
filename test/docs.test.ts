// Every example of README and docs is run: command lines by the real parser, blocks by the real supervisord.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parseFlags } from '../src/config/flags.ts'
import { outcomeText, requestText } from '../src/core/outcome-text.ts'
import { shellWords } from './helpers/shell-words.ts'
import { processNamed, requestFor, restarted } from './helpers/values.ts'

const ROOT = join(import.meta.dirname, '..')
const FILES = ['README.md', 'CHANGELOG.md', ...readdirSync(join(ROOT, 'docs')).map(name => `docs/${name}`)]
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
const matches = (pattern: RegExp): [string, string][] =>
  FILES.flatMap(file =>
    [...textOf(file).matchAll(pattern)].map(([, text = '']): [string, string] => [file, text]),
  )

const commands = [...matches(/^ {4}memmon (.*)$/gm), ...matches(/^command=memmon (.*)$/gm)]
const blocks = matches(/```ini\n([\s\S]*?)```/g)
const links = matches(/\]\((?!http)([^)#]+)/g)

test('there are examples, blocks and links', () => {
  expect(commands.length).toBeGreaterThan(15)
  expect(blocks.length).toBeGreaterThan(2)
  expect(links.length).toBeGreaterThan(5)
})

test.each(commands)('%s: memmon %s', (_, line) => {
  const flags = parseFlags(shellWords(line))
  if (/--help|--version/.test(line)) expect(['help', 'version']).toContain(flags.kind)
  else
    expect(flags).toMatchObject({
      kind: 'settings',
      settings: { rules: expect.arrayContaining([expect.anything()]) },
    })
})

test.each(blocks)('%s: supervisord accepts the block\n%s', (_, block) => {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-docs-'))
  try {
    const path = join(folder, 'supervisord.conf')
    writeFileSync(path, `[supervisord]\n${block}`)
    const program =
      'import sys; from supervisor.options import ServerOptions; o = ServerOptions(); o.realize(["-c", sys.argv[1]]); print([g.name for g in o.process_group_configs])'
    const output = execFileSync('/usr/bin/python3', ['-c', program, path], { encoding: 'utf8' })
    expect(output).toContain("['memmon']")
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.each(links)('%s: %s exists', (file, link) => {
  expect(existsSync(join(ROOT, dirname(file), link))).toBe(true)
})

test('the log in the README is what the program prints', () => {
  const run = processNamed('web', { pid: 24962, startSeconds: 100, nowSeconds: 105 })
  const request = requestFor(run, 222285824, '-a', '200MB')
  expect(textOf('README.md')).toContain(` INFO ${requestText(request)}\n`)
  const outcome = restarted(request, { newPid: 24965, durationMs: 1240 })
  expect(textOf('README.md')).toContain(` INFO ${outcomeText(outcome)}\n`)
})

test('npm scripts that README and docs name exist', () => {
  const { scripts } = JSON.parse(textOf('package.json'))
  for (const [, script] of matches(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script])
})
