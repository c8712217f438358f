// The profiler, where the program uses V8's own, too.
import { Session } from 'node:inspector'
import { expect, test } from 'vitest'
import { openProfiler } from '../../src/agent/profiler.ts'

test('a sampler that the program has stopped meanwhile is over, and what follows its end is done', () => {
  const profiler = openProfiler()
  const own = new Session()
  own.connect()
  try {
    profiler.start(1024, false)
    own.post('HeapProfiler.stopSampling', () => {})
    expect(() => profiler.end()).not.toThrow()
    expect(profiler.isTaken()).toBe(false)
    profiler.start(1024, false)
    profiler.end()
    expect(profiler.isTaken()).toBe(false)
  } finally {
    own.disconnect()
    profiler.close()
  }
})
