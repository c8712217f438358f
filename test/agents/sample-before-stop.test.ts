// The sample before a restart: as long as it may take, and no longer than a hard limit leaves.
import { expect, test } from 'vitest'
import type { Ask } from '../../src/agents/asks.ts'
import type { Answer } from '../../src/agents/protocol.ts'
import { sampleBeforeStop } from '../../src/agents/sample-before-stop.ts'
import type { AskTerms } from '../../src/agents/worker.ts'

const DONE: Answer = { kind: 'finished', data: { by_location: [] } }
const never = () => new Promise<never>(() => {})
const tick = () => new Promise<void>(resolve => setImmediate(resolve))
const TERMS = { pid: 7, seconds: 30, timeoutSeconds: 120, isOverHardLimit: async () => false }

test('it asks for so long, and waits for so long', async () => {
  const asked: [number, Ask, number][] = []
  const ask = async (pid: number, said: Ask, { timeoutMs }: AskTerms) => {
    asked.push([pid, said, timeoutMs])
    return DONE
  }
  expect(await sampleBeforeStop(TERMS, { ask, sleep: never })).toBe(DONE)
  expect(asked).toEqual([[7, { do: 'sample', duration_ms: 30_000 }, 120_000]])
})

test('over its hard limit the sample is finished early, and not before', async () => {
  let looks = 0
  const isOverHardLimit = async () => {
    looks++
    if (looks === 2) throw new Error('cannot be measured now')
    return looks === 4
  }
  const ask = async (_: number, __: Ask, { finish }: AskTerms) => {
    await new Promise(resolve => finish?.addEventListener('abort', resolve))
    return DONE
  }
  expect(await sampleBeforeStop({ ...TERMS, isOverHardLimit }, { ask, sleep: tick })).toBe(DONE)
  expect(looks).toBe(4)
})

test('nobody looks any more when it is over', async () => {
  let looks = 0
  const isOverHardLimit = async () => {
    looks++
    return false
  }
  await sampleBeforeStop({ ...TERMS, isOverHardLimit }, { ask: async () => DONE, sleep: tick })
  const before = looks
  for (let round = 0; round < 10; round++) await tick()
  expect(looks).toBe(before)
})

test('without a socket: what to set', async () => {
  const answer = await sampleBeforeStop(TERMS, { ask: async () => undefined, sleep: never })
  expect(answer).toEqual({ kind: 'failed', error: 'memmon has no agent socket: set agent_socket = auto' })
})
