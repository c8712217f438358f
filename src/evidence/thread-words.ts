// What the threads of a process say: what most of them wait for, or that most of them are of one kind. Pure.
import type { Facts } from './facts.ts'
import { waitsOf } from './waits.ts'
import { countOf, type Finding, leastCount, nameText, plural, type WordRule } from './word-rule.ts'

export const THREAD_RULES: readonly WordRule[] = [
  { id: 'threads_wait', topic: 'threads', weight: 90, least: leastCount(0.5, 20), find: waiting },
  { id: 'threads_run', topic: 'threads', weight: 80, least: leastCount(0.5, 4), find: running },
  { id: 'many_threads', topic: 'threads', weight: 60, least: leastCount(0, 100), find: many },
  { id: 'threads_named', topic: 'threads named', weight: 55, least: leastCount(0.5, 20), find: named },
]

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

/** A thread that was given no name has that of its process: nothing is said by it. */
function named({ threads, status }: Facts): Finding | undefined {
  const most = threads?.byName[0]
  if (!threads || !most || !status || most.what === status.name) return undefined
  const text = `${countOf(most.count, threads.lookedAtCount)} threads are named ${nameText(most.what)}: look where the program starts those`
  return { amount: most.count, whole: threads.lookedAtCount, text }
}
