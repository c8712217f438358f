// Whatever the facts hold: sentences of one line each, with figures in them that are figures.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { descriptorsText } from '../../src/evidence/descriptor-words.ts'
import { threadsText } from '../../src/evidence/waits.ts'
import { MOST_SENTENCES, WORD_RULES, wordsOf } from '../../src/evidence/words.ts'
import { anyFacts } from '../helpers/any-facts.ts'

/** No name in the facts is one of these words, but for those that chance draws. */
const WRONG = /\b(NaN|undefined|null|Infinity)\b|\[object|-\d+ of|\?B/

test('any facts: at most five sentences of one line, in order, without what is no figure', () => {
  const rules = new Set<string>()
  fc.assert(
    fc.property(
      anyFacts,
      fc.option(anyFacts, { nil: undefined }),
      fc.nat(9),
      (facts, previous, siblingCount) => {
        const before = JSON.stringify(facts)
        const sentences = wordsOf(facts, { previous, siblingCount })
        expect(JSON.stringify(facts)).toBe(before)
        expect(sentences.length).toBeLessThanOrEqual(MOST_SENTENCES)
        for (const { rule, score, text } of sentences) {
          rules.add(rule)
          expect(score).toBeGreaterThan(0)
          expect(score).toBeLessThanOrEqual(100)
          expect(text).not.toMatch(WRONG)
          expect(text).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029]/)
        }
        for (const text of [threadsText(facts), descriptorsText(facts)]) {
          expect(text ?? '').not.toMatch(WRONG)
          expect(text ?? '').not.toMatch(/\n/)
        }
      },
    ),
    { numRuns: 1000 },
  )
  // It has drawn facts in which most of the rules speak: else it would have shown nothing.
  expect(rules.size).toBeGreaterThan(WORD_RULES.length / 2)
})
