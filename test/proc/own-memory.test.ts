// V8's optimising compiler, which memmon does without until there are many processes.
import { setFlagsFromString } from 'node:v8'
import { beforeEach, expect, test } from 'vitest'
import { OwnMemory } from '../../src/proc/own-memory.ts'
import { processNamed } from '../helpers/values.ts'
import { waitFor } from '../helpers/wait.ts'

/** Of %GetOptimizationStatus (V8's src/runtime/runtime.h). */
const OPTIMIZED = 1 << 4
const CALLS = 100_000

beforeEach(() => {
  for (const flag of ['--allow-natives-syntax', '--no-opt', '--no-maglev']) setFlagsFromString(flag)
})

/** A function that nobody has called yet, and what V8 has made of it. */
function hot(): { call: () => void; isOptimized: () => boolean } {
  const sum = new Function('count', 'let sum = 0; for (let at = 0; at < count; at++) sum += at; return sum')
  const statusOf = new Function('of', 'return %GetOptimizationStatus(of)')
  return {
    call: () => {
      for (let at = 0; at < CALLS; at++) sum(100)
    },
    isOptimized: () => (statusOf(sum) & OPTIMIZED) !== 0,
  }
}

const table = (running: number, stopped: number) => [
  ...Array.from({ length: running }, (_, at) => processNamed(`p${at}`, { pid: 1_000 + at })),
  ...Array.from({ length: stopped }, (_, at) => processNamed(`q${at}`, { pid: 0 })),
]

test('code is optimised from 500 running processes on', async () => {
  const memory = new OwnMemory({ readRssBytes: undefined, log: () => {}, onUnfit: () => {} })
  memory.onTable(table(499, 500))
  const few = hot()
  for (let at = 0; at < 20; at++) few.call()
  expect(few.isOptimized()).toBe(false)
  memory.onTable(table(500, 0))
  const many = hot()
  await waitFor('optimised code', () => {
    many.call()
    return many.isOptimized()
  })
})
