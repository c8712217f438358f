// The sentences about a process that has broken a rule: a breach of threads_limit or fds_limit first says which threads or
// descriptors these are, and what has grown. Pure.
import type { Metric } from '../rules/metric.ts'
import type { Breach } from '../rules/rule.ts'
import { DESCRIPTOR_RULES, descriptorsText } from './descriptor-words.ts'
import type { Facts, Part } from './facts.ts'
import { fdsGrew, threadsGrew } from './growth-words.ts'
import { THREAD_RULES } from './thread-words.ts'
import { threadsText } from './waits.ts'
import type { WordRule, WordsContext } from './word-rule.ts'
import { MOST_SENTENCES, type Sentence, spokenBy, wordsOf } from './words.ts'

/** What a metric counts other than memory, and the words for it. */
interface Counted {
  readonly part: Part & ('threads' | 'descriptors')
  readonly grew: WordRule['find']
  readonly rules: readonly WordRule[]
  readonly tally: (facts: Facts) => string | undefined
}

const COUNTED: Partial<Record<Metric, Counted>> = {
  threads: { part: 'threads', grew: threadsGrew, rules: THREAD_RULES, tally: threadsText },
  fds: { part: 'descriptors', grew: fdsGrew, rules: DESCRIPTOR_RULES, tally: descriptorsText },
}

/** The part of the facts that a limit on the metric is about; undefined for one on memory. */
export const partOf = (metric: Metric): Counted['part'] | undefined => COUNTED[metric]?.part

/** At most five, the most telling first; of threads and descriptors always at least one. */
export function wordsAbout(
  { metric, cumulative }: Pick<Breach, 'metric' | 'cumulative'>,
  facts: Facts,
  context: WordsContext = {},
): readonly string[] {
  const counted = COUNTED[metric]
  const reasons = counted ? reasonsOf(counted, cumulative, facts, context) : []
  return [...new Set([...reasons, ...textsOf(wordsOf(facts, context))])].slice(0, MOST_SENTENCES)
}

function reasonsOf(
  { part, grew, rules, tally }: Counted,
  cumulative: boolean,
  facts: Facts,
  context: WordsContext,
): string[] {
  const growth = grew(facts, context)
  const counts = tally(facts) ?? `its ${part} could not be read (${whyNot(part, facts)})`
  return [
    // However small: the limit is broken.
    ...(growth && growth.amount > 0 ? [growth.text] : []),
    ...textsOf(spokenBy(rules, facts, context)),
    cumulative ? `without its descendants: ${counts}` : counts,
  ]
}

const whyNot = (part: Part, { missing }: Facts): string =>
  missing[part] ?? missing.process ?? 'no reason given'

const textsOf = (sentences: readonly Sentence[]): string[] => sentences.map(({ text }) => text)
