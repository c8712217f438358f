// What the threads of a process say: what most of them wait for, or that most of them are of one kind. Pure.
import type { Facts } from './facts.ts'
import { waitsOf } from './waits.ts'
import { countOf, type Finding, leastCount, nameText, plural, wordRules } from './word-rule.ts'

export const THREAD_RULES = wordRules([
  ['threads_wait', 90, leastCount(0.5, 20), waiting, 'threads'],
  ['threads_run', 80, leastCount(0.5, 4), running, 'threads'],
  ['many_threads', 60, leastCount(0, 100), many, 'threads'],
  ['threads_named', 55, leastCount(0.5, 20), named],
])

function waiting({ threads }: Facts): Finding | undefined {
  const most = threads && waitsOf(threads)[0]
  if (!most) return undefined
  const text = `${countOf(most.count, threads.lookedAtCount)} threads wait in ${most.what}`
  return { amount: most.count, whole: threads.lookedAtCount, text }
}

function running({ threads }: Facts): Finding | undefined {
  const amount = threads?.byState.find(({ what }) => what === 'running')?.count
  if (!threads || amount === undefined) return undefined
  const text = `${countOf(amount, threads.lookedAtCount)} threads run or are ready to: it works, and is not stuck`
  return { amount, whole: threads.lookedAtCount, text }
}

function many({ threads, status }: Facts): Finding | undefined {
  const amount = threads?.count ?? status?.threadCount
  return amount === undefined
    ? undefined
    : {
        amount,
        whole: amount,
        text: `it has ${plural(amount, 'thread')}: what they wait for differs, or cannot be read`,
      }
}

/** A thread without a name of its own has that of its process, which says nothing. */
function named({ threads, status }: Facts): Finding | undefined {
  const most = threads?.byName[0]
  if (!threads || !most || !status || most.what === status.name) return undefined
  const text = `${countOf(most.count, threads.lookedAtCount)} threads are named ${nameText(most.what)}: look where the program starts those`
  return { amount: most.count, whole: threads.lookedAtCount, text }
}
