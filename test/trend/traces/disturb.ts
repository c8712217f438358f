// The same recording, as another machine, another tick or a bad day would have made it.
import { Random } from '../../simulate/random.ts'
import type { Trace } from './trace.ts'

export type Disturbance = 'scale' | 'shift' | 'noise' | 'fewer' | 'late' | 'missed' | 'pages'

const LARGE_PAGE_BYTES = 65_536

export function disturb(trace: Trace, kind: Disturbance, seed: number): Trace {
  const random = new Random(seed, kind)
  const first = trace.samples[0]?.rss ?? 0
  const size = { scale: 0.5 * 8 ** random.next(), shift: first * random.between(0, 0.3) }
  switch (kind) {
    case 'scale':
      return resized(trace, bytes => Math.round(bytes * size.scale))
    case 'shift':
      return resized(trace, bytes => Math.round(bytes + size.shift))
    case 'noise':
      return withSamples(trace, ({ t, rss }) => ({ t, rss: Math.round(rss * random.between(0.995, 1.005)) }))
    case 'pages':
      return withSamples(trace, ({ t, rss }) => ({
        t,
        rss: Math.ceil(rss / LARGE_PAGE_BYTES) * LARGE_PAGE_BYTES,
      }))
    case 'late':
      return withSamples(trace, ({ t, rss }) => ({ t: t + random.between(0, 0.4) * trace.interval_s, rss }))
    case 'missed':
      return { ...trace, samples: trace.samples.filter((_, at) => at === 0 || !random.chance(0.2)) }
    case 'fewer':
      return {
        ...trace,
        interval_s: 2 * trace.interval_s,
        samples: trace.samples.filter((_, at) => at % 2 === 0),
      }
  }
}

type Sample = Trace['samples'][number]

const withSamples = (trace: Trace, of: (sample: Sample) => Sample): Trace => ({
  ...trace,
  samples: trace.samples.map(of),
})

const resized = (trace: Trace, of: (bytes: number) => number): Trace => ({
  ...withSamples(trace, ({ t, rss }) => ({ t, rss: of(rss) })),
  ...(trace.limit_bytes === undefined ? {} : { limit_bytes: of(trace.limit_bytes) }),
})
