// `memmon diagnose`: what the kernel knows of one process, in words, and drawn below them; or all of it as JSON.
import { UsageError } from '../base/errors.ts'
import { oneLine } from '../base/text.ts'
import type { Assessment } from '../check/assess.ts'
import { isOver } from '../check/finding.ts'
import { missingTexts } from '../evidence/missing-text.ts'
import { wordsOf } from '../evidence/words.ts'
import { openSightings } from '../proc/sightings.ts'
import { type Diagnosis, diagnosisLines, pipedDiagnosis } from '../screen/diagnosis.ts'
import type { WidthOf } from '../screen/width.ts'
import type { ProcessTable } from '../supervisor/process-table.ts'
import { diagnosisDocument } from './diagnose-json.ts'
import { type Target, targetOf } from './diagnose-target.ts'
import { diagnoseHeads } from './diagnose-text.ts'
import { endWithReader } from './end-with-reader.ts'
import { contextIn, factsByHand, readerByHand } from './facts-by-hand.ts'
import { exitCodeOf, look } from './look.ts'
import type { Asked } from './rule-sources.ts'
import { columnsOf, takesColour } from './terminal-size.ts'

/** As long as a restart waits for the same facts. */
const TIMEOUT_MS = 2_000
const EXIT_UNREADABLE = 2

export interface DiagnoseAsked extends Asked {
  readonly word: string
  readonly json: boolean
  /** string-width's. */
  readonly widthOf: WidthOf
  readonly open?: typeof openSightings
}

/** Prints it; the exit code. Throws a UsageError. */
export async function diagnose({
  word,
  json,
  widthOf,
  open = openSightings,
  ...asked
}: DiagnoseAsked): Promise<number> {
  endWithReader()
  const sightings = open()
  if (!sightings) throw new UsageError("memmon diagnose needs Linux's /proc, which this system does not have")
  const seen = await look(asked)
  const sight = sightings.look()
  const target = targetOf(word, seen.table, pid => sight(pid)?.parentPid)
  const diagnosis = await diagnosisOf(target, seen)
  for (const line of [...seen.warnings, ...seen.faults]) process.stderr.write(`${oneLine(line)}\n`)
  if (json) process.stdout.write(`${JSON.stringify(diagnosisDocument(diagnosis, target), null, 2)}\n`)
  else process.stdout.write(`${linesOf(diagnosis, widthOf).join('\n')}\n`)
  if (!diagnosis.facts.status) return EXIT_UNREADABLE
  const own = seen.assessment.processes.find(({ process }) => process.namespec === target.process.namespec)
  return exitCodeOf(own?.findings.some(isOver) ?? false, seen)
}

/** Reads what the kernel knows about it now. */
export async function diagnosisOf(
  target: Target,
  { assessment, table }: { readonly assessment: Assessment; readonly table: Pick<ProcessTable, 'processes'> },
): Promise<Diagnosis> {
  const facts = await factsByHand(target.pid, TIMEOUT_MS)
  const { namespec } = target.process
  const reader = readerByHand()
  const own = assessment.processes.find(({ process }) => process.namespec === namespec)
  return {
    facts,
    heads: diagnoseHeads({ target, facts, rssBytes: own?.rssBytes, nameOf: reader.nameOf }),
    sentences: wordsOf(facts, contextIn(table, target.process)),
    unread: missingTexts(facts, reader),
  }
}

function linesOf(diagnosis: Diagnosis, widthOf: WidthOf): string[] {
  if (!process.stdout.isTTY) return pipedDiagnosis(diagnosis, widthOf)
  return diagnosisLines(diagnosis, { columns: columnsOf(process.stdout), colour: takesColour(), widthOf })
}
