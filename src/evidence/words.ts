// What the facts of a process say to a person, in at most five sentences, the most telling one first. Pure.
// docs/evidence.md has each rule with its threshold and the reason for it.
import { AROUND_RULES } from './around-words.ts'
import { DESCRIPTOR_RULES } from './descriptor-words.ts'
import type { Facts } from './facts.ts'
import { GROWTH_RULES } from './growth-words.ts'
import { MAPPING_RULES } from './mapping-words.ts'
import { MEMORY_RULES } from './memory-words.ts'
import { STATE_RULES } from './state-words.ts'
import { THREAD_RULES } from './thread-words.ts'
import type { Finding, Least, WordRule, WordsContext } from './word-rule.ts'

export interface Sentence {
  /** The id of its rule. */
  readonly rule: string
  /** 0 to 100. */
  readonly score: number
  /** Without a full stop, and one line whatever a name holds. */
  readonly text: string
}

export const MOST_SENTENCES = 5

/** Every rule that there is. */
export const WORD_RULES: readonly WordRule[] = [
  ...STATE_RULES,
  ...THREAD_RULES,
  ...DESCRIPTOR_RULES,
  ...MEMORY_RULES,
  ...MAPPING_RULES,
  ...AROUND_RULES,
  ...GROWTH_RULES,
]

/** Empty if nothing stands out, or nothing is known. */
export const wordsOf = (facts: Facts, context: WordsContext = {}): readonly Sentence[] =>
  spokenBy(WORD_RULES, facts, context).slice(0, MOST_SENTENCES)

/** What these rules say, the most telling first. */
export function spokenBy(
  rules: readonly WordRule[],
  facts: Facts,
  context: WordsContext,
): readonly Sentence[] {
  const spoken = rules
    .flatMap(rule => {
      const finding = rule.find(facts, context)
      return finding && isTelling(finding, rule.least) ? [{ rule, ...sentence(rule, finding) }] : []
    })
    .sort((a, b) => b.score - a.score)
  const topics = new Set<string>()
  return spoken
    .filter(({ rule: { topic } }) => !topics.has(topic) && topics.add(topic))
    .map(({ rule: { id }, score, text }) => ({ rule: id, score, text }))
}

function isTelling({ amount, whole }: Finding, least: Least): boolean {
  if (!(Number.isFinite(amount) && whole > 0)) return false
  return amount >= least.amount && amount >= least.share * whole
}

/** Half of the weight for being there at all; the other half by how much of the whole it is. */
function sentence({ weight }: WordRule, { amount, whole, text }: Finding) {
  return { text, score: Math.round((weight * (1 + Math.min(1, amount / whole))) / 2) }
}
