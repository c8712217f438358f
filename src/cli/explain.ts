// `memmon explain`: all about one process, or about those of a group or a pattern, by the rules of each memmon.
import { isOver } from '../check/finding.ts'
import { counts } from '../check/watched.ts'
import { chosenIn } from './check-once.ts'
import { explainDocument } from './explain-json.ts'
import { type Explained, explainText } from './explain-text.ts'
import { exitCodeOf, look, type Seen, type View } from './look.ts'
import type { Asked } from './rule-sources.ts'

/** Prints it, as text or JSON; the exit code. Throws a UsageError. */
export async function explain(name: string, asked: Asked, isJson: boolean): Promise<number> {
  const seen = await look(asked)
  const chosen = chosenIn(seen.assessment, [name])
  const namespecs = new Set(chosen.processes.map(({ process }) => process.namespec))
  const parts = seen.views.map(view => explained(view, namespecs, seen))
  for (const warning of seen.warnings) process.stderr.write(`${warning}\n`)
  process.stdout.write(
    isJson ? `${JSON.stringify(explainDocument(parts, seen), null, 2)}\n` : wholeText(parts, seen),
  )
  return exitCodeOf(
    chosen.processes.some(({ findings }) => findings.some(isOver)),
    seen,
  )
}

function explained(
  view: View,
  namespecs: ReadonlySet<string>,
  { capacity }: Seen,
): Explained & { readonly view: View } {
  const { assessment, rules } = view
  const processes = assessment.processes.filter(({ process }) => namespecs.has(process.namespec))
  const budgets = assessment.budgets.filter(({ budget }) =>
    processes.some(({ process }) => counts(budget, process)),
  )
  return { view, processes, budgets, rules, capacity }
}

/** Above each part where its rules are from, and as of when; all other notes below. */
function wholeText(parts: readonly (Explained & { readonly view: View })[], { notes }: Seen): string {
  const said = new Set<string>()
  const texts = parts.map(part => {
    const heads = [part.view.origin, part.view.running?.note].filter(head => head !== undefined)
    for (const head of heads) said.add(head)
    return `${heads.length > 0 ? `${heads.join('\n')}\n\n` : ''}${explainText(part)}`
  })
  return [...texts, ...notes.filter(note => !said.has(note)).map(note => `${note}\n`)].join('\n')
}
