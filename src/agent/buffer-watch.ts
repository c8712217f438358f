// The Buffers that are made while a sample is taken, which V8's profiler does not see: the functions that make them are
// wrapped for that time. Those that are collected again are forgotten by a FinalizationRegistry.
import { type Blame, blameOf } from './blame.ts'
import { stackFrames } from './stack-frames.ts'
import type { Sample } from './tally.ts'

/** A stack takes 20 us: so many a second are 1 % of a core. */
const STACKS_A_SECOND = 500
/** Of those that are still there. */
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
  readonly kept: (earlyUntilTick: number) => Sample[]
  readonly allocatedBytes: () => number
  readonly end: () => void
}

interface Seen {
  readonly kept: Map<number, Made>
  readonly all: Made[] | undefined
  allocatedBytes: number
}

export function watchBuffers(agentFolder: string, tick: () => number): BufferWatch {
  let seen: Seen = { kept: new Map(), all: undefined, allocatedBytes: 0 }
  let key = 0
  const registry = new FinalizationRegistry<number>(gone => seen.kept.delete(gone))
  const standsFor = poissonSampler(tick)
  const note = (buffer: Buffer): void => {
    seen.allocatedBytes += buffer.length
    const bytes = standsFor(buffer.length)
    if (bytes === 0 || seen.kept.size >= MOST_KEPT || (seen.all?.length ?? 0) >= MOST_KEPT) return
    const blame = blameOf(stackFrames(note), agentFolder)
    if (!blame) return
    const made = { blame, bytes, atTick: tick() }
    seen.all?.push(made)
    seen.kept.set(++key, made)
    registry.register(buffer, key)
  }
  const sampleOf = ({ blame, bytes, atTick }: Made, earlyUntilTick: number): Sample => ({
    ...{ blame, bytes, isExternal: true, isEarly: atTick < earlyUntilTick },
  })
  return {
    restart: ({ keepsAll }) => {
      seen = { kept: new Map(), all: keepsAll ? [] : undefined, allocatedBytes: 0 }
    },
    made: () => (seen.all ?? []).map(made => sampleOf(made, 0)),
    kept: earlyUntilTick => [...seen.kept.values()].map(made => sampleOf(made, earlyUntilTick)),
    allocatedBytes: () => seen.allocatedBytes,
    end: wrapMakers(note),
  }
}

/**
 * For how many bytes a Buffer stands, 0 if it is not among those looked at. Each is while there are few; of more, each by
 * the chance that its size gives it, so that the sums stay right.
 */
export function poissonSampler(tick: () => number, random = Math.random): (bytes: number) => number {
  let meanBytes = 0
  /** How many bytes pass until the next one that is looked at: nearly all of what this costs is this subtraction. */
  let leftBytes = 0
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
  return bytes => {
    leftBytes -= bytes
    if (leftBytes > 0 || bytes === 0) return 0
    const chance = meanBytes === 0 ? 1 : 1 - Math.exp(-bytes / meanBytes)
    adapt()
    leftBytes = -Math.log(1 - random()) * meanBytes
    return bytes / chance
  }
}

/** Buffer.concat calls Buffer.allocUnsafe: only the outer call counts. */
function wrapMakers(onMade: (buffer: Buffer) => void): () => void {
  let depth = 0
  let isActive = true
  const restores = MAKERS.map(name => {
    const descriptor = Object.getOwnPropertyDescriptor(Buffer, name)
    const original: unknown = descriptor?.value
    if (!descriptor || typeof original !== 'function' || !descriptor.configurable) return () => {}
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      depth++
      let made: unknown
      try {
        made = Reflect.apply(original, this, args)
      } finally {
        depth--
      }
      if (isActive && depth === 0 && made instanceof Buffer) onMade(made)
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
  return () => {
    isActive = false
    for (const restore of restores) restore()
  }
}
