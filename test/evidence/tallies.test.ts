// What is kept of a process on the way to its threads_limit: the look at half of it, of that very process, and no more.
import { beforeEach, expect, test } from 'vitest'
import type { Facts } from '../../src/evidence/facts.ts'
import { Tallies } from '../../src/evidence/tallies.ts'
import type { ProcessInfo } from '../../src/rules/process.ts'
import type { Rule } from '../../src/rules/rule.ts'
import { factsOf } from '../helpers/facts.ts'
import { processNamed, rulesFrom } from '../helpers/values.ts'

const WEB = processNamed('web', { pid: 1 })
const LATER = processNamed('web', { pid: 2 })
const [, RULE] = rulesFrom('-a', '1GB', '--threads-limit', '100') as [Rule, Rule]

let reads: number[]
let answers: ((facts: Facts | undefined) => void)[]
let tallies: Tallies
beforeEach(() => {
  reads = []
  answers = []
  tallies = new Tallies({
    read: ({ pid }: ProcessInfo) => {
      reads.push(pid)
      return new Promise(resolve => answers.push(resolve))
    },
  })
})

const settled = () => new Promise(resolve => setImmediate(resolve))

/** As often as it is asked for. */
async function answerAll(): Promise<void> {
  for (await settled(); answers.length > 0; await settled())
    for (const answer of answers.splice(0)) answer(factsOf({ pid: reads.at(-1) ?? 0 }))
}

async function noted(values: readonly number[], process = WEB): Promise<void> {
  for (const value of values) {
    tallies.note(process, RULE, value)
    await answerAll()
  }
}

const previous = (process = WEB) => tallies.previousOf(process, 'threads')

test.each<[what: string, values: readonly number[], reads: number, isKept: boolean]>([
  ['far from the limit', [1, 20, 49], 0, false],
  ['half of it', [49, 50], 1, true],
  ['once only, on the way to the limit and over it', [50, 60, 99, 100, 101, 180], 1, true],
  ['back below the half: forgotten, and then read anew', [60, 40, 70], 2, true],
  ['back below the half', [60, 40], 1, false],
  ['over the limit at the first look: nothing can have grown since', [101, 120], 0, false],
])('%s', async (_, values, count, isKept) => {
  expect(RULE.metric).toBe('threads')
  await noted(values)
  expect(reads).toHaveLength(count)
  expect(previous() !== undefined).toBe(isKept)
})

test('another run of the program is another process', async () => {
  await noted([60])
  expect(previous(LATER)).toBeUndefined()
  await noted([60], LATER)
  expect(reads).toEqual([1, 2])
  expect(previous()).toBeUndefined()
  expect(previous(LATER)?.pid).toBe(2)
})

test('one that is gone is forgotten, also while it is being read', async () => {
  await noted([60])
  tallies.keepOnly([LATER])
  expect(previous()).toBeUndefined()
  tallies.note(WEB, RULE, 60)
  await settled()
  tallies.keepOnly([])
  await answerAll()
  expect(previous()).toBeUndefined()
})

test('a thousand at once: one is read at a time, 200 are kept', async () => {
  const all = Array.from({ length: 1000 }, (_, at) => processNamed(`p${at}`, { pid: at + 1 }))
  for (const one of all) tallies.note(one, RULE, 60)
  await settled()
  expect(answers).toHaveLength(1)
  await answerAll()
  expect(reads).toHaveLength(200)
  expect(all.filter(one => previous(one))).toHaveLength(200)
})

test('what could not be read is tried again at the next check', async () => {
  tallies.note(WEB, RULE, 60)
  await settled()
  answers.pop()?.(undefined)
  await settled()
  expect(previous()).toBeUndefined()
  await noted([61])
  expect(reads).toHaveLength(2)
  expect(previous()).toBeDefined()
})
