// The types of mutant-scores.mjs, which Node runs as it is.
export const LEAST_SCORE: number

export interface Place {
  /** Both count from 1. */
  readonly line: number
  readonly column: number
}

/** A mutant as survivors.json names it. */
export interface NamedMutant {
  readonly file: string
  readonly line: string
  readonly was: string
  readonly becomes: string
}

export interface ListedSurvivor extends NamedMutant {
  readonly reason: string
}

export interface FileScore<M extends NamedMutant> {
  readonly file: string
  readonly killed: number
  readonly counted: number
  readonly changeNothing: number
  readonly score: number
  readonly survivors: readonly M[]
}

export function nameOf(
  mutant: {
    readonly fileName: string
    readonly location: { readonly start: Place; readonly end: Place }
    readonly replacement: string
  },
  source: string,
): NamedMutant
export function scoresOf<M extends NamedMutant & { readonly status: string }>(
  mutants: readonly M[],
  listed: readonly ListedSurvivor[],
): { readonly scores: readonly FileScore<M>[]; readonly outdated: readonly ListedSurvivor[] }
