// Labelled recordings from a seed: shapes, with the noise, pages, ticks and limits of real ones.
import { Random } from '../../simulate/random.ts'
import type { Shape } from './parts.ts'
import { SHAPES } from './shapes.ts'
import type { Trace } from './trace.ts'

const PAGE_BYTES = 4096
const MB = 1_048_576
/** What makes a recording longer only makes it slower to score. */
const MOST_SAMPLES = 4000

/** `each` recordings of every family, always the same ones for a seed. */
export function generate(seed: number, each: number, families = Object.keys(SHAPES)): Trace[] {
  return families.flatMap(family =>
    Array.from({ length: each }, (_, at) => one(family, `${family}-${seed}-${at}`, seed * 1000 + at)),
  )
}

function one(family: string, id: string, seed: number): Trace {
  const random = new Random(seed, family)
  const shape = SHAPES[family]?.(random)
  if (shape === undefined) throw new Error(`unknown family: ${family}`)
  const [least, most] = shape.hours
  const seconds = 3600 * least * (most / least) ** random.next()
  const intervalSeconds = seconds / 5 < MOST_SAMPLES && random.chance(0.6) ? 5 : 60
  const baseBytes = 20 * MB * 200 ** random.next()
  const samples = sampled(random, shape, { seconds, intervalSeconds, baseBytes })
  const about = { id, label: shape.label, family, interval_s: intervalSeconds, samples }
  const onset = shape.label === 'leak' ? { onset_t: (shape.onset ?? 0) * seconds } : {}
  return {
    ...about,
    ...onset,
    ...(random.chance(0.7) ? limitOf(random, shape, samples, seconds, baseBytes) : {}),
  }
}

interface Size {
  readonly seconds: number
  readonly intervalSeconds: number
  readonly baseBytes: number
}

function sampled(
  random: Random,
  shape: Shape,
  { seconds, intervalSeconds, baseBytes }: Size,
): Trace['samples'] {
  const noise = random.chance(0.4) ? 0 : 0.03 * random.next() ** 2
  const missing = random.chance(0.5) ? 0 : 0.1 * random.next() ** 2
  const jitterSeconds = intervalSeconds * 0.1 * random.next()
  const samples = []
  for (let tick = 0; tick * intervalSeconds <= seconds; tick++) {
    const at = (tick * intervalSeconds) / seconds
    const grown = (shape.leak?.(at) ?? 0) + shape.rest(at, (at * seconds) / 3600)
    const bytes = baseBytes * (1 + grown) * (1 + noise * (random.next() + random.next() - 1))
    const t = Math.max(0, tick * intervalSeconds + jitterSeconds * (random.next() - 0.5))
    if (tick > 0 && random.chance(missing)) continue
    samples.push({ t: Number(t.toFixed(2)), rss: PAGE_BYTES * Math.max(1, Math.round(bytes / PAGE_BYTES)) })
  }
  return samples
}

/** A leak reaches its limit once to four times as long after its onset as it is recorded; others stay below theirs. */
function limitOf(
  random: Random,
  shape: Shape,
  samples: Trace['samples'],
  seconds: number,
  baseBytes: number,
): Pick<Trace, 'limit_bytes' | 'limit_t'> {
  const highest = Math.max(...samples.map(({ rss }) => rss))
  if (shape.label !== 'leak') return { limit_bytes: Math.round(highest * random.between(1.2, 4)) }
  const rate = ((shape.leak?.(1) ?? 0) * baseBytes) / (1 - (shape.onset ?? 0))
  const later = 3 * random.next() ** 2
  const limit = highest * 1.01 + rate * later * (1 - (shape.onset ?? 0))
  const onset = (shape.onset ?? 0) * seconds
  return { limit_bytes: Math.round(limit), limit_t: onset + (seconds - onset) * (1 + later) }
}
