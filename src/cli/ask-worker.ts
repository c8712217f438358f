// `memmon sample` and `memmon dump`: one worker is asked for one thing, by way of memmon, and what came of it is printed.
import { parseSample } from '../agent-report/sample-report.ts'
import type { Asked as AskedOfHost } from '../agents/client.ts'
import type { Answer } from '../agents/protocol.ts'
import { UsageError } from '../base/errors.ts'
import { jsonLine } from '../base/json-line.ts'
import { oneLine } from '../base/text.ts'
import { formatDuration } from '../base/units.ts'
import { openSightings } from '../proc/sightings.ts'
import { sampleScreen } from '../screen/sample-screen.ts'
import { shown, type WidthOf } from '../screen/width.ts'
import { type Target, targetOf } from './diagnose-target.ts'
import { endWithReader } from './end-with-reader.ts'
import { findHost } from './memmon-host.ts'
import { openProgressLine } from './progress-line.ts'
import type { Asked } from './rule-sources.ts'
import { stdoutWidth, takesColour } from './terminal-size.ts'

/** memmon gives a worker less. */
const DUMP_WITHIN_MS = 660_000
const SAMPLE_GRACE_MS = 90_000
const DUMPS = ['heap', 'threads', 'gc', 'scheduler']
const EXIT_FAILED = 1

interface WorkerAsked extends Asked {
  readonly word: string
  readonly widthOf: WidthOf
}

/** Prints the sample; the exit code. Throws a UsageError. */
export async function sampleWorker({
  json,
  durationSeconds,
  classes,
  ...asked
}: WorkerAsked & {
  readonly json: boolean
  readonly durationSeconds: number
  readonly classes: boolean
}): Promise<number> {
  const durationMs = durationSeconds * 1000
  const said = { do: 'sample', duration_ms: durationMs, ...(classes && { classes }) }
  return await ask(asked, said, durationMs + SAMPLE_GRACE_MS, data =>
    json ? [jsonLine(data)] : sampleText(data, asked.widthOf),
  )
}

function sampleText(data: object, widthOf: WidthOf): string[] {
  const sample = parseSample(data)
  if (!sample) return documentLines(data)
  const colour = process.stdout.isTTY && takesColour()
  return sampleScreen(sample, { columns: stdoutWidth(), colour, widthOf })
}

/** Prints the dump, or where it is; the exit code. Throws a UsageError. */
export async function dumpWorker({
  what,
  force,
  ...asked
}: WorkerAsked & { readonly what: string; readonly force: boolean }): Promise<number> {
  if (!DUMPS.includes(what))
    throw new UsageError(`dump ${what}: unknown dump; use ${DUMPS.join(', ')}`, { about: 'command line' })
  return await ask(asked, { do: 'dump', what, force }, DUMP_WITHIN_MS, documentLines)
}

async function ask(
  { word, widthOf, ...asked }: WorkerAsked,
  said: AskedOfHost,
  timeoutMs: number,
  linesOf: (data: object) => string[],
): Promise<number> {
  endWithReader()
  const { host, table } = await findHost(asked)
  const sight = openSightings()?.look()
  const target = targetOf(word, table, pid => sight?.(pid)?.parentPid)
  const progress = openProgressLine(widthOf)
  const controller = new AbortController()
  const cancel = () => controller.abort()
  process.once('SIGINT', cancel)
  const answer = await host.ask(
    { ...said, process: target.pid },
    {
      timeoutMs,
      signal: controller.signal,
      onProgress: ({ text, leftMs }) =>
        progress.show(shareOf(leftMs, said.duration_ms), progressText(text, leftMs)),
    },
  )
  process.off('SIGINT', cancel)
  progress.clear()
  host.close()
  return print(answer, target, linesOf)
}

function print(
  answer: Answer,
  { process: { namespec } }: Target,
  linesOf: (data: object) => string[],
): number {
  if (answer.kind === 'failed') {
    process.stderr.write(`memmon: ${oneLine(namespec)}: ${oneLine(answer.error)}\n`)
    return EXIT_FAILED
  }
  const data = typeof answer.data === 'object' && answer.data !== null ? answer.data : {}
  process.stdout.write(`${linesOf(data).join('\n')}\n`)
  return 0
}

/** Of a sample it is known how long it takes. */
const shareOf = (leftMs: number | undefined, wholeMs: unknown): number | undefined =>
  leftMs === undefined || typeof wholeMs !== 'number' ? undefined : 1 - leftMs / wholeMs

const progressText = (text: string, leftMs: number | undefined): string =>
  shown(leftMs === undefined ? text : `${text}, ${formatDuration(Math.ceil(leftMs / 1000))} left`)

/** A document for people: indented, and whatever a name in it holds steers no terminal. */
const documentLines = (data: object): string[] => JSON.stringify(data, null, 2).split('\n').map(shown)
