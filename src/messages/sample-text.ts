// What a worker's agent has said of its memory before a restart: the first lines of its sample, for the log, a mail and a
// document. The report is the worker's word, so nothing in it is believed to be there. Pure.
import { sampleLines } from '../agent-report/sample-lines.ts'
import { parseSample } from '../agent-report/sample-report.ts'
import { formatDuration } from '../base/units.ts'
import type { MemorySample, RestartRequest } from '../rules/outcome.ts'

const NO_SAMPLE: MemorySample = { lines: [], problem: 'what the agent has answered is not a sample' }

/** Its first lines: what grew, who holds it, and where it is made. */
export function sampleOf(report: unknown): MemorySample {
  const sample = parseSample(report)
  if (!sample) return NO_SAMPLE
  const { reportPath: path } = sample
  return { lines: sampleLines(sample), ...(path !== undefined && { path }) }
}

/** Before it: a restart that takes half a minute longer is explained. */
export const samplingText = ({ process: { namespec, pid } }: RestartRequest, seconds: number): string =>
  `Sampling the memory of ${namespec} (pid ${pid}) for ${formatDuration(seconds)} before its restart`

/** What the log says of it. */
export function sampleLine(
  { process: { namespec, pid } }: RestartRequest,
  { lines, path, problem }: MemorySample,
): { readonly event: 'memory_sample'; readonly level: 'INFO' | 'WARN'; readonly text: string } {
  const event = 'memory_sample'
  const who = `${namespec} (pid ${pid})`
  if (problem !== undefined)
    return { event, level: 'WARN', text: `No memory sample of ${who}: ${problem}. The restart continues` }
  const where = path === undefined ? '' : ` is in ${path}`
  return { event, level: 'INFO', text: `Memory sample of ${who}${where}: ${lines.at(-1)}` }
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
