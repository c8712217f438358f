// The time that facts may take: what does not fit is missing, and nothing waits for a kernel that does not answer.
import { expect, test } from 'vitest'
import { PARTS, type ThreadFacts } from '../../src/evidence/facts.ts'
import { createPace } from '../../src/evidence/pace.ts'
import type { ProcFiles } from '../../src/evidence/proc-files.ts'
import { readFacts } from '../../src/evidence/read-facts.ts'
import { captured, HERE, treeFiles } from './tree.ts'

const tree = captured('python-futex')
const at = `/proc/${tree.pid}`

/** Each access takes so many milliseconds of a clock of its own. */
function slowFacts(timeoutMs: number, accessMs: number) {
  let now = 0
  const files = treeFiles(tree, () => {
    now += accessMs
  })
  return readFacts(tree.pid, { timeoutMs, tick: () => now, nowMs: () => 0, here: HERE, files })
}

test.each([
  1, 3, 10, 40, 90, 150,
])('of %i accesses, with the time over then: what was read, and what was not', async accesses => {
  const facts = await slowFacts(accesses, 1)
  for (const part of PARTS) {
    const isThere = part in facts
    const { lookedAtCount = 0, count = 0 }: Partial<ThreadFacts> =
      (part === 'threads' ? facts.threads : facts.descriptors) ?? {}
    if (!isThere) expect([facts.missing[part], part]).toEqual([expect.stringMatching(/timeout|ENOENT/), part])
    else if (part === 'threads' && lookedAtCount < 41) expect(facts.missing.threads).toBe('timeout')
    expect(lookedAtCount).toBeLessThanOrEqual(count)
  }
  expect(facts.missing.mappings).toBe('timeout')
  // No part is begun past the deadline; the longest that is read in one go is the control group.
  expect(facts.tookMs).toBeLessThanOrEqual(accesses + 25)
})

test('threads that were looked at in time are told', async () => {
  const { threads, missing } = await slowFacts(60, 1)
  expect(threads?.lookedAtCount).toBeGreaterThan(5)
  expect(threads?.lookedAtCount).toBeLessThan(41)
  expect(missing.threads).toBe('timeout')
})

/**
 * A file that the kernel does not answer for, as while a process holds its mmap lock. The clock stands until then: how
 * long the rest takes on a busy machine is nothing to these tests.
 */
function hanging(name: string) {
  let answer = () => {}
  let sinceMs: number | undefined
  const files = treeFiles(tree)
  const hangingFiles: ProcFiles = {
    ...files,
    async *pieces(path) {
      if (path === `${at}/${name}`)
        await new Promise<void>(resolve => {
          sinceMs = performance.now()
          answer = resolve
        })
      yield* files.pieces(path)
    },
  }
  const tick = () => (sinceMs === undefined ? 0 : performance.now() - sinceMs)
  const options = { timeoutMs: 100, tick, nowMs: () => 0, here: HERE, files: hangingFiles }
  return { answer: () => answer(), facts: () => readFacts(tree.pid, options) }
}

test.each([
  'maps',
  'smaps',
  'net/tcp',
])('%s that never comes costs the time-out, and what was read is there', async name => {
  const hang = hanging(name)
  const facts = await hang.facts()
  hang.answer()
  expect(facts.missing[name === 'net/tcp' ? 'sockets' : 'smaps']).toBe('timeout')
  expect(facts.threads?.count).toBe(41)
  expect('mappings' in facts).toBe(name === 'smaps')
})

test('with two reads that hang, no more are begun: the threads that read files are not all memmon has', async () => {
  const hangs = [hanging('maps'), hanging('maps')]
  for (const { facts } of hangs) await facts()
  const pace = createPace(() => 0, 60_000)
  await expect(pace.within(Promise.resolve('x'))).rejects.toMatchObject({ code: 'timeout' })
  for (const { answer } of hangs) answer()
  await new Promise(resolve => setImmediate(resolve))
  await expect(pace.within(Promise.resolve('x'))).resolves.toBe('x')
})

test('others have their turn every few milliseconds, however much there is to read', async () => {
  let now = 0
  const files = treeFiles(tree, () => {
    now += 1
  })
  let turns = 0
  let isOver = false
  const count = () => {
    turns++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  await readFacts(tree.pid, { timeoutMs: 60_000, tick: () => now, nowMs: () => 0, here: HERE, files })
  isOver = true
  expect(turns).toBeGreaterThan(now / 10)
})

test('a timer that fires early by this clock ends the time, too', async () => {
  const pace = createPace(() => 0, 20)
  let answer = () => {}
  const work = new Promise<void>(resolve => {
    answer = resolve
  })
  await expect(pace.within(work)).rejects.toMatchObject({ code: 'timeout' })
  expect(pace.isOver()).toBe(true)
  answer()
})
