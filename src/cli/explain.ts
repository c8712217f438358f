// `memmon explain`: all about one process, by the rules of each memmon.
import { UsageError } from '../base/errors.ts'
import type { Assessment } from '../check/assess.ts'
import { isOver } from '../check/finding.ts'
import { namesNear } from '../screen/order.ts'
import { explainText } from './explain-text.ts'
import { exitCodeOf, look } from './look.ts'
import type { Asked } from './rule-sources.ts'

/** Prints all about one process; the exit code. Throws a UsageError. */
export async function explain(name: string, asked: Asked): Promise<number> {
  const seen = await look(asked)
  const { views, assessment, capacity, notes, warnings } = seen
  const at = indexOf(name, assessment)
  for (const warning of warnings) process.stderr.write(`${warning}\n`)
  const origins = views.map(({ origin }) => origin)
  const texts = views.flatMap(({ assessment: { processes }, rules, origin }) => {
    const one = processes[at]
    return one ? [`${origin ? `${origin}\n\n` : ''}${explainText(one, rules, capacity)}`] : []
  })
  const others = notes.filter(note => !origins.includes(note)).map(note => `${note}\n`)
  process.stdout.write([...texts, ...others].join('\n'))
  return exitCodeOf(assessment.processes[at]?.findings.some(isOver) ?? false, seen)
}

function indexOf(name: string, assessment: Assessment): number {
  const { processes } = assessment
  const isMeant = ({ process }: (typeof processes)[number]) =>
    process.namespec === name || process.name === name
  const found = processes.filter(isMeant)
  if (found.length === 1) return processes.findIndex(isMeant)
  if (found.length > 1) {
    throw new UsageError(
      `"${name}" names ${found.length} processes: give group:name, as in ${found[0]?.process.namespec}`,
    )
  }
  const near = namesNear(name, assessment)
  throw new UsageError(
    `supervisord has no process "${name}"${near.length > 0 ? `; the nearest names are ${near.join(', ')}` : ''}`,
  )
}
