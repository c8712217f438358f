// The Buffers that are made while a sample is taken, which V8's profiler does not see: the functions that make them are
// wrapped for that time. Those that are collected again are forgotten by a FinalizationRegistry.
import { type Blame, blameOf } from './blame.ts'
import { guarded } from './guarded.ts'
import { stackFrames } from './stack-frames.ts'
import type { Sample } from './tally.ts'

/** A stack takes 20 us: so many a second are 1 % of a core. */
const STACKS_A_SECOND = 500
/** Of those that are still there: if there are more, half of them stand for all. */
const MOST_KEPT = 50_000
const MAKERS = ['alloc', 'allocUnsafe', 'allocUnsafeSlow', 'from', 'concat'] as const

interface Made {
  readonly blame: Blame
  readonly bytes: number
  readonly atTick: number
}

export interface BufferWatch {
  /** Forgets what has been seen. With `keepsAll` those that are collected are remembered, too, for `made`. */
  readonly restart: (how: { readonly keepsAll: boolean }) => void
  readonly made: () => Sample[]
  /** Of Buffers made between these two readings of the clock. */
  readonly kept: (fromTick: number, toTick: number) => Sample[]
  readonly allocatedBytes: () => number
  readonly end: () => void
}

interface Seen {
  readonly kept: Map<number, Made>
  all: Made[] | undefined
  /** Of those that were examined: each of them stands for the others. */
  share: number
}

/** Makes room, by chance: what is made in turns would else lose one kind of it. */
function halve(seen: Seen): void {
  const isKept = () => Math.random() < 0.5
  seen.share /= 2
  for (const key of seen.kept.keys()) if (!isKept()) seen.kept.delete(key)
  seen.all = seen.all?.filter(isKept)
}

export function watchBuffers(agentFolder: string, tick: () => number): BufferWatch {
  let seen: Seen = { kept: new Map(), all: undefined, share: 1 }
  let key = 0
  const registry = new FinalizationRegistry<number>(gone => seen.kept.delete(gone))
  const sampler = poissonSampler(tick)
  const note = (buffer: Buffer, bytes: number): void => {
    if (seen.kept.size >= MOST_KEPT || (seen.all?.length ?? 0) >= MOST_KEPT) halve(seen)
    if (Math.random() >= seen.share) return
    const blame = blameOf(stackFrames(note), agentFolder)
    if (!blame) return
    const made = { blame, bytes, atTick: tick() }
    seen.all?.push(made)
    seen.kept.set(++key, made)
    registry.register(memoryOf(buffer), key)
  }
  const watched = wrapMakers(sampler, note)
  const sampleOf = ({ blame, bytes, atTick }: Made, fromTick: number, toTick: number): Sample => ({
    ...{ blame, bytes: bytes / seen.share, isExternal: true },
    at: Math.min(1, Math.max(0, (atTick - fromTick) / (toTick - fromTick))),
  })
  let bytesBefore = 0
  return {
    restart: ({ keepsAll }) => {
      seen = { kept: new Map(), all: keepsAll ? [] : undefined, share: 1 }
      bytesBefore = watched.bytes()
    },
    made: () => (seen.all ?? []).map(made => sampleOf(made, 0, 1)),
    // Later ones may be garbage that no collection has looked at.
    kept: (fromTick, toTick) =>
      [...seen.kept.values()]
        .filter(({ atTick }) => atTick <= toTick)
        .map(made => sampleOf(made, fromTick, toTick)),
    allocatedBytes: () => watched.bytes() - bytesBefore,
    end: watched.end,
  }
}

/** What keeps the bytes, by a slice of them, too. Of Node's pool a Buffer has only a part. */
const memoryOf = (buffer: Buffer): object =>
  buffer.length === buffer.buffer.byteLength ? buffer.buffer : buffer

/** Chooses which Buffers are examined. */
export interface BufferSampler {
  /** How many bytes this one stands for: the chance that it is examined depends on its size. */
  readonly weighed: (bytes: number) => number
  /** How many bytes pass until the next one, a whole number. */
  readonly gap: () => number
}

/** Every Buffer while there are few; of more, each with a chance by its size, so that the sums stay right. */
export function poissonSampler(tick: () => number, random = Math.random): BufferSampler {
  let meanBytes = 0
  let secondTick = tick()
  let looked = 0
  const adapt = (): void => {
    if (++looked % STACKS_A_SECOND === 0) meanBytes = Math.max(64, meanBytes * 4)
    const nowTick = tick()
    if (nowTick - secondTick < 1_000) return
    if (looked < STACKS_A_SECOND / 4) meanBytes = meanBytes < 64 ? 0 : meanBytes / 2
    secondTick = nowTick
    looked = 0
  }
  return {
    weighed: bytes => {
      const chance = meanBytes === 0 ? 1 : 1 - Math.exp(-bytes / meanBytes)
      adapt()
      return bytes / chance
    },
    gap: () => Math.ceil(-Math.log(1 - random()) * meanBytes),
  }
}

interface Watched {
  /** All Buffers so far. */
  readonly bytes: () => number
  readonly end: () => void
}

/**
 * Nearly all of the cost is for the Buffers that are not examined, a million times a second: one more call, and one subtraction
 * of whole numbers, which V8 does without an allocation.
 */
function wrapMakers(sampler: BufferSampler, onMade: (buffer: Buffer, bytes: number) => void): Watched {
  let gapBytes = 0
  let leftBytes = 0
  let passedBytes = 0
  /** Buffer.concat calls Buffer.allocUnsafe: only the outer call counts. */
  let depth = 0
  let isActive = true
  // Guarded here, not in the calls: a closure there would cost each of them an allocation.
  const look = (made: unknown, bytes: number): void =>
    guarded(() => {
      if (bytes === 0 || !isActive || !(made instanceof Buffer)) return
      passedBytes += gapBytes - leftBytes
      const weight = sampler.weighed(bytes)
      gapBytes = leftBytes = sampler.gap()
      onMade(made, weight)
    })
  const restores = MAKERS.map(name => {
    const descriptor = Object.getOwnPropertyDescriptor(Buffer, name)
    const original: unknown = descriptor?.value
    if (!descriptor || typeof original !== 'function' || !descriptor.configurable) return () => {}
    // None of them takes more than three, nor counts them.
    const wrapped = function (this: unknown, first: unknown, second: unknown, third: unknown): unknown {
      depth++
      let made: { readonly length?: unknown; readonly buffer?: unknown }
      try {
        made = original.call(this, first, second, third)
      } finally {
        depth--
      }
      if (depth > 0) return made
      const bytes = made?.length
      // A view of the given ArrayBuffer allocates no memory.
      if (typeof bytes === 'number' && (typeof first !== 'object' || made.buffer !== first)) {
        leftBytes -= bytes
        if (leftBytes <= 0) look(made, bytes)
      }
      return made
    }
    Object.defineProperty(wrapped, 'name', { value: name, configurable: true })
    Object.defineProperty(wrapped, 'length', { value: original.length, configurable: true })
    Object.defineProperty(Buffer, name, { ...descriptor, value: wrapped })
    // Whoever has wrapped ours meanwhile goes on calling it: it only calls the original from now on.
    return () => {
      if (Object.getOwnPropertyDescriptor(Buffer, name)?.value === wrapped)
        Object.defineProperty(Buffer, name, descriptor)
    }
  })
  return {
    bytes: () => passedBytes + gapBytes - leftBytes,
    end: () => {
      isActive = false
      for (const restore of restores) restore()
    },
  }
}
