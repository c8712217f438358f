// Every example in the documents is run: by memmon's own parser, by supervisord's, or by memmon itself.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseSize } from '../../src/base/units.ts'
import { doubtsOf } from '../../src/config/doubtful.ts'
import { parseFlags } from '../../src/config/flags.ts'
import { GENERAL_KEYS } from '../../src/config/key-table.ts'
import { blocksOf, codeBlocks, documentPaths, memmonLines, ROOT, readDocument } from '../helpers/documents.ts'
import { expectToBeRun } from '../helpers/example-lines.ts'
import { PYTHON, splitWords } from '../helpers/python.ts'
import { MEMMON } from '../helpers/supervisord.ts'

/** What supervisord needs besides the block, and the block may hold itself. */
const SURROUNDINGS: readonly [string, string][] = [
  ['[supervisord]', ''],
  ['[unix_http_server]', 'file=/tmp/supervisor.sock\n'],
  [
    '[rpcinterface:supervisor]',
    'supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n',
  ],
]

interface ReadConfig {
  processes: { name: string; listener: boolean; words: string[]; environment: Record<string, string> }[]
  servers: { family: string; username: string | null; password: string | null }[]
}

/** The block as supervisord's own code reads it. */
function readBySupervisor(block: string): ReadConfig {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-docs-'))
  try {
    const around = SURROUNDINGS.filter(([header]) => !block.includes(header)).map(pair => pair.join('\n'))
    writeFileSync(join(folder, 'supervisord.conf'), `${around.join('\n')}\n${block}`)
    const reader = join(import.meta.dirname, '..', 'helpers', 'supervisor-config.py')
    const read = spawnSync(PYTHON, [reader, join(folder, 'supervisord.conf')], { encoding: 'utf8' })
    expect(read.status, `${read.stderr}\n${block}`).toBe(0)
    return JSON.parse(read.stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('command lines', () => {
  const lines = documentPaths().flatMap(path => memmonLines(path).map(line => [path, line] as const))
  test('there are some', () => expect(lines.length).toBeGreaterThan(10))
  test.each(lines)('%s: %s', (_, line) => expectToBeRun(line))
})

describe('blocks for memmon.conf', () => {
  const blocks = blocksOf('conf')
  test('there are some', () => expect(blocks.length).toBeGreaterThan(2))
  test.each(blocks)('$path: $text', ({ text }) => {
    const surroundings = { listFolder: () => [], environment: { SLACK_URL: 'https://x/y' }, hostName: 'x' }
    const readText = () => ({ text, isPrivate: true })
    const flags = parseFlags(['--config', 'memmon.conf'], readText, surroundings)
    if (flags.kind !== 'settings') throw new Error(flags.kind)
    expect(flags.settings.rules.length + flags.settings.budgets.length).toBeGreaterThan(0)
    expect(doubtsOf(flags.settings)).toEqual([])
  })
  test('every key is explained, and no other', () => {
    const named = [...readDocument('docs/memmon.conf.md').matchAll(/^\| (?:`\[.*`\s*\| )?`(\w+)` /gm)].map(
      ([, key]) => key,
    )
    const keys = [...GENERAL_KEYS.keys(), 'include', 'memory_limit', 'total_limit', 'min_free']
    expect(
      [...new Set(named)]
        .filter(
          key => !key?.endsWith('_size_limit') && !['free_size_minimum', 'interval'].includes(key ?? ''),
        )
        .sort(),
    ).toEqual(keys.sort())
  })
  test('one that is wrong is told as docs/memmon.conf.md shows', () => {
    const block = codeBlocks('docs/memmon.conf.md').find(({ language }) => language === 'console')
    const said = (block?.text ?? '').split('\n').slice(1).join('\n')
    const wrong = readFileSync(join(ROOT, 'test', 'fixtures', 'wrong.conf'), 'utf8')
    const folder = mkdtempSync(join(tmpdir(), 'memmon-docs-'))
    try {
      writeFileSync(join(folder, 'memmon.conf'), wrong)
      const run = spawnSync(process.execPath, [MEMMON, '--config', 'memmon.conf'], {
        cwd: folder,
        encoding: 'utf8',
      })
      expect(run).toMatchObject({ status: 2, stdout: '', stderr: said })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('blocks for supervisord.conf', () => {
  const section = 'examples/supervisor/memmon.conf'
  const blocks = [...blocksOf('ini'), { path: section, text: readDocument(section) }]
  test('there are some', () => expect(blocks.length).toBeGreaterThan(3))
  test.each(blocks)('$path: $text', ({ text }) => {
    const { processes, servers } = readBySupervisor(text)
    const memmon = processes.find(({ name }) => name === 'memmon')
    expect(memmon).toMatchObject({ listener: true, words: ['memmon', ...(memmon?.words.slice(1) ?? [])] })
    expect(parseFlags(memmon?.words.slice(1) ?? [])).toMatchObject({ kind: 'settings' })
    // A block with a password is of use only if memmon is told the same one.
    for (const { username, password } of servers.filter(server => server.username !== null)) {
      expect(memmon?.environment).toEqual({ SUPERVISOR_USERNAME: username, SUPERVISOR_PASSWORD: password })
    }
  })
  test('supervisord refuses one that is wrong', () => {
    expect(() => readBySupervisor('[eventlistener:memmon]\ncommand=memmon\nevents=TOCK_60\n')).toThrow(
      'TOCK_60',
    )
  })
})

test('started by hand, memmon says what README.md shows', () => {
  const block = codeBlocks('README.md').find(({ language }) => language === 'console')
  const [prompt = '', ...said] = (block?.text ?? '').split('\n')
  const args = [MEMMON, ...splitWords(prompt.replace('$ memmon', ''))]
  const run = spawnSync(process.execPath, args, { env: { PATH: process.env.PATH }, encoding: 'utf8' })
  expect(run).toMatchObject({ status: 2, stdout: '', stderr: said.join('\n') })
})

test('sizes in README.md are sizes', () => {
  for (const bad of ['0', '-5MB', '200 megs']) {
    expect(readDocument('README.md')).toContain(`\`${bad}\``)
    expect(() => parseSize(bad)).toThrow(bad)
  }
})
