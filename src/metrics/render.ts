// The metrics as text, in the format of Prometheus or in OpenMetrics, by prom-client's registry; a few at a time.
import Registry from 'prom-client/lib/registry.js'
import type { Slices } from '../base/slices.ts'
import { FAMILIES, type Facts, type Family, type Value } from './families.ts'
import type { Labels } from './process-facts.ts'

export type Format = 'prometheus' | 'openmetrics'

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
}

/** So many lines take less than a slice. */
const AT_ONCE = 100
const NONE: Labels = {}

/** `own` are labels of every value. */
export async function render(facts: Facts, format: Format, own: Labels, slices: Slices): Promise<string> {
  const registry = new Registry(CONTENT_TYPES[format])
  registry.setDefaultLabels(own)
  const parts: string[] = []
  for (const family of FAMILIES) {
    const values = family.values(facts)
    for (let at = 0; at < Math.max(1, values.length); at += AT_ONCE) {
      if (slices.isDue()) await slices.rest()
      const text = await textOf(registry, family, values.slice(at, at + AT_ONCE), format)
      parts.push(at === 0 ? text : withoutHead(text))
    }
  }
  return `${parts.join('\n')}\n${format === 'openmetrics' ? '# EOF\n' : ''}`
}

function textOf(
  registry: Registry,
  { name, help, type }: Family,
  values: readonly Value[],
  format: Format,
): Promise<string> {
  // In OpenMetrics the suffix belongs to the samples, and the registry adds it.
  const familyName = format === 'openmetrics' ? name.replace(/_total$/, '') : name
  const metric = {
    name: familyName,
    help,
    type,
    values: values.map(({ labels = NONE, shared = NONE, value }) => ({
      labels,
      sharedLabels: shared,
      value,
    })),
  }
  return registry.getMetricsAsString({ get: () => metric })
}

/** Without HELP and TYPE. */
const withoutHead = (text: string): string => text.slice(text.indexOf('\n', text.indexOf('\n') + 1) + 1)
