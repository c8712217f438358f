// The sentences of the evidence: each rule just below and just above its threshold, in which order they come, and that
// nothing is said of what is not known.
import { expect, test } from 'vitest'
import type { Facts } from '../../src/evidence/facts.ts'
import type { WordsContext } from '../../src/evidence/word-rule.ts'
import { MOST_SENTENCES, WORD_RULES, wordsOf } from '../../src/evidence/words.ts'
import {
  descriptorsOf,
  factsOf,
  LIBC,
  MB,
  mappingsOf,
  rollupOf,
  statusOf,
  threadsOf,
} from '../helpers/facts.ts'
import { CGROUP, file, type Given, group, ROWS } from './word-rows.ts'

const said = (given: Given) => ('facts' in given ? wordsOf(given.facts, given.context) : wordsOf(given))
const textOf = (given: Given, rule: string) => said(given).find(one => one.rule === rule)?.text

test.each(ROWS)('$rule says it', ({ rule, given, example, text }) => {
  expect(textOf(given(...example), rule)).toBe(text)
})

test.each(ROWS)('$rule: $least, and not one less', ({ rule, least, share, given }) => {
  const whole = share > 0 ? Math.floor(least / share) : least
  const amount = Math.max(least, Math.ceil(whole * share))
  expect(textOf(given(amount, whole), rule)).toBeDefined()
  expect(textOf(given(amount - 1, Math.max(1, whole - 1)), rule)).toBeUndefined()
})

test.each(ROWS.filter(({ share }) => share > 0))('$rule: a share of $share, and not less', row => {
  const { rule, least, share, given } = row
  const whole = Math.ceil((least * 40) / share)
  const amount = Math.ceil(whole * share)
  expect(textOf(given(amount, whole), rule)).toBeDefined()
  expect(textOf(given(amount - 1, whole), rule)).toBeUndefined()
})

const STATES: readonly [rule: string, facts: Facts, text: string][] = [
  [
    'main_thread_ended',
    factsOf({ status: statusOf({ state: 'zombie', threadCount: 5 }) }),
    'its main thread has ended while 4 other threads run on: its memory cannot be read, and only SIGKILL ends it for certain',
  ],
  [
    'zombie',
    factsOf({ status: statusOf({ state: 'zombie' }) }),
    'it has ended and is a zombie: its parent, pid 1, has not waited for it',
  ],
  [
    'stopped',
    factsOf({ status: statusOf({ state: 'stopped' }) }),
    'it is stopped, as by SIGSTOP: until SIGCONT it does nothing, and no stop signal but SIGKILL ends it',
  ],
  [
    'stopped',
    factsOf({ status: statusOf({ state: 'tracing stop' }) }),
    'a debugger or tracer has stopped it: until that lets go it does nothing',
  ],
]

test.each(STATES)('%s, by the state of the process', (rule, facts, text) => {
  expect(wordsOf(facts)).toEqual([{ rule, score: 100, text }])
})

test('every rule has its row here, and an id of its own', () => {
  const ids = WORD_RULES.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(
    [...new Set([...ROWS, ...STATES.map(([rule]) => ({ rule }))].map(({ rule }) => rule))].sort(),
  ).toEqual([...ids].sort())
})

/** A process in which far more stands out than anybody wants to read. */
const MUCH = factsOf({
  status: statusOf({ rssBytes: 1200 * MB, swapBytes: 300 * MB, threadCount: 200 }),
  limits: { openFiles: { soft: 4096, hard: 4096 } },
  rollup: rollupOf({ rssBytes: 1200 * MB, sharedBytes: 420 * MB, pssBytes: 900 * MB, swapBytes: 300 * MB }),
  threads: threadsOf(200, {
    byState: [{ what: 'sleeping', count: 200 }],
    byWchan: [{ what: 'futex_do_wait', count: 187 }],
  }),
  descriptors: descriptorsOf(4000, {
    byKind: [{ what: 'socket', count: 3950 }],
    sockets: [{ what: 'tcp CLOSE_WAIT', count: 3912 }],
  }),
  mappings: mappingsOf({
    groups: [group('anon', 1000 * MB, 2431), group('file', 200 * MB)],
    named: [LIBC],
    arenas: { count: 38, sizeBytes: 38 * 64 * MB, rssBytes: 900 * MB },
  }),
  cgroup: { ...CGROUP, currentBytes: 1900 * MB, fileBytes: 700 * MB, oomKillCount: 1 },
})

test('at most five, the most telling first, and one of each topic', () => {
  const sentences = wordsOf(MUCH)
  expect(sentences).toHaveLength(MOST_SENTENCES)
  expect(sentences.map(({ rule }) => rule)).toEqual([
    'descriptor_limit',
    'close_wait',
    'threads_wait',
    'arenas',
    'oom_kills',
  ])
  const scores = sentences.map(({ score }) => score)
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  for (const score of scores) expect(score).toBeLessThanOrEqual(100)
})

test('what is more of its whole comes first among equals', () => {
  const swap = (share: number) =>
    wordsOf(factsOf({ status: statusOf({ swapBytes: share * MB, rssBytes: (100 - share) * MB }) }))
  expect(swap(90)[0]?.score).toBeGreaterThan(swap(20)[0]?.score ?? 0)
})

test.each<[what: string, facts: Facts, context?: WordsContext]>([
  ['nothing is known', factsOf({ missing: { process: 'ESRCH' } })],
  ['nothing stands out', factsOf({ status: statusOf({ rssBytes: 20 * MB }), threads: threadsOf(1) })],
  [
    'a part of arenas alone is known',
    factsOf({ mappings: mappingsOf({ arenas: { count: 99, sizeBytes: 1 } }) }),
  ],
  [
    'where threads wait is denied, or no system call',
    factsOf({
      threads: threadsOf(90, {
        byWchan: [{ what: '0', count: 90 }],
        bySyscall: [{ what: 'none', count: 90 }],
      }),
      missing: { syscall: 'EPERM' },
    }),
  ],
  [
    'no limit of descriptors',
    factsOf({ descriptors: descriptorsOf(90), limits: { openFiles: { soft: null, hard: null } } }),
  ],
  [
    'no limit of the group',
    factsOf({ cgroup: { ...CGROUP, currentBytes: 1e9, maxBytes: null, highBytes: null } }),
  ],
  [
    'all threads have the name of their process',
    factsOf({
      status: statusOf({ name: 'x' }),
      threads: threadsOf(90, { byName: [{ what: 'x', count: 90 }] }),
    }),
  ],
])('it says nothing where %s', (_, facts) => expect(wordsOf(facts)).toEqual([]))

const later = factsOf({ threads: threadsOf(90) })
test.each<[what: string, previous: { readonly [K in keyof Facts]?: Facts[K] | undefined }]>([
  ['another pid', { pid: 1 }],
  ['a later process with the same pid', { startTicks: 7 }],
  ['one whose start is not known', { startTicks: undefined }],
  ['a look that came later', { takenAt: later.takenAt + 1 }],
])('nothing has grown since %s', (_, previous) => {
  const same = factsOf({ threads: threadsOf(1), takenAt: later.takenAt - 1000 })
  expect(wordsOf(later, { previous: { ...same, ...previous } as Facts })).toEqual([])
  expect(wordsOf(later, { previous: same })).toHaveLength(1)
})

test('arenas are those of glibc: a Go program has pieces of 64MB of its own', () => {
  const arenas = { count: 38, sizeBytes: 38 * 64 * MB, rssBytes: 900 * MB }
  const groups = [group('anon', 1000 * MB)]
  const rulesWith = (named: readonly ReturnType<typeof file>[]) =>
    wordsOf(factsOf({ mappings: mappingsOf({ groups, arenas, named }) })).map(({ rule }) => rule)
  expect(rulesWith([file('/usr/local/bin/server', MB)])).toEqual(['anonymous'])
  expect(rulesWith([file('/lib/ld-musl-x86_64.so.1', MB)])).toEqual(['anonymous'])
  for (const name of ['/usr/lib/libc.so.6', '/lib64/libc-2.17.so'])
    expect(rulesWith([file(name, MB)])).toEqual(['arenas'])
  // The list of names is full: libc may be one that is not in it.
  expect(rulesWith(Array.from({ length: 20 }, (_, at) => file(`/a${at}`, MB)))).toEqual(['arenas'])
})

test('siblings are named where there are some', () => {
  const facts = factsOf({
    rollup: rollupOf({ rssBytes: 500 * MB, sharedBytes: 420 * MB, pssBytes: 96 * MB }),
  })
  expect(wordsOf(facts, { siblingCount: 7 })[0]?.text).toMatch(
    /^420MB of 500MB are shared with its siblings: PSS is 96MB/,
  )
})

test('nothing that a process has named itself makes a second line, or steers a terminal', () => {
  const evil = '\u001b[2Jx\n\u2028y'
  const facts = factsOf({
    status: statusOf(),
    threads: threadsOf(90, { byName: [{ what: evil, count: 90 }], byWchan: [{ what: evil, count: 90 }] }),
    descriptors: descriptorsOf(200, {
      files: [{ what: `/${evil.repeat(50)}`, count: 90 }],
      peers: [{ what: `CLOSE_WAIT ${evil}`, count: 150 }],
      sockets: [{ what: 'tcp CLOSE_WAIT', count: 150 }],
      byKind: [{ what: evil, count: 190 }],
    }),
  })
  const sentences = wordsOf(facts)
  expect(sentences.map(({ rule }) => rule).sort()).toEqual(['close_wait', 'threads_named', 'threads_wait'])
  for (const { text } of sentences) {
    expect(text).toMatch(/^[ -~…]+$/)
    expect(text.length).toBeLessThan(250)
  }
})
