// How memory is measured, by the names that --sampler has for it.

export const SAMPLER_NAMES = ['auto', 'proc', 'ps'] as const
export type SamplerName = (typeof SAMPLER_NAMES)[number]

/** Throws an Error that says what would be right. */
export function parseSamplerName(text: string): SamplerName {
  const name = SAMPLER_NAMES.find(one => one === text)
  if (!name) throw new Error(`"${text}" is not a sampler: use ${SAMPLER_NAMES.join(', ')}`)
  return name
}
