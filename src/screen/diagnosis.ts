// The screen of `memmon diagnose`: what its evidence says of one process, and the evidence below it, in the width of a
// terminal or, for a pipe, whole. Pure; side effects are in cli/diagnose.ts.
import type { Facts } from '../evidence/facts.ts'
import type { Sentence } from '../evidence/words.ts'
import { aroundSections } from './around-sections.ts'
import { memorySections } from './memory-sections.ts'
import { paint } from './paint.ts'
import { type Section, sectionLines } from './section.ts'
import { threadSections } from './thread-sections.ts'
import { type Room, shown, type WidthOf, wrapped } from './width.ts'

export interface Diagnosis {
  /** Who it is, a line each. */
  readonly heads: readonly string[]
  readonly sentences: readonly Sentence[]
  readonly facts: Facts
  /** What could not be read, and what would allow it: a line each. */
  readonly unread: readonly string[]
}

/** A terminal that is narrower gets lines of this width, and breaks them itself. */
const LEAST_COLUMNS = 40

/** Whatever a name holds, a line stays a line, and steers no terminal. */
export function diagnosisLines(
  diagnosis: Diagnosis,
  {
    columns,
    colour,
    widthOf,
  }: { readonly columns: number; readonly colour: boolean; readonly widthOf: WidthOf },
): string[] {
  const room = { width: Math.max(columns, LEAST_COLUMNS), widthOf }
  const paragraphs = [
    diagnosis.heads.flatMap((head, at) =>
      wrapped(shown(head), room).map(line => paint(line, at === 0 ? 'bold' : undefined, colour)),
    ),
    sentenceLines(diagnosis, room),
    ...sectionsOf(diagnosis.facts).map(section => sectionLines(section, room, colour)),
    diagnosis.unread.flatMap(text => wrapped(shown(text), room).map(line => paint(line, 'yellow', colour))),
  ]
  return paragraphs
    .filter(lines => lines.length > 0)
    .flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))
}

/** What a pipe gets: nothing is cut, painted or broken into lines. */
export const pipedDiagnosis = (diagnosis: Diagnosis, widthOf: WidthOf): string[] =>
  diagnosisLines(diagnosis, { columns: Number.POSITIVE_INFINITY, colour: false, widthOf })

const sectionsOf = (facts: Facts): readonly Section[] => [
  ...memorySections(facts),
  ...threadSections(facts),
  ...aroundSections(facts),
]

/** '1. ...', each further line of one below its text. */
function sentenceLines({ sentences, unread }: Diagnosis, room: Room): string[] {
  const { width, widthOf } = room
  if (sentences.length === 0)
    return wrapped(
      unread.length === 0 ? 'Nothing stands out.' : 'Nothing stands out in what could be read.',
      room,
    )
  return sentences.flatMap(({ text }, at) => {
    const number = `${at + 1}. `
    return wrapped(shown(text), { width: width - number.length, widthOf }).map(
      (line, part) => (part === 0 ? number : '   ') + line,
    )
  })
}
