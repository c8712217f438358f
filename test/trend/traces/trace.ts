// One labelled recording, as in the JSON Lines that `npm run leak-score` reads.

export type Label = 'leak' | 'bloat' | 'steady'

export interface Trace {
  readonly id: string
  readonly label: Label
  readonly family: string
  readonly interval_s: number
  readonly limit_bytes?: number
  /** When a leak begins, and when it truly reaches the limit. */
  readonly onset_t?: number
  readonly limit_t?: number
  readonly samples: readonly { readonly t: number; readonly rss: number }[]
}
