// What is read from /proc, compared with what the kernel says elsewhere, on real processes.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChildSet } from '../../src/proc/child-set.ts'
import { portableSampler } from '../../src/proc/portable.ts'
import { openProcfs, type Procfs } from '../../src/proc/procfs.ts'
import { createQuietChildren } from '../../src/proc/quiet.ts'
import type { Sampler } from '../../src/proc/sampler.ts'
import { PYTHON } from '../helpers/python.ts'
import { MB } from '../helpers/values.ts'
import { waitFor } from '../helpers/wait.ts'

/**
 * Does as it is told on stdin: `fork MB`, `many COUNT` (of forks), `thread MB` (a fork by a thread), `kill PID`; answers with
 * the pid of the last one.
 */
const PARENT = `
import os, signal, sys, threading, time
def fork(mb):
    pid = os.fork()
    if pid == 0:
        held = b'x' * (mb << 20)
        os.write(w, b'1')
        time.sleep(600)
        os._exit(0)
    os.read(r, 1)
    alive.append(pid)
    return pid
r, w = os.pipe()
alive = []
for line in sys.stdin:
    word, number = line.split()
    out = []
    if word == 'fork': out.append(fork(int(number)))
    elif word == 'many': out.append([fork(0) for _ in range(int(number))][-1])
    elif word == 'thread':
        done = threading.Event()
        def work():
            out.append(fork(int(number)))
            done.set()
            time.sleep(600)
        threading.Thread(target=work, daemon=True).start()
        done.wait()
    elif word == 'kill':
        os.kill(int(number), signal.SIGKILL)
        os.waitpid(int(number), 0)
        alive.remove(int(number))
        out.append(0)
    os.write(1, b'%d\\n' % out[0]) # in one piece, whatever PYTHONUNBUFFERED says
for pid in alive: os.kill(pid, 9)
os._exit(0)
`

const PAGE_BYTES = 4096

let parent: ChildProcessWithoutNullStreams
let procfs: Procfs
beforeEach(() => {
  parent = spawn(PYTHON, ['-c', PARENT])
  const opened = openProcfs()
  if (!opened) throw new Error('these tests need a /proc')
  procfs = opened
})
afterEach(async () => {
  const ended = new Promise(resolve => parent.on('close', resolve))
  parent.stdin.end()
  await ended
})

const tell = (text: string): Promise<number> =>
  new Promise(resolve => {
    parent.stdout.once('data', answer => resolve(Number(String(answer).trim())))
    parent.stdin.write(`${text}\n`)
  })

const statusBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

const samplers = (): [string, Sampler][] => [
  ['procfs', procfs],
  ['portable', portableSampler],
]

test.each([0, 1])('sizes are those of the kernel (sampler %d of two)', async which => {
  const [, sampler] = samplers()[which] ?? ['', portableSampler]
  const pid = await tell('fork 40')
  const size = (await sampler.measure([pid, 4_194_305], false)).get(pid) ?? 0
  // pidusage reads stat, whose figure may lag behind by some megabytes.
  expect(Math.abs(size - statusBytes(pid))).toBeLessThan(8 * MB)
  expect(size).toBeGreaterThan(35 * MB)
})

test.each([
  0, 1,
])('nothing asked, nothing answered; what has gone is no sample (sampler %d of two)', async which => {
  const [, sampler] = samplers()[which] ?? ['', portableSampler]
  expect(await sampler.measure([], false)).toEqual(new Map())
  expect(await sampler.measure([], true)).toEqual(new Map())
  expect(await sampler.measure([4_194_305], false)).toEqual(new Map())
  expect(await sampler.measure([4_194_305], true)).toEqual(new Map())
})

test.each([
  0, 1,
])('a tree counts with all descendants, also those that a thread forked (sampler %d of two)', async which => {
  const [, sampler] = samplers()[which] ?? ['', portableSampler]
  const family = [parent.pid ?? 0, await tell('fork 30'), await tell('thread 30')]
  const root = family[0] as number
  const tree = (await sampler.measure([root], true)).get(root) ?? 0
  const sum = family.reduce((bytes, pid) => bytes + statusBytes(pid), 0)
  // pidusage reads stat, whose figure may lag behind by some megabytes; a child that is missed is 30.
  expect(Math.abs(tree - sum)).toBeLessThan(15 * MB)
  expect((await sampler.measure([root], false)).get(root)).toBeLessThan(sum - 30 * MB)
})

test('descriptors do not grow, with either sampler', async () => {
  const pid = await tell('fork 1')
  for (const [, sampler] of samplers()) {
    await sampler.measure([pid], false)
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    for (let pass = 0; pass < 200; pass++) await sampler.measure([pid], false)
    // pidusage keeps its descriptors for a second.
    await waitFor('descriptors to be closed', () => open() <= before + 2)
  }
})

test('the set of children: the same, changed by a fork, by an end, by both at once', async () => {
  const first = await tell('fork 1')
  const children = new ChildSet(parent.pid ?? 0)
  expect([children.read(), children.read(), children.read()]).toEqual(['changed', 'same', 'same'])
  const second = await tell('fork 1')
  expect([children.read(), children.read()]).toEqual(['changed', 'same'])
  expect([...children.pids.subarray(0, children.count)]).toEqual([first, second])
  await tell(`kill ${first}`)
  expect([children.read(), children.read()]).toEqual(['changed', 'same'])
  await tell(`kill ${second}`)
  await tell('fork 1')
  expect([children.read(), children.read()]).toEqual(['changed', 'same'])
  expect(new ChildSet(4_194_305).read()).toBe('unavailable')
})

test('a list that ends anywhere near the end of a page is read whole', async () => {
  const children = new ChildSet(parent.pid ?? 0)
  const path = `/proc/${parent.pid}/task/${parent.pid}/children`
  const seen = () => [children.read(), [...children.pids.subarray(0, children.count)].join(' ')]
  const lengths: number[] = []
  for (const more of [500, ...Array<number>(12).fill(15), 500]) {
    await tell(`many ${more}`)
    const text = readFileSync(path, 'latin1')
    lengths.push(text.length)
    expect(seen()).toEqual(['changed', text.trim()])
    expect(seen()).toEqual(['same', text.trim()])
  }
  expect(Math.max(...lengths)).toBeGreaterThan(PAGE_BYTES)
})

test('a pid that was used again is a change, though the list reads the same', async () => {
  const root = mkdtempSync(join(tmpdir(), 'memmon-proc-'))
  try {
    mkdirSync(join(root, '7/task/7'), { recursive: true })
    writeFileSync(join(root, '7/task/7/children'), '8 ')
    const [first, second] = [await tell('fork 1'), await tell('fork 1')]
    symlinkSync(`/proc/${first}`, join(root, '8'))
    const children = new ChildSet(7, root)
    expect([children.read(), children.read()]).toEqual(['changed', 'same'])
    await tell(`kill ${first}`)
    rmSync(join(root, '8'))
    symlinkSync(`/proc/${second}`, join(root, '8'))
    expect([children.read(), children.read()]).toEqual(['changed', 'same'])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

test.each([
  false,
  true,
])('a quiet look, cumulative %s: sizes by place, and only children of supervisord', async cumulative => {
  const pid = await tell('fork 30')
  const quiet = createQuietChildren(procfs, parent.pid ?? 0)
  expect(quiet?.watch([pid])).toBe(true)
  expect(quiet?.isUnchanged()).toBe(true)
  expect(Math.abs((quiet?.sizes(cumulative)[0] ?? 0) - statusBytes(pid))).toBeLessThan(1 * MB)
  expect(quiet?.watch([pid, process.pid])).toBe(false)
  await tell(`kill ${pid}`)
  expect(quiet?.isUnchanged()).toBe(false)
  expect(quiet?.sizes(cumulative)[0]).toBe(-1)
})

test('where there is no such /proc, or no such process, there is no quiet look', () => {
  expect(openProcfs('/nonexistent')).toBeUndefined()
  expect(createQuietChildren(procfs, 4_194_305)).toBeUndefined()
  expect(createQuietChildren(procfs, parent.pid ?? 0, '/nonexistent')).toBeUndefined()
})

/**
 * The detail with a smaps_rollup that was the same before and after it: what a process has to itself changes with
 * every other one that maps or lets go of the same library.
 */
const unchanged = (pid: number) =>
  waitFor('a process that stays as it is', () => {
    const read = () => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const [rollup, detail, after] = [read(), procfs.detailOf(pid), read()]
    return rollup === after && { detail, rollup }
  })

test('PSS, USS and swap are those of smaps_rollup', async () => {
  const pid = await tell('fork 20')
  const { detail, rollup } = await unchanged(pid)
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? Number.NaN) * 1024
  expect(detail).toEqual({
    pssBytes: bytes('Pss'),
    ussBytes: bytes('Private_Clean') + bytes('Private_Dirty'),
    swapBytes: bytes('Swap'),
    swapPssBytes: bytes('SwapPss'),
  })
  expect(procfs.detailOf(4_194_305)).toBe('gone')
})
