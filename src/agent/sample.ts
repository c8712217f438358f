// A sample of the program's memory: what it allocates, and how much of that still exists at the end, by what made it.
// The program goes on as before, whether the sample succeeds or fails.
import { type Answer, CANCELLED, type Control } from './answer.ts'
import { watchBuffers } from './buffer-watch.ts'
import type { Line } from './conversation.ts'
import { countCollections } from './gc-tally.ts'
import { openProfiler, type Profiler, withoutInlining } from './profiler.ts'
import { writeSample } from './sample-files.ts'
import { type Measured, measure, type Wanted } from './sample-stages.ts'

const SHORTEST_MS = 1_000
const LONGEST_MS = 3_600_000
const USUAL_MS = 30_000

/** What is allocated below it is the agent's own. */
const AGENT_FOLDER = `${import.meta.dirname}/`

export async function sample(line: Line, control: Control): Promise<Answer> {
  const durationMs = durationOf(line.duration_ms)
  if (durationMs === undefined)
    return { error: `duration_ms is ${SHORTEST_MS} to ${LONGEST_MS}, not ${String(line.duration_ms)}` }
  const profiler = openProfiler()
  try {
    if (profiler.isTaken())
      return { error: 'busy: the program is sampling its own heap; try again when it has finished' }
    const measured = await withAllOn(profiler, { durationMs, withCensus: line.classes === true }, control)
    return measured ? { data: writeSample(measured, line.folder) } : CANCELLED
  } finally {
    profiler.close()
  }
}

function durationOf(given: unknown): number | undefined {
  if (given === undefined) return USUAL_MS
  return typeof given === 'number' && given >= SHORTEST_MS && given <= LONGEST_MS ? given : undefined
}

/** Undefined if it was cancelled. */
async function withAllOn(
  profiler: Profiler,
  wanted: Wanted,
  control: Control,
): Promise<Measured | undefined> {
  const inlineAgain = withoutInlining(profiler)
  const buffers = watchBuffers(AGENT_FOLDER, () => performance.now())
  const collections = countCollections()
  const ports = {
    profiler,
    buffers,
    control,
    agentFolder: AGENT_FOLDER,
    isPrecise: inlineAgain !== undefined,
  }
  try {
    const measured = await measure(ports, wanted)
    return measured && { ...measured, gc: collections() }
  } finally {
    collections()
    buffers.end()
    profiler.end()
    inlineAgain?.()
  }
}
