// What a worker's agent has said of its memory before a restart: the first lines of its sample, for the log, a mail and a
// document. The report is the worker's word, so nothing in it is believed to be there. Pure.
import { formatDuration, formatSize } from '../base/units.ts'
import type { MemorySample, RestartRequest } from '../rules/outcome.ts'

const MOST_LINES = 3
const MOST_LETTERS = 200

/** Its first lines, the likeliest leak first: '2MB retained at /app/cache.js:7 (keep)'. */
export function sampleOf(report: unknown): MemorySample {
  const { by_location: found, files } = recordOf(report)
  const lines = (Array.isArray(found) ? found : []).flatMap(lineOf).slice(0, MOST_LINES)
  const { report: path } = recordOf(files)
  return { lines, ...(typeof path === 'string' && { path: cut(path) }) }
}

function lineOf(location: unknown): string[] {
  const { data, memory, function: name } = recordOf(location)
  if (typeof data !== 'string' || typeof memory !== 'number' || !(memory > 0)) return []
  const within = typeof name === 'string' && name !== '' ? ` (${cut(name)})` : ''
  return [`${formatSize(memory)} retained at ${cut(data)}${within}`]
}

/** Before it: a restart that takes half a minute longer is explained. */
export const samplingText = ({ process: { namespec, pid } }: RestartRequest, seconds: number): string =>
  `Sampling the memory of ${namespec} (pid ${pid}) for ${formatDuration(seconds)} before its restart`

/** What the log says of it. */
export function sampleLine(
  { process: { namespec, pid } }: RestartRequest,
  { lines: [first], path, problem }: MemorySample,
): { readonly level: 'INFO' | 'WARN'; readonly text: string } {
  const who = `${namespec} (pid ${pid})`
  if (problem !== undefined)
    return { level: 'WARN', text: `No memory sample of ${who}: ${problem}. The restart continues` }
  const where = path === undefined ? '' : ` is in ${path}`
  return { level: 'INFO', text: `Memory sample of ${who}${where}: ${first ?? 'nothing was retained'}` }
}

/** The lines of a mail. */
export const sampleFacts = ({ lines, path, problem }: MemorySample): (readonly [string, string])[] => [
  ...lines.map(text => ['Sample', text] as const),
  ...(path === undefined ? [] : [['Sample', path] as const]),
  ...(problem === undefined ? [] : [['Sample', `None: ${problem}`] as const]),
]

/** `memory_sample` in the document. */
export const sampleEvent = ({ lines, path, problem }: MemorySample): Record<string, unknown> => ({
  path: path ?? null,
  problem: problem ?? null,
  lines,
})

const cut = (text: string): string => text.slice(0, MOST_LETTERS)

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
