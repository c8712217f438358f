// /proc of this machine, read beside what the kernel says elsewhere about real processes.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ChildSet } from '../../src/proc/child-set.ts'
import { readPageBytes } from '../../src/proc/page-size.ts'
import { openProcfs, type Procfs } from '../../src/proc/procfs.ts'
import { GONE } from '../../src/proc/procfs-file.ts'
import { PYTHON } from '../helpers/python.ts'
import { PythonProcess } from '../helpers/python-process.ts'
import { waitFor } from '../helpers/wait.ts'

const MIB = 1024 * 1024
const started: PythonProcess[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map(process => process.end()))
})

function python(script: string): PythonProcess {
  const process = new PythonProcess(script)
  started.push(process)
  return process
}

function open(): Procfs {
  const procfs = openProcfs()
  if (!procfs) throw new Error('this machine has no /proc')
  return procfs
}

const descriptors = (): number => readdirSync('/proc/self/fd').length

/** A line of /proc/<pid>/status in bytes. */
function statusBytes(pid: number, field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
  return Number(line?.[1]) * 1024
}

const listed = (children: ChildSet): number[] => [...children.pids.subarray(0, children.count)]

test('the page size is the one of getconf', () => {
  const page = execFileSync(PYTHON, ['-c', 'import os; print(os.sysconf("SC_PAGESIZE"))'])
  expect(readPageBytes()).toBe(Number(page))
})

test('the RSS of a process that holds memory is what its status says', async () => {
  const holder = python('b = b"x" * (40 << 20); print(1); input()')
  await holder.next()
  const procfs = open()
  procfs.rss.setPids([holder.pid, process.pid])
  procfs.rss.readAll()
  const status = statusBytes(holder.pid, 'VmRSS')
  expect(status).toBeGreaterThan(40 * MIB)
  expect(Math.abs((procfs.rss.rssBytes[0] ?? 0) - status)).toBeLessThan(MIB)
  expect(Math.abs(procfs.rssBytes(holder.pid) - status)).toBeLessThan(MIB)
})

test('a process that has ended is gone, everywhere', async () => {
  const holder = python('print(1); input()')
  await holder.next()
  const procfs = open()
  procfs.rss.setPids([process.pid, holder.pid])
  procfs.rss.readAll()
  expect(procfs.rss.rssBytes[1]).toBeGreaterThan(0)
  await holder.end()
  procfs.rss.readAll()
  procfs.trees.readAll([process.pid, holder.pid])
  expect(procfs.rss.rssBytes[0]).toBeGreaterThan(0)
  expect(procfs.rss.rssBytes[1]).toBe(GONE)
  expect(procfs.trees.rssBytes[0]).toBeGreaterThan(0)
  expect(procfs.trees.rssBytes[1]).toBe(GONE)
  expect(procfs.rssBytes(holder.pid)).toBe(GONE)
  expect(procfs.startTicks(holder.pid)).toBe(GONE)
  expect(procfs.detailOf(holder.pid)).toBe('gone')
  expect([...(await procfs.measure([process.pid, holder.pid], false)).keys()]).toEqual([process.pid])
  expect([...(await procfs.measure([process.pid, holder.pid], true)).keys()]).toEqual([process.pid])
})

test.each([
  false,
  true,
])('a main thread that has ended while another runs on has no size, cumulative %s', async cumulative => {
  const script = `
import ctypes, threading, time
b = b"x" * (40 << 20)
threading.Thread(target=time.sleep, args=(600,)).start()
print(1)
ctypes.CDLL(None).pthread_exit(None)`
  const holder = python(script)
  const { pid } = holder
  await holder.next()
  const procfs = open()
  await waitFor('the zombie', () => procfs.whyUnmeasured?.(pid) === 'zombie')
  expect((await procfs.measure([pid, process.pid], cumulative)).has(pid)).toBe(false)
  expect(procfs.figures([pid], 'rss', cumulative)).toEqual(['gone'])
})

test('a process that lives, and that this /proc does not show, is hidden; one that has ended is gone', async () => {
  const holder = python('print(1); input()')
  await holder.next()
  const root = mkdtempSync(join(tmpdir(), 'memmon-proc-'))
  mkdirSync(join(root, 'self'))
  writeFileSync(join(root, 'self', 'auxv'), readFileSync('/proc/self/auxv')) // copyFile goes by its size, 0
  const blind = openProcfs(root)
  expect(blind?.whyUnmeasured?.(holder.pid)).toBe('hidden')
  expect(open().whyUnmeasured?.(holder.pid)).toBe('gone') // measured, or in between: no news
  await holder.end()
  expect(blind?.whyUnmeasured?.(holder.pid)).toBe('gone')
  rmSync(root, { recursive: true, force: true })
})

test('the children of a parent that forks, in the order of forking', async () => {
  const parent = python(`
import json, os, signal, sys
def child():
    pid = os.fork()
    if pid == 0:
        signal.pause()
    return pid
print(json.dumps([child() for _ in range(5)]))
for line in sys.stdin:
    word = line.split()
    if word[0] == 'fork':
        print(child())
    else:
        os.kill(int(word[1]), 9)
        os.waitpid(int(word[1]), 0)
        print(0)
`)
  const forked = await parent.next<number[]>()
  const [first, second, third, ...rest] = forked as [number, number, number]
  const children = new ChildSet(parent.pid)
  expect(children.read()).toBe('changed')
  expect(listed(children)).toEqual(forked)
  expect([children.read(), children.read()]).toEqual(['same', 'same'])

  parent.tell(`kill ${second}`)
  await parent.next()
  expect(children.read()).toBe('changed')
  expect(listed(children)).toEqual([first, third, ...rest])

  parent.tell('fork')
  const sixth = await parent.next<number>()
  expect(children.read()).toBe('changed')
  expect(listed(children)).toEqual([first, third, ...rest, sixth])
  expect(children.read()).toBe('same')

  await parent.end()
  expect(children.read()).toBe('unavailable')
})

test('a tree: children, a grandchild, and one that a thread forked', async () => {
  const root = python(`
import json, os, signal, threading
hold = lambda: b'x' * (20 << 20)
def child(then=lambda: None):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        own = hold()
        below = then()
        os.write(writing, json.dumps([os.getpid(), below]).encode())
        signal.pause()
    return json.loads(os.read(reading, 999))
pids = [child(child)]
done = threading.Event()
def thread():
    pids.append(child())
    done.set()
    threading.Event().wait()
threading.Thread(target=thread, daemon=True).start()
done.wait()
print(json.dumps(pids))
signal.pause()
`)
  const forked = await root.next<unknown[]>()
  const below = forked.flat(9).filter(pid => typeof pid === 'number')
  expect(below).toHaveLength(3)
  const procfs = open()
  const lonely = python('print(1); input()')
  await lonely.next()

  procfs.trees.readAll([lonely.pid, root.pid])
  const expected = [root.pid, ...below].reduce((sum, pid) => sum + statusBytes(pid, 'VmRSS'), 0)
  expect(expected).toBeGreaterThan(60 * MIB)
  expect(Math.abs((procfs.trees.rssBytes[1] ?? 0) - expected)).toBeLessThan(4 * MIB)
  expect(Math.abs((procfs.trees.rssBytes[0] ?? 0) - statusBytes(lonely.pid, 'VmRSS'))).toBeLessThan(MIB)
  const sizes = await procfs.measure([root.pid], true)
  expect(Math.abs((sizes.get(root.pid) ?? 0) - expected)).toBeLessThan(4 * MIB)
})

test('a start time is that of the process, not of its pid', async () => {
  const first = python('print(1); input()')
  await first.next()
  const procfs = open()
  const ticks = procfs.startTicks(first.pid)
  expect(ticks).toBeGreaterThan(0)
  expect(procfs.startTicks(first.pid)).toBe(ticks)
  await waitFor('the clock to go on by a tick', async () => {
    const later = python('print(1); input()')
    await later.next()
    return procfs.startTicks(later.pid) > ticks
  })
})

test('PSS and USS of memory that two processes share', async () => {
  const parent = python(`
import json, os, signal
shared = b'x' * (40 << 20)
pid = os.fork()
if pid == 0:
    signal.pause()
print(pid)
signal.pause()
`)
  await parent.next()
  const detail = open().detailOf(parent.pid)
  if (typeof detail === 'string') throw new Error(detail)
  expect(detail.pssBytes).toBeGreaterThan(20 * MIB)
  expect(detail.pssBytes).toBeLessThan(statusBytes(parent.pid, 'VmRSS') - 15 * MIB)
  expect(detail.ussBytes).toBeGreaterThan(0)
  expect(detail.ussBytes).toBeLessThan(20 * MIB)
})

test('a process that may not be looked into is denied, which is not gone', async () => {
  // 4 is PR_SET_DUMPABLE: off, even the same user is denied. Root is not, so root becomes nobody for the look.
  const closed = python(`
import ctypes
assert ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0
print(1)
input()
`)
  await closed.next()
  const procfs = open()
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65534)
  try {
    expect(procfs.detailOf(closed.pid)).toBe('denied')
    expect(procfs.rssBytes(closed.pid)).toBeGreaterThan(MIB)
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

test('a thousand passes leave no descriptor open but those that are held, and these are released', async () => {
  const holder = python('print(1); input()')
  await holder.next()
  const procfs = open()
  const children = new ChildSet(process.pid)
  procfs.rss.setPids([holder.pid, process.pid, 4_194_305])
  const pass = (at: number) => {
    children.read()
    procfs.rss.readAll()
    procfs.ownRssBytes()
    procfs.startTicks(holder.pid)
    procfs.detailOf(4_194_305)
    if (at % 20 === 0) {
      procfs.trees.readAll([holder.pid])
      procfs.detailOf(holder.pid)
    }
  }
  pass(0)
  const before = descriptors()
  for (let at = 1; at < 1000; at++) pass(at)
  expect(descriptors()).toBe(before)
  expect(procfs.rss.rssBytes[2]).toBe(GONE)
  procfs.rss.release()
  procfs.trees.release()
  expect(descriptors()).toBe(before - 3) // two processes, one of them as a tree, too
})

test('the RSS of memmon itself is what Node says', () => {
  expect(Math.abs(open().ownRssBytes() - process.memoryUsage.rss())).toBeLessThan(8 * MIB)
})
