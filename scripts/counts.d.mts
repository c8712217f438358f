// The types of counts.mjs, which Node runs as it is.
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Files and groups with an error outside of a test. */
  readonly broken: number
  readonly unhandled: number
}

export interface EndedRun {
  readonly counts: Counts | undefined
  readonly exitCode: number
  readonly typesHold: boolean
  readonly styleHolds: boolean
  readonly isCi: boolean
}

export function countsTo(path: string): Record<string, string>
export function readCounts(path: string): Counts | undefined
export function closing(run: EndedRun): { readonly isGood: boolean; readonly lines: readonly string[] }
