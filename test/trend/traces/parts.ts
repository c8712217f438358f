// What the shapes of shapes.ts are made of: ramps, waves, steps, teeth.
import type { Random } from '../../simulate/random.ts'
import type { Label } from './trace.ts'

export interface Shape {
  readonly label: Label
  /** Hours that it lasts, at least and at most. */
  readonly hours: readonly [number, number]
  /** Where in it a leak begins; 0 if nothing is said. */
  readonly onset?: number
  /** The leak alone at a share of its life, 0 before the onset; what forecasts are held against. */
  readonly leak?: (at: number) => number
  /** All the rest: `at` goes from 0 to 1, `hour` from 0. Called in order of time, once a tick. */
  readonly rest: (at: number, hour: number) => number
}

const TAU = 2 * Math.PI
export const still = () => 0
export const ramp = (onset: number) => (at: number) => Math.max(0, at - onset) / (1 - onset)
export const wave = (hour: number, peak: number) => (1 + Math.cos((TAU * (hour - peak)) / 24)) / 2
export const DAYS = [40, 72] as const
export const ANY = [0.7, 60] as const
export const LONG = [6, 72] as const

/** Steps at random times, the sum of whose heights is 1. */
export function steps(random: Random, count: number, end: number): (at: number) => number {
  const all = Array.from({ length: count }, () => ({
    at: random.between(0, end),
    by: random.between(0.2, 1),
  }))
  const sum = all.reduce((total, { by }) => total + by, 0)
  return at => all.reduce((total, one) => total + (one.at <= at ? one.by : 0), 0) / sum
}

/** A collector's sawtooth: rises, and falls when it is full; the teeth differ. */
export function teeth(
  random: Random,
  periodHours: number,
  height: number,
): (at: number, hour: number) => number {
  let [from, length, top] = [random.between(-1, 0) * periodHours, periodHours, height]
  return (_, hour) => {
    while (hour >= from + length) {
      from += length
      length = periodHours * random.between(0.6, 1.4)
      top = height * random.between(0.7, 1.3)
    }
    return (top * (hour - from)) / length
  }
}

export const steady = (hours: readonly [number, number], rest: Shape['rest']): Shape => ({
  label: 'steady',
  hours,
  rest,
})

/** A leak grows by a fifth to three times of the size it begins with. */
export function growing(random: Random, share: (at: number) => number): (at: number) => number {
  const by = 0.2 * 15 ** random.next()
  return at => by * share(at)
}

/** Around zero, drawn back to it: no step depends on any but the last. */
export function wobble(random: Random, size: number): () => number {
  let now = 0
  const back = random.between(0.002, 0.05)
  return () => {
    now += -now * back + size * Math.sqrt(back) * (random.next() + random.next() + random.next() - 1.5)
    return now
  }
}

/** Of a rate by the hour: what it comes to at a share of `hours`, 1 at the end unless hours are 1. */
export function integral(rate: (hour: number) => number, hours: number): (at: number) => number {
  const sums = [0]
  for (let hour = 0; hour < 80; hour += 0.1) sums.push((sums.at(-1) ?? 0) + 0.1 * rate(hour))
  const whole = hours === 1 ? 1 : (sums[Math.round(hours * 10)] ?? 1)
  return at => {
    const place = Math.min(sums.length - 2, at * hours * 10)
    const [low = 0, high = 0] = sums.slice(Math.floor(place), Math.floor(place) + 2)
    return (low + (high - low) * (place % 1)) / whole
  }
}
