// The state folder of a memmon that runs, read by somebody else: whatever is in it, one line says so, and nothing changes.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checksHeader } from '../../src/restart/checks-lines.ts'
import { headerLine, restartedLine } from '../../src/restart/journal-lines.ts'
import { readRunningState } from '../../src/restart/running-state.ts'
import { UNSAFE_FILES } from '../helpers/unsafe-files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-state-'))
  write('lock', '42 run-42\n')
  write('restarts.jsonl', JOURNAL)
  write('checks.jsonl', CHECKS)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const JOURNAL =
  headerLine('supervisord', 'boot') + restartedLine({ namespec: 'a:a', at: 1, tick: 2, soonTimes: 0 })
const CHECKS = `${checksHeader('run-42', 9e15, 0)}${JSON.stringify({
  wait: { namespec: 'a:a', run: { pid: 1, startSeconds: 1 }, isPreparing: false, postponed: 1 },
})}\n`
const runOf = (pid: number) => (pid === 42 ? 'run-42' : undefined)
const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 })
const read = (path = folder) => readRunningState(path, runOf)

test('what is there, as of its last change', async () => {
  expect(await read()).toMatchObject({
    kind: 'running',
    pid: 42,
    asOfMs: 9e15,
    journal: { restarts: [{ namespec: 'a:a' }] },
    checks: { waits: [{ namespec: 'a:a', postponed: 1 }] },
    problems: [],
  })
})

test('reading changes nothing there, and takes no lock', async () => {
  const before = readdirSync(folder)
  await read()
  expect(readdirSync(folder)).toEqual(before)
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe('42 run-42\n')
})

test.each<[what: string, make: () => void, kind: string]>([
  ['a lock of a memmon that has ended', () => write('lock', '43 run-43\n'), 'idle'],
  ['a lock of an earlier run of that pid', () => write('lock', '42 run-41\n'), 'idle'],
  ['a lock that is being written', () => write('lock', '42 ru'), 'idle'],
  ['no lock', () => rmSync(join(folder, 'lock')), 'idle'],
  ['no folder', () => rmSync(folder, { recursive: true }), 'missing'],
])('%s: %s', async (_, make, kind) => {
  make()
  expect(await read()).toEqual({ kind })
})

test('a folder that is a link, or none, is not followed', async () => {
  const link = `${folder}.link`
  symlinkSync(folder, link)
  try {
    expect(await read(link)).toEqual({ kind: 'unreadable', why: `${link} is not a directory` })
  } finally {
    rmSync(link)
  }
  expect(await read(join(folder, 'lock'))).toMatchObject({ kind: 'unreadable' })
  expect(await read(join(folder, 'lock', 'x'))).toEqual({ kind: 'missing' })
})

type Case = [what: string, make: () => void, problem: RegExp | undefined, has: 'journal' | 'checks' | 'both']

const unsafe = (name: string, has: 'journal' | 'checks'): Case[] =>
  UNSAFE_FILES.map(([what, make, says]) => [
    `${name}: ${what}`,
    () => make(join(folder, name)),
    new RegExp(`${name} ${says}`),
    has,
  ])

test.each<Case>([
  [
    'a journal that is garbage',
    () => write('restarts.jsonl', '\0\0\n{'),
    /restarts.jsonl is unreadable$/,
    'checks',
  ],
  ['an empty journal', () => write('restarts.jsonl', ''), /restarts.jsonl is unreadable$/, 'checks'],
  ['no journal', () => rmSync(join(folder, 'restarts.jsonl')), /restarts.jsonl is missing$/, 'checks'],
  [
    'a journal of another version',
    () => write('restarts.jsonl', JOURNAL.replace('"memmon":3', '"memmon":2')),
    /restarts.jsonl was written by another version of memmon$/,
    'checks',
  ],
  [
    'a journal whose last line is being written',
    () => write('restarts.jsonl', `${JOURNAL}{"job":{"st`),
    undefined,
    'both',
  ],
  ['checks that are garbage', () => write('checks.jsonl', 'x'), /checks.jsonl is unreadable$/, 'journal'],
  [
    'checks cut in half',
    () => write('checks.jsonl', CHECKS.slice(0, -9)),
    /checks.jsonl is unreadable$/,
    'journal',
  ],
  ...unsafe('restarts.jsonl', 'checks'),
  ...unsafe('checks.jsonl', 'journal'),
  [
    'checks of an earlier memmon',
    () => write('checks.jsonl', CHECKS.replace('run-42', 'run-41')),
    undefined,
    'journal',
  ],
  ['no checks yet', () => rmSync(join(folder, 'checks.jsonl')), undefined, 'journal'],
  [
    'checks that did not all fit',
    () => write('checks.jsonl', CHECKS.replace('"leftOut":0', '"leftOut":7')),
    /: 7 of its entries are left out$/,
    'both',
  ],
])('%s', async (_, make, problem, has) => {
  make()
  const state = await read()
  if (state.kind !== 'running') throw new Error(`it is ${state.kind}`)
  expect(state.problems).toEqual(problem ? [expect.stringMatching(problem)] : [])
  for (const one of state.problems) expect(one).not.toContain('\n')
  expect([state.journal !== undefined, state.checks !== undefined]).toEqual([
    has !== 'checks',
    has !== 'journal',
  ])
  expect(existsSync(join(folder, 'lock'))).toBe(true)
})
