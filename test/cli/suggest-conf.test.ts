// Suggestions as a memmon.conf: memmon reads it, and each limit counts for the process that it was suggested for.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { confOf } from '../../src/cli/suggest-conf.ts'
import { suggestionFor } from '../../src/cli/suggestion.ts'
import { parseFlags } from '../../src/config/flags.ts'
import type { ProcessHistory } from '../../src/history/process-history.ts'
import { selects } from '../../src/rules/selector.ts'
import { historyOf, lifeOf, MB, NOW_MS, pointsUntil } from '../helpers/histories.ts'

const sized = (namespec: string, sizeMB: number, more: Partial<ProcessHistory> = {}, count = 600) =>
  historyOf({
    namespec,
    lives: [
      lifeOf(
        pointsUntil(
          NOW_MS,
          Array.from({ length: count }, () => sizeMB * MB),
        ),
      ),
    ],
    ...more,
  })

const write = (histories: readonly ProcessHistory[], others: readonly string[] = []) =>
  confOf(histories.map(suggestionFor), [...histories.map(({ namespec }) => namespec), ...others], NOW_MS)

/** As memmon reads it. */
function rulesOf(text: string) {
  const surroundings = { listFolder: () => [], environment: {}, hostName: 'x' }
  const flags = parseFlags(['--config', 'memmon.conf'], () => ({ text, isPrivate: false }), surroundings)
  if (flags.kind !== 'settings') throw new Error(flags.kind)
  return flags.settings.rules
}

const sections = (text: string) => text.match(/^\[.*\]$/gm)

test('a section for each process, with its reason, its limit and what was measured', () => {
  const { text, limits } = write([
    sized('web:web', 100),
    sized('shop:api', 200, { metric: 'pss', cumulative: true }),
    sized('db:db', 300, {}, 60),
  ])
  expect(limits).toBe(3)
  expect(text.split('\n\n').slice(1)).toEqual([
    '[program:web]\n; steady; seen for 10h; normally 100MB, at most 100MB; this limit is 30% above the peak\nmemory_limit = 130MB',
    '[program:shop:api]\n; steady; seen for 10h; normally 200MB, at most 200MB; this limit is 25% above the peak\nmemory_limit = 250MB\nmetric = pss\ncumulative = true',
    '[program:db]\n; seen for 1h only; normally 300MB, at most 300MB; this limit is 50% above the peak; look again when\n; it has run for a day\nmemory_limit = 450MB\naction = alert ; a guess restarts nothing: remove this line when the limit has proved right\n',
  ])
  expect(rulesOf(text)).toMatchObject([
    { metric: 'rss', cumulative: false, action: { kind: 'restart' } },
    { metric: 'pss', cumulative: true },
    { action: { kind: 'alert' } },
  ])
})

test('a group whose processes are of a kind is one section, with the largest limit', () => {
  const { text } = write([sized('worker:w_0', 100), sized('worker:w_1', 150)])
  expect(sections(text)).toEqual(['[group:worker]'])
  expect(text).toContain('\n; worker:w_0: steady; ')
  expect(rulesOf(text)).toMatchObject([{ limit: { amount: 190 * MB } }])
})

test.each<[what: string, histories: ProcessHistory[], others: string[]]>([
  ['far apart', [sized('g:a', 100), sized('g:b', 900)], []],
  ['not all selected', [sized('g:a', 100), sized('g:b', 100)], ['g:c']],
  ['measured otherwise', [sized('g:a', 100), sized('g:b', 100, { metric: 'pss' })], []],
])('a group whose processes are %s is a section each', (_, histories, others) => {
  expect(sections(write(histories, others).text)).toEqual(['[program:g:a]', '[program:g:b]'])
})

test('a program whose name another group has, too, is named with its group', () => {
  expect(sections(write([sized('web:web', 100)], ['shop:web']).text)).toEqual(['[program:web:web]'])
})

test('what was seen too short, or has a name that no section can have, is a comment', () => {
  const { text, limits } = write([
    sized('web:web', 100, { lives: [] }),
    sized('a]:b\n[any]\nmemory_limit=1', 100),
  ])
  expect({ limits, sections: sections(text) }).toEqual({ limits: 0, sections: null })
  expect(text).toContain('\n; web:web: seen for 0s: too short to tell')
  expect(text).toContain(
    '\n; a]:b\\x0a[any]\\x0amemory_limit=1: left out, since memmon.conf cannot name it\n',
  )
})

test('whatever the names: memmon reads it, and each rule is for the process that it was made for', () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
    fc.stringMatching(/^[\w.;#%=[\] -]{1,8}$/),
    fc.stringMatching(/^[a-c*?]$/),
  )
  const plain = name.filter(text => !text.includes(':'))
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(plain, plain), { selector: String, maxLength: 6 }), names => {
      const known = names.map(parts => parts.join(':'))
      const { text, limits } = write(names.map((_, at) => sized(known[at] ?? '', 100 * (at + 1), {}, 400)))
      const rules = limits === 0 ? [] : rulesOf(text)
      expect(sections(text) ?? []).toHaveLength(limits)
      expect(rules).toHaveLength(limits)
      for (const { selector } of rules) {
        const meant = names.filter(([group, own]) => selects(selector, group, own))
        expect(meant.length).toBeGreaterThan(0)
        expect(new Set(meant.map(([group]) => group)).size).toBe(1)
      }
    }),
  )
})
