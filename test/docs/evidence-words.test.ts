// docs/evidence.md has each rule of the sentences with its threshold and weight, and shows what they say.
import { expect, test } from 'vitest'
import { parseSize } from '../../src/base/units.ts'
import { wordsAbout } from '../../src/evidence/reason-words.ts'
import { WORD_RULES, wordsOf } from '../../src/evidence/words.ts'
import { LARGE_WORKER, LOCKED } from '../helpers/diagnosed.ts'
import { codeBlocks, readDocument } from '../helpers/documents.ts'
import { factsOf, threadsOf } from '../helpers/facts.ts'

interface Row {
  readonly id: string
  readonly share: number
  readonly amount: number
  readonly weight: number
}

const ROW = /^\| `(\w+)` \| [^|]+ \| (\d+%|) ?\| (\w+) \| (\d+) \| [^|]{10,} \|$/gm

const rows = [...readDocument('docs/evidence.md').matchAll(ROW)].map(
  ([, id = '', share = '', amount = '', weight]): Row => ({
    id,
    share: share === '' ? 0 : Number.parseInt(share, 10) / 100,
    amount: /B$/.test(amount) ? parseSize(amount) : Number(amount),
    weight: Number(weight),
  }),
)

test('every rule has its row, and no other', () => {
  expect(rows.map(({ id }) => id).sort()).toEqual(WORD_RULES.map(({ id }) => id).sort())
})

test.each(WORD_RULES)('$id: share, least and weight', ({ id, weight, least: { share, amount } }) => {
  const row = { id, share, amount: Math.max(1, amount), weight }
  expect(rows.find(one => one.id === id)).toEqual(row)
})

test('its example is what memmon says of such a process', () => {
  const said = wordsOf(LARGE_WORKER).map(({ text }, at) => `${at + 1}. ${text}\n`)
  expect(codeBlocks('docs/evidence.md').map(({ text }) => text)).toContain(said.join(''))
})

test('its other example is what a mail about threads_limit says', () => {
  const threads = threadsOf(58, { byWchan: [{ what: 'futex_do_wait', count: 57 }] })
  const previous = factsOf({ threads, takenAt: LOCKED.takenAt - 250 * 60_000 })
  const said = wordsAbout({ metric: 'threads', cumulative: false }, LOCKED, { previous })
  expect(codeBlocks('docs/evidence.md').map(({ text }) => text)).toContain(`${said.join('\n')}\n`)
})
