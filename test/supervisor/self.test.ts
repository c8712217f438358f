// Which process is memmon itself, and whether it runs under the supervisord that it asks.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createIsSelf, createRunsUnder } from '../../src/supervisor/self.ts'
import { processNamed } from '../helpers/values.ts'

/** There 101 is a child of 100, and that of 1. */
const PROC = join(import.meta.dirname, '..', 'fixtures', 'proc')
const NAMES = { SUPERVISOR_GROUP_NAME: 'g', SUPERVISOR_PROCESS_NAME: 'memmon' }

test.each<
  [what: string, names: Record<string, string>, own: number, supervisord: number, runsUnder: boolean]
>([
  ['it is in the table by name and pid, and its parent fits', NAMES, 101, 100, true],
  ['its parent is another', NAMES, 101, 1, false],
  ['the table has another pid for it', NAMES, 102, 100, false],
  ['it was given another name', { ...NAMES, SUPERVISOR_PROCESS_NAME: 'x' }, 101, 100, false],
  ['it was given no name', {}, 101, 100, false],
])('%s: %j, %d under %d', (_, names, own, supervisord, expected) => {
  const table = [processNamed('g:other', { pid: 103 }), processNamed('g:memmon', { pid: own })]
  expect(createRunsUnder(names, new Set([101]), PROC)(supervisord, table)).toBe(expected)
})

test.each<[what: string, namespec: string, pid: number, later: readonly number[], isSelf: boolean]>([
  ['by its name', 'g:memmon', 7, [], true],
  ['by the pid of the wrapper around it', 'g:other', 101, [100, 101], true],
  ['a program that was given the pid of an ancestor that has ended', 'g:other', 100, [101], false],
  ['a program with a pid of its own', 'g:other', 7, [100, 101], false],
  ['a later ancestor, as a subreaper', 'g:other', 7, [7, 101], false],
])('memmon itself, %s', (_, namespec, pid, later, isSelf) => {
  let pids = new Set([100, 101])
  const isMemmon = createIsSelf(NAMES, () => pids)
  pids = new Set(later)
  expect(isMemmon(processNamed(namespec, { pid }))).toBe(isSelf)
})
