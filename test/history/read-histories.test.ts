// The history as people's commands read it: by its folder, changing nothing, whatever is in it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { historyOf } from '../../src/history/history-of.ts'
import { readHistories } from '../../src/history/read-histories.ts'
import { UNSAFE_FILES } from '../helpers/unsafe-files.ts'
import { EPOCH_MS, fileOf, tracked, withPast } from './tracking.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-histories-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = () => join(folder, 'history.jsonl')
const all = { 'web:web': withPast(2), 'a:a': tracked({ hours: 1 }, () => 50) }
const put = (text: string) => writeFileSync(path(), text, { mode: 0o600 })

test('all of it, in order of the names, and nothing is changed there', async () => {
  put(fileOf(all))
  const found = await readHistories(folder)
  expect(found).toEqual({
    histories: [historyOf('a:a', all['a:a']), historyOf('web:web', all['web:web'])],
    atMs: EPOCH_MS,
    problems: [],
  })
  expect(readdirSync(folder)).toEqual(['history.jsonl'])
  expect(readFileSync(path(), 'utf8')).toBe(fileOf(all))
})

test('a damaged one: what is whole, and how much is not', async () => {
  put(fileOf(all).slice(0, -20))
  const { histories, problems } = await readHistories(folder)
  expect(histories.map(({ namespec }) => namespec)).toEqual(['web:web'])
  expect(problems).toEqual([`${path()} is damaged: 1 of 2 processes are left out`])
})

type Unread = [what: string, make: () => void, problem: RegExp]

test.each<Unread>([
  ['no folder', () => rmSync(folder, { recursive: true }), /history\.jsonl does not exist$/],
  [
    'a folder that is a file',
    () => {
      rmSync(folder, { recursive: true })
      writeFileSync(folder, '')
    },
    / is not a directory$/,
  ],
  [
    'a folder that is a link',
    () => {
      rmSync(folder, { recursive: true })
      symlinkSync('/etc', folder)
    },
    / is not a directory$/,
  ],
  ['no file', () => {}, /history\.jsonl does not exist: memmon writes it after five minutes$/],
  ['garbage', () => put('x'), /history\.jsonl is unreadable$/],
  ['another version', () => put('{"memmonHistory":3}\n'), / was written by another version of memmon$/],
  ...UNSAFE_FILES.map(
    ([what, make, says]): Unread => [
      what,
      () => {
        put(fileOf(all))
        make(path())
      },
      new RegExp(` ${says}: remove it$`),
    ],
  ),
])('%s: one line says so', async (_, make, problem) => {
  make()
  const { histories, atMs, problems } = await readHistories(folder)
  expect(histories).toEqual([])
  expect(atMs).toBeUndefined()
  expect(problems).toEqual([expect.stringMatching(problem)])
  expect(problems[0]).not.toContain('\n')
})
