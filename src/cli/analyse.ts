// `memmon analyse`: the listener's own detector over recorded series, line by line, of files of any size.
import { stat } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { messageOf } from '../base/errors.ts'
import { errnoOf } from '../base/file-fault.ts'
import { fileLines } from '../base/file-lines.ts'
import { jsonLine } from '../base/json-line.ts'
import { oneLine } from '../base/text.ts'
import { formatSize } from '../base/units.ts'
import type { BadLine } from '../history/recording.ts'
import { createRecordingReader } from '../history/recording-reader.ts'
import type { WidthOf } from '../screen/width.ts'
import { replay } from '../trend/replay.ts'
import type { Verdict } from '../trend/verdict.ts'
import { analysisJson } from './analyse-json.ts'
import { type Analysis, analysisText, type SizesLine } from './analyse-text.ts'
import { endWithReader } from './end-with-reader.ts'
import { openProgressLine, type ProgressLine } from './progress-line.ts'

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'cannot be read (permission denied)',
  EISDIR: 'is a directory, not a file',
}
const MB = 1024 * 1024
const MOST_LINE_BYTES = 64 * MB
const TOO_LONG: BadLine = { kind: 'bad', why: `longer than ${formatSize(MOST_LINE_BYTES)}; skipped` }
/** Something was left out. */
const EXIT_INCOMPLETE = 1

export interface AnalyseAsked {
  /** - is stdin. */
  readonly files: readonly string[]
  readonly json: boolean
  readonly sizesLine: SizesLine
  readonly widthOf: WidthOf
}

interface Ports {
  readonly show: (analysis: Analysis) => void
  readonly complain: (text: string) => void
  readonly progress: ProgressLine
}

/** Prints what there is to say of each series; the exit code. */
export async function analyse({ files, json, sizesLine, widthOf }: AnalyseAsked): Promise<number> {
  endWithReader()
  // What heap.ts saves for a listener that runs for months makes this take three times as long.
  setFlagsFromString('--opt')
  const progress = openProgressLine(widthOf)
  const counts = { leak: 0, bloat: 0, steady: 0 }
  let isIncomplete = false
  const show = (analysis: Analysis) => {
    progress.clear()
    counts[analysis.verdict.kind]++
    process.stdout.write(
      json ? `${jsonLine(analysisJson(analysis))}\n` : `${analysisText(analysis, sizesLine)}\n`,
    )
  }
  const complain = (text: string) => {
    progress.clear()
    isIncomplete = true
    process.stderr.write(`${oneLine(text)}\n`)
  }
  for (const file of files) await analyseFile(file, { show, complain, progress })
  progress.clear()
  if (!json) process.stdout.write(`${countsText(counts)}\n`)
  return isIncomplete ? EXIT_INCOMPLETE : 0
}

async function analyseFile(file: string, { show, complain, progress }: Ports): Promise<void> {
  const name = file === '-' ? 'stdin' : file
  const totalBytes = await sizeOf(file)
  let readBytes = 0
  const onRead = (bytes: number) => {
    readBytes += bytes
    progress.show(totalBytes && readBytes / totalBytes, `${name}, ${formatSize(readBytes)} read`)
  }
  const reader = createRecordingReader()
  try {
    for await (const { number, text } of fileLines(file, { mostBytes: MOST_LINE_BYTES, onRead })) {
      const found = text === undefined ? TOO_LONG : reader.take(text)
      if (found?.kind === 'bad') complain(`${name}, line ${number}: ${found.why}`)
      else if (found) show({ ...found, ...replay(found) })
    }
    const missing = reader.missing()
    if (missing !== undefined) complain(`${name}: ${missing}`)
  } catch (thrown) {
    complain(`${name}: ${whyUnreadable(thrown)}`)
  }
}

const countsText = ({ leak, bloat, steady }: Readonly<Record<Verdict['kind'], number>>): string =>
  `${leak + bloat + steady} series: ${leak} leak, ${bloat} bloat, ${steady} steady`

/** undefined of what is not a file. */
async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() ? found.size : undefined
}

/** One clause. Anything but a failure to read is a defect, and thrown on. */
function whyUnreadable(thrown: unknown): string {
  const code = errnoOf(thrown)
  if (code === undefined) throw thrown
  if (code.startsWith('Z_')) return `damaged gzip file (${messageOf(thrown)}); the rest is not analysed`
  return WHY[code] ?? `cannot be read (${messageOf(thrown)})`
}
