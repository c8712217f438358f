// How finely a program is sampled: by what it has allocated so far.
import { expect, test } from 'vitest'
import type { Control } from '../../src/agent/answer.ts'
import type { BufferWatch } from '../../src/agent/buffer-watch.ts'
import type { HeapProfile } from '../../src/agent/heap-profile.ts'
import type { Profiler } from '../../src/agent/profiler.ts'
import { measure } from '../../src/agent/sample-stages.ts'

const KB = 1024
const GB = 2 ** 30

/** V8's samples of so many bytes. */
const profileOf = (bytes: number): HeapProfile => ({
  head: { id: 1, callFrame: { functionName: '', scriptId: '1', url: '', lineNumber: 0 }, children: [] },
  samples: bytes === 0 ? [] : [{ size: bytes, nodeId: 1, ordinal: 1 }],
})

/** The intervals of the stages of a program that allocates so much in the first two of them. */
async function intervals(...bytes: readonly number[]): Promise<number[]> {
  const started: number[] = []
  const left = [...bytes]
  const profiler: Partial<Profiler> = {
    start: interval => void started.push(interval),
    stop: () => profileOf(left.shift() ?? 0),
    collectGarbage: async () => {},
  }
  const buffers: BufferWatch = {
    restart: () => {},
    made: () => [],
    kept: () => [],
    allocatedBytes: () => 0,
    end: () => {},
  }
  const control: Control = { progress: () => {}, sleep: async () => {}, stop: () => undefined }
  const ports = {
    profiler: profiler as Profiler,
    buffers,
    control,
    agentFolder: '/nowhere/',
    isPrecise: true,
  }
  const measured = await measure(ports, { durationMs: 300, withCensus: false })
  expect(measured?.intervalBytes).toBe(started.at(-1))
  return started.slice(1)
}

test.each<[what: string, bytes: readonly number[], intervals: readonly number[]]>([
  ['an idle program', [0, 0], [4 * KB, 4 * KB]],
  ['one that allocates much', [10 * GB, 10 * GB], [512 * KB, 512 * KB]],
  ['one that is idle at first', [0, 10 * GB], [4 * KB, 512 * KB]],
  ['one that only pauses', [10 * GB, 0], [512 * KB, 512 * KB]],
])('%s', async (_, bytes, expected) => expect(await intervals(...bytes)).toEqual(expected))
