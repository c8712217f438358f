// The table of processes, believed or refused: what is asked, how often, and what trouble does.
import { beforeEach, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import type { Sight } from '../../src/rules/pid-namespace.ts'
import type { ProcessInfo } from '../../src/rules/process.ts'
import { createTrustedTable } from '../../src/supervisor/trusted-table.ts'
import { processNamed } from '../helpers/values.ts'

let processes: ProcessInfo[]
let parents: Map<number, number>
let supervisordPid: number
let fault: SupervisorFault | undefined
let asked: number
let looks: number
beforeEach(() => {
  processes = [processNamed('a', { pid: 10 }), processNamed('b', { pid: 11 }), processNamed('c', { pid: 0 })]
  parents = new Map([
    [10, 7],
    [11, 7],
  ])
  supervisordPid = 7
  fault = undefined
  asked = looks = 0
})

const tableOf = () =>
  createTrustedTable(async () => ({ processes, isListener: () => false }), {
    getPid: async () => {
      asked++
      if (fault) throw fault
      return supervisordPid
    },
    look: () => {
      looks++
      return (pid): Sight | undefined => {
        const parentPid = parents.get(pid)
        return parentPid === undefined ? undefined : { parentPid, startSeconds: undefined }
      }
    },
    isOwnProc: () => true,
    isLikely: () => false,
    isSurely: () => false,
  })

const refusalOf = (read: () => Promise<unknown>): Promise<string> =>
  read().then(
    () => 'believed',
    thrown => `${(thrown as SupervisorFault).kind}: ${(thrown as Error).message}`,
  )

test('children of supervisord are believed, and its pid is asked for once', async () => {
  const read = tableOf()
  for (let check = 0; check < 3; check++) expect((await read()).processes).toBe(processes)
  expect([asked, looks]).toEqual([1, 3])
})

test('a pid that was used again is marked, the others are not', async () => {
  parents.set(11, 1)
  const { isAnother } = await tableOf()()
  expect([10, 11].map(pid => isAnother?.(pid))).toEqual([false, true])
})

test('refused in the same words each time, believed again when it is another supervisord', async () => {
  const read = tableOf()
  parents = new Map([[10, 2]])
  const first = await refusalOf(read)
  expect(first).toMatch(
    /^pids: .*a:a is pid 10, a child of its own pid 7, .* here pid 10 is a child of pid 2/,
  )
  parents = new Map([[10, 3]])
  expect(await refusalOf(read)).toBe(first)
  supervisordPid = 3
  expect(await refusalOf(read)).toBe('believed')
  supervisordPid = 4
  expect(await refusalOf(read)).toBe('believed') // not asked while all fits
})

test('supervisord was replaced by one with another pid: asked again, and believed at once', async () => {
  const read = tableOf()
  await read()
  supervisordPid = 8
  parents = new Map([
    [10, 8],
    [11, 8],
  ])
  expect(await refusalOf(read)).toBe('believed')
  expect(asked).toBe(2)
})

test('one that does not tell its pid is believed by the common parent and the starts', async () => {
  fault = new SupervisorFault('fault', 'UNKNOWN_METHOD', 1)
  expect(await refusalOf(tableOf())).toBe('believed')
})

test.each([
  new SupervisorFault('unreachable', 'x'),
  new SupervisorFault('fault', 'SHUTDOWN_STATE', 6),
])('$message when its pid is asked for: this check has no table, the next one asks again', async thrown => {
  const read = tableOf()
  fault = thrown
  await expect(read()).rejects.toBe(thrown)
  fault = undefined
  expect(await refusalOf(read)).toBe('believed')
})
