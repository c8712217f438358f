// Process trees over many passes: a new descendant counts, whoever forked it, and all of /proc is looked through only
// when one may have come or gone.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HeldTrees } from '../../src/proc/held-trees.ts'
import { GONE, NO_MEMORY, ProcfsFile } from '../../src/proc/procfs-file.ts'
import { PythonProcess } from '../helpers/python-process.ts'

let scans = 0
vi.mock('node:fs', async importOriginal => {
  const real = await importOriginal<typeof import('node:fs')>()
  const readdirSync = (...args: Parameters<typeof real.readdirSync>) => {
    scans++
    return real.readdirSync(...args)
  }
  return { ...real, readdirSync }
})

const PAGE = 4096
const MIB = 1024 * 1024
/** Two children of supervisord, the first with a child. */
const ROOTS = [100, 200]
let root = ''
let trees: HeldTrees
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'memmon-proc-'))
  symlinkSync(String(process.pid), join(root, 'self'))
  lastPid(300)
  for (const [pid, parent, pages] of [
    [100, 7, 10],
    [101, 100, 1],
    [200, 7, 20],
    [290, 1, 1000],
  ] as const)
    run(pid, parent, pages)
  trees = new HeldTrees(new ProcfsFile(), PAGE, root, () => Infinity)
  // The first passes look for all: a pid may have been given out and not be there yet.
  for (let at = 0; at < 3; at++) pagesOf()
  scans = 0
})
afterEach(() => {
  trees.release()
  rmSync(root, { recursive: true, force: true })
})

function lastPid(pid: number): void {
  mkdirSync(join(root, 'sys', 'kernel'), { recursive: true })
  writeFileSync(join(root, 'sys', 'kernel', 'ns_last_pid'), `${pid}\n`)
}

function run(pid: number, parent: number, pages: number): void {
  mkdirSync(join(root, String(pid)), { recursive: true })
  writeFileSync(join(root, String(pid), 'stat'), `${pid} (x) S ${parent}${' 0'.repeat(40)}\n`)
  resize(pid, pages)
}

const resize = (pid: number, pages: number) =>
  writeFileSync(join(root, String(pid), 'statm'), `${pages} ${pages} 0 0 0 0 0\n`)

function pagesOf(): number[] {
  trees.readAll(ROOTS)
  return [...trees.rssBytes.subarray(0, ROOTS.length)].map(bytes => (bytes < 0 ? bytes : bytes / PAGE))
}

/** What two passes say, and in how many of them all of /proc was looked through. */
const twoPasses = () => [pagesOf(), pagesOf(), scans]

test('nothing new: the members are read again, and nobody else', () => {
  resize(101, 5)
  expect(twoPasses()).toEqual([[15, 20], [15, 20], 0])
})

test.each<[what: string, change: () => void, pages: number[], scans: number]>([
  ['a child of a root', () => run(301, 200, 3), [11, 23], 2],
  ['a grandchild', () => run(301, 101, 3), [14, 20], 2],
  ['a child of a new child', () => [run(301, 200, 3), run(302, 301, 4)], [11, 27], 2],
  ['a process of somebody else', () => run(301, 290, 3), [11, 20], 0],
  ['one that has ended already', () => {}, [11, 20], 0],
])('new: %s', (_, change, pages, expectedScans) => {
  lastPid(302)
  change()
  expect(twoPasses()).toEqual([pages, pages, expectedScans])
  scans = 0
  expect([pagesOf(), scans]).toEqual([pages, 0])
})

test('a pid that is given out before its process is to be seen', () => {
  lastPid(301)
  expect([pagesOf(), scans]).toEqual([[11, 20], 0])
  run(301, 200, 3)
  expect([pagesOf(), scans]).toEqual([[11, 23], 1])
})

test.each<[what: string, change: () => void, pages: number[]]>([
  ['a child', () => resize(101, 0), [10, 20]],
  ['a root, whose children then belong to nobody', () => resize(200, 0), [11, NO_MEMORY]],
])('%s that has ended and is not reaped is looked for once', (_, change, pages) => {
  change()
  expect(twoPasses()).toEqual([pages, pages, 1])
})

test('the pids begin anew: all are looked for, until it is known again which are new', () => {
  run(50, 200, 3)
  lastPid(60)
  expect([pagesOf(), pagesOf(), pagesOf(), scans]).toEqual([[11, 23], [11, 23], [11, 23], 2])
})

test('more new pids than processes: one look at all is cheaper', () => {
  lastPid(306)
  expect([pagesOf(), scans]).toEqual([[11, 20], 1])
})

test.each<[what: string, change: () => void]>([
  ['the kernel does not tell its last pid', () => rmSync(join(root, 'sys'), { recursive: true })],
  ['this /proc is that of another pid namespace', () => relink('1')],
])('%s: each pass looks for all', (_, change) => {
  change()
  trees.release()
  trees = new HeldTrees(new ProcfsFile(), PAGE, root, () => Infinity)
  expect([pagesOf(), pagesOf(), pagesOf(), scans]).toEqual([[11, 20], [11, 20], [11, 20], 3])
})

function relink(to: string): void {
  rmSync(join(root, 'self'))
  symlinkSync(to, join(root, 'self'))
}

test('a root that is not there, and other roots', () => {
  trees.readAll([200, 4242])
  expect([...trees.rssBytes.subarray(0, 2)]).toEqual([20 * PAGE, GONE])
  expect(pagesOf()).toEqual([11, 20])
})

test('real processes: a grandchild comes and goes', async () => {
  const parent = new PythonProcess(`
import os, signal, sys
def child(then):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        then()
        os.write(w, b'1')
        signal.pause()
    os.read(r, 1)
    return pid
first = child(lambda: None)
print(first)
held = []
for line in sys.stdin:
    if line == 'fork\\n': print(child(lambda: (held.append(b'x' * (40 << 20)), child(lambda: None))))
    else:
        pid = int(line)
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        print(0)
`)
  try {
    await parent.next()
    const real = new HeldTrees(new ProcfsFile(), PAGE, '/proc', () => Infinity)
    const roots = [parent.pid]
    const bytes = () => {
      real.readAll(roots)
      return real.rssBytes[0] as number
    }
    for (let at = 0; at < 5; at++) expect(bytes()).toBeLessThan(40 * MIB)
    parent.tell('fork')
    const pid = await parent.next<number>()
    for (let at = 0; at < 5; at++) expect(bytes()).toBeGreaterThan(80 * MIB) // its child shares them
    parent.tell(String(pid))
    await parent.next()
    for (let at = 0; at < 5; at++) expect(bytes()).toBeLessThan(40 * MIB)
    real.release()
  } finally {
    await parent.end()
  }
})
