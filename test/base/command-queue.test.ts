// Commands take turns: 4 at a time, restarts first, a bounded queue, and another try where the machine lacks something.
import { beforeEach, expect, test } from 'vitest'
import { CommandQueue } from '../../src/base/command-queue.ts'
import type { CommandResult } from '../../src/base/pipe-command.ts'

const OK: CommandResult = { ok: true }
const LACK: CommandResult = { ok: false, why: 'it could not be run: spawn x EMFILE', isLack: true }

let slept: number[]
let queue: CommandQueue
let ends: Map<string, () => void>
beforeEach(() => {
  slept = []
  ends = new Map()
  queue = new CommandQueue(async ms => void slept.push(ms))
})

/** Work that runs until it is ended by its name. */
const work = (name: string) => (): Promise<CommandResult> =>
  new Promise(resolve => ends.set(name, () => resolve(OK)))
const settled = () => new Promise(setImmediate)
async function end(name: string): Promise<void> {
  ends.get(name)?.()
  ends.delete(name)
  await settled()
}

test('500 alerts at once: 3 run, and one place is left for a restart', async () => {
  for (let at = 0; at < 500; at++) void queue.run('alert', work(`a${at}`))
  expect([...ends.keys()]).toEqual(['a0', 'a1', 'a2'])
  void queue.run('restart', work('r0'))
  void queue.run('restart', work('r1'))
  expect([...ends.keys()]).toEqual(['a0', 'a1', 'a2', 'r0'])
  await end('a1')
  expect([...ends.keys()]).toEqual(['a0', 'a2', 'r0', 'r1'])
  for (let at = 0; at < 600; at++) for (const name of [...ends.keys()]) await end(name)
  await queue.whenIdle()
})

test('each result reaches its own caller', async () => {
  const failed: CommandResult = { ok: false, why: 'exit code 3', exitCode: 3 }
  const results = await Promise.all([
    queue.run('alert', async () => failed),
    queue.run('restart', async () => OK),
  ])
  expect(results).toEqual([failed, OK])
  expect(slept).toEqual([])
})

test('more than a thousand that wait are refused, and said to be', async () => {
  for (let at = 0; at < 1_003; at++) void queue.run('alert', work(`a${at}`))
  expect(await queue.run('alert', work('one more'))).toEqual({
    ok: false,
    why: 'it was not run: 4 commands at a time, and 1000 wait already',
    isLack: true,
  })
})

test('a lack that passes costs no command; one that lasts is told', async () => {
  const answers = [LACK, LACK, OK]
  expect(await queue.run('alert', async () => answers.shift() ?? OK)).toEqual(OK)
  expect(slept).toEqual([500, 1_000])
  expect(await queue.run('alert', async () => LACK)).toEqual(LACK)
  expect(slept.slice(2)).toEqual([500, 1_000, 2_000, 4_000, 8_000])
})
