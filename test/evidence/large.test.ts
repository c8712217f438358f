// Real workers of a size that nobody plans: 50,000 mappings, 20,000 descriptors, 5,000 threads. What is read of them is
// bounded, and the facts say where the bound was. A machine that allows fewer of them says how many there are.
import { afterEach, expect, test } from 'vitest'
import { factsDocument } from '../../src/evidence/document.ts'
import { type Facts, PARTS } from '../../src/evidence/facts.ts'
import { wordsOf } from '../../src/evidence/words.ts'
import { besideCgroup, endAll, factsIn, started } from './live.ts'
import { countOf } from './tree.ts'

afterEach(endAll)

/** Each beside one of other permissions, or the kernel would merge them. */
const MAPPINGS = `
import mmap
made = min(50_000, int(open('/proc/sys/vm/max_map_count').read()) - 2_000)
held = [mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | (at % 2 and mmap.PROT_WRITE)) for at in range(made)]`

const DESCRIPTORS = `
import os, resource
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
try: resource.setrlimit(resource.RLIMIT_NOFILE, (21_000, max(hard, 21_000)))
except (ValueError, PermissionError): resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
made = min(20_500, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100)
pipe = os.pipe()
for _ in range(made): os.dup(pipe[0])`

const THREADS = `
import threading, time, os
threading.stack_size(65536)
lock = threading.Lock(); lock.acquire()
made = 0
try:
    for _ in range(5_200): threading.Thread(target=lock.acquire, daemon=True).start(); made += 1
except RuntimeError: pass
def state(task): return open(f'/proc/self/task/{task}/stat').read().rsplit(') ', 1)[1][0]
while sum(state(task) == 'S' for task in os.listdir('/proc/self/task')) < made: time.sleep(.1)`

const MOST_THREADS = 5_000
const MOST_DESCRIPTORS = 20_000
/** A file of evidence is refused above 4 MB. */
const MOST_DOCUMENT = 64 * 1024

const documentLength = (facts: Facts): number => JSON.stringify(factsDocument(facts)).length

test('50,000 mappings: counted without a walk of their pages, and summed up by size', async () => {
  const { pid, made } = await started(MAPPINGS)
  const facts = await factsIn(pid)
  expect(besideCgroup(facts.missing)).toEqual({ smaps: 'too_large' })
  expect(facts.mappings).toMatchObject({ source: 'maps', isWhole: true })
  expect(facts.mappings?.count).toBeGreaterThanOrEqual(made)
  // Nearly all: some may stand beside a mapping of Python's own with which the kernel merges them.
  expect(facts.mappings?.equal.find(({ eachBytes }) => eachBytes === 4096)?.count).toBeGreaterThan(
    made * 0.99,
  )
  expect(facts.rollup?.rssBytes).toBeGreaterThan(0)
  const said = wordsOf(facts).map(({ text }) => text)
  expect(said.some(text => /mappings are anonymous, of 4KB each/.test(text))).toBe(true)
  expect(documentLength(facts)).toBeLessThan(MOST_DOCUMENT)
})

test('20,500 descriptors, or as many as are allowed: all are counted, 20,000 looked at', async () => {
  const { pid, made } = await started(DESCRIPTORS)
  const facts = await factsIn(pid)
  const { count = 0, lookedAtCount, byKind } = facts.descriptors ?? {}
  expect(besideCgroup(facts.missing)).toEqual({})
  expect(count).toBeGreaterThanOrEqual(made)
  expect(lookedAtCount).toBe(Math.min(count, MOST_DESCRIPTORS))
  expect(countOf(byKind, 'pipe')).toBeGreaterThan(Math.min(made, MOST_DESCRIPTORS) - 50)
  expect(wordsOf(facts)[0]?.text).toMatch(/^[\d,]+ of [\d,]+ descriptors/)
  expect(documentLength(facts)).toBeLessThan(MOST_DOCUMENT)
})

test('5,200 threads: all are counted, 5,000 looked at', async () => {
  const { pid, made } = await started(THREADS)
  const facts = await factsIn(pid)
  const { count, lookedAtCount, byState } = facts.threads ?? {}
  expect(count).toBe(made + 1)
  expect(lookedAtCount).toBe(Math.min(made + 1, MOST_THREADS))
  // All but the few that are not asleep yet.
  expect(countOf(byState, 'sleeping')).toBeGreaterThan(Number(lookedAtCount) - 50)
  expect(wordsOf(facts)[0]?.text).toMatch(/^[\d,]+ of [\d,]+ threads wait in a futex/)
  expect(documentLength(facts)).toBeLessThan(MOST_DOCUMENT)
})

test.each([
  ['mappings', MAPPINGS],
  ['descriptors', DESCRIPTORS],
  ['threads', THREADS],
])('no time for so many %s: what was not read is named, part by part', async (_, script) => {
  const { pid } = await started(script)
  const facts = await factsIn(pid, 1)
  for (const part of PARTS) expect(part in facts || part in facts.missing, part).toBe(true)
  expect(Object.values(facts.missing)).toContain('timeout')
})
