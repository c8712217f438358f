// What the state of the process itself says: it has ended, it is stopped, it waits for a disk. Pure.
import type { Facts } from './facts.ts'
import { countOf, type Finding, leastCount, nameText, plural, wordRules } from './word-rule.ts'

const ANY = leastCount(0, 1)

export const STATE_RULES = wordRules([
  ['main_thread_ended', 100, ANY, mainThreadEnded, 'state'],
  ['zombie', 100, ANY, zombie, 'state'],
  ['stopped', 100, ANY, stopped, 'state'],
  ['disk_sleep', 85, leastCount(0.1, 1), diskSleep],
])

const threadCountOf = ({ status, threads }: Facts): number =>
  Math.max(threads?.count ?? 0, status?.threadCount ?? 0)

function mainThreadEnded(facts: Facts): Finding | undefined {
  const others = threadCountOf(facts) - 1
  if (facts.status?.state !== 'zombie' || others < 1) return undefined
  const text = `its main thread has ended while ${plural(others, 'other thread')} run on: its memory cannot be read, and only SIGKILL ends it for certain`
  return { amount: 1, whole: 1, text }
}

function zombie(facts: Facts): Finding | undefined {
  const { status } = facts
  if (status?.state !== 'zombie' || threadCountOf(facts) > 1) return undefined
  return {
    amount: 1,
    whole: 1,
    text: `it has ended and is a zombie: its parent, pid ${status.parentPid}, has not waited for it`,
  }
}

function stopped({ status }: Facts): Finding | undefined {
  const why = WHY_STOPPED.get(status?.state ?? '')
  return why === undefined ? undefined : { amount: 1, whole: 1, text: why }
}

const WHY_STOPPED: ReadonlyMap<string, string> = new Map([
  [
    'stopped',
    'it is stopped, as by SIGSTOP: until SIGCONT it does nothing, and no stop signal but SIGKILL ends it',
  ],
  ['tracing stop', 'a debugger or tracer has stopped it: until that lets go it does nothing'],
])

function diskSleep({ threads }: Facts): Finding | undefined {
  const amount = threads?.byState.find(({ what }) => what === 'disk sleep')?.count
  if (!threads || amount === undefined) return undefined
  const where = threads.alike.find(({ state, wchan }) => state === 'disk sleep' && /\w{2}/.test(wchan))?.wchan
  const text = `${countOf(amount, threads.lookedAtCount)} threads are in uninterruptible sleep${where ? ` in ${nameText(where)}` : ''}: a disk or a network file system does not answer, and no signal ends them meanwhile`
  return { amount, whole: threads.lookedAtCount, text }
}
