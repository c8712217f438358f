// What the detector says of a process's series, as values.

export type Verdict = Steady | Bloat | Leak

/** Nothing that lasts: noise, teeth, days, one-off spikes; or too little seen so far. */
export interface Steady {
  readonly kind: 'steady'
}

/** It has grown since it had settled, and has levelled off. */
export interface Bloat {
  readonly kind: 'bloat'
  readonly fromBytes: number
  /** What the size does not fall below any more. */
  readonly toBytes: number
}

export interface Leak {
  readonly kind: 'leak'
  /** How long it has grown, by the series' own clock, which stands still while nothing is seen. */
  readonly forSeconds: number
  readonly fromBytes: number
  readonly toBytes: number
  readonly slopeBytesPerHour: number
  /** Until the highest sizes, not only the floor, reach the limit; undefined without a limit. */
  readonly secondsToLimit: number | undefined
  /** From .8 when it is first seen, towards 1 as the growth goes on. */
  readonly sureness: number
}

export const STEADY: Steady = { kind: 'steady' }
