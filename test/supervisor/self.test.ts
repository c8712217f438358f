// Which process is memmon itself, and whether it runs under the supervisord that it asks.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRunsUnder } from '../../src/supervisor/self.ts'
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
