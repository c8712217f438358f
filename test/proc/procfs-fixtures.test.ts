// Odd files of /proc, as kernels really write them, in test/fixtures/proc.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ChildSet } from '../../src/proc/child-set.ts'
import { readPageBytes } from '../../src/proc/page-size.ts'
import { ppidIn, startTicksIn } from '../../src/proc/proc-stat.ts'
import { GONE, NO_MEMORY, ProcfsFile } from '../../src/proc/procfs-file.ts'
import { RssTable } from '../../src/proc/rss-table.ts'
import { readDetail } from '../../src/proc/smaps-rollup.ts'
import { TreeScan } from '../../src/proc/tree-scan.ts'

const PROC = join(import.meta.dirname, '..', 'fixtures', 'proc')
const PAGE = 4096
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newProc(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-proc-'))
  folders.push(folder)
  return folder
}

function write(root: string, path: string, content: string | Buffer): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), content)
}

test.each([
  ['a) R 1 (b', 100, 1, 5001],
  ['an empty name', 101, 100, 5002],
  ['x 1 2 3 )) S 9', 102, 101, 5003],
  ['a zombie', 103, 100, 5004],
  ['a newline', 110, 1, 18446744073],
  ['a kernel thread', 90, 2, 40],
])('the parent and start time of a process named %j', (_name, pid, ppid, startTicks) => {
  const file = new ProcfsFile()
  file.read(`${PROC}/${pid}/stat`)
  expect([ppidIn(file), startTicksIn(file)]).toEqual([ppid, startTicks])
})

test('a table of sizes: gone, zombie and kernel thread among them', () => {
  const table = new RssTable(new ProcfsFile(), PAGE, PROC)
  table.setPids([100, 106, 103, 90, 102])
  table.readAll()
  expect([...table.rssBytes.subarray(0, table.count)]).toEqual([
    1000 * PAGE,
    GONE,
    NO_MEMORY,
    NO_MEMORY,
    30 * PAGE,
  ])
})

test('a table follows its pids: fewer, others, more than it had room for', () => {
  const table = new RssTable(new ProcfsFile(), PAGE, PROC)
  const sizes = (pids: number[]) => {
    table.setPids(pids)
    table.readAll()
    return [...table.rssBytes.subarray(0, table.count)].map(size => size / PAGE)
  }
  expect(sizes([100, 101, 102])).toEqual([1000, 200, 30])
  expect(sizes([100, 102])).toEqual([1000, 30])
  expect(sizes([102, 102, 101])).toEqual([30, 30, 200])
  expect(sizes([])).toEqual([])
  const many = Array.from({ length: 1000 }, (_, at) => (at % 2 ? 101 : 102))
  expect(sizes(many)).toEqual(many.map(pid => (pid === 101 ? 200 : 30)))
})

test('trees: each root with its descendants, in one pass; a root that has gone; a loop of parents', () => {
  const trees = new TreeScan(new ProcfsFile(), PAGE, PROC)
  trees.readAll([100, 110, 106, 4242, 301])
  const pages = [...trees.rssBytes.subarray(0, 5)].map(size => (size === GONE ? GONE : size / PAGE))
  // 106 has no stat any more, 4242 nothing at all; 300 and 301 claim to be each other's parent.
  expect(pages).toEqual([1000 + 200 + 30, 5 + 6, GONE, GONE, 18])
})

test('PSS, USS and swap, exactly by their names', () => {
  const file = new ProcfsFile()
  expect(readDetail(file, 100, PROC)).toEqual({
    pssBytes: 341 * 1024,
    ussBytes: (48 + 116 + 2048) * 1024,
    swapBytes: 12 * 1024,
    swapPssBytes: 5 * 1024,
  })
  // A shorter file from an older kernel, read into the same buffer: nothing of the longer one may shine through.
  expect(readDetail(file, 110, PROC)).toEqual({
    pssBytes: 7 * 1024,
    ussBytes: 4 * 1024,
    swapBytes: 0,
    swapPssBytes: 0,
  })
  expect(readDetail(file, 103, PROC)).toBe('gone')
  expect(readDetail(file, 4242, PROC)).toBe('gone')
})

test('children: a list, an empty list, none to be seen', () => {
  const root = newProc()
  cpSync(PROC, root, { recursive: true })
  write(root, '105/comm', 'lost\n')
  const children = new ChildSet(100, root)
  expect(children.read()).toBe('changed')
  expect([...children.pids.subarray(0, children.count)]).toEqual([101, 103, 105])
  expect(children.read()).toBe('same')
  const none = new ChildSet(110, PROC)
  expect([none.read(), none.read(), none.count]).toEqual(['changed', 'same', 0])
  expect(new ChildSet(102, PROC).read()).toBe('unavailable')
})

test('children: whatever is not the same is noticed, a reused pid too', () => {
  const root = newProc()
  cpSync(PROC, root, { recursive: true })
  const list = (text: string) => write(root, '100/task/100/children', text)
  // What is held open of a process that has gone says nothing more.
  const end = (path: string) => {
    writeFileSync(path, '')
    rmSync(path)
  }
  const start = (pid: number) => {
    if (existsSync(`${root}/${pid}/comm`)) end(`${root}/${pid}/comm`)
    write(root, `${pid}/comm`, 'x\n')
  }
  const children = new ChildSet(100, root)
  const steps: [string, () => void, string][] = [
    ['the first reading', () => [101, 102, 103].map(start), 'changed'],
    ['the last has gone', () => list('101 103 '), 'changed'],
    ['nothing', () => {}, 'same'],
    ['the last pid was used again', () => start(103), 'changed'],
    ['nothing', () => {}, 'same'],
    ['another pid was used again: it stands last now', () => list('103 101 '), 'changed'],
    ['nothing', () => {}, 'same'],
    ['one more', () => list('103 101 102 '), 'changed'],
    ['the first has gone', () => list('101 102 '), 'changed'],
    ['the last ended before it was looked at', () => end(`${root}/102/comm`), 'changed'],
    ['still so', () => {}, 'changed'],
    ['it is there again', () => start(102), 'changed'],
    ['nothing', () => {}, 'same'],
    ['all have gone', () => list(''), 'changed'],
    ['nothing', () => {}, 'same'],
    ['the list cannot be read', () => end(`${root}/100/task/100/children`), 'unavailable'],
    ['it can be read again', () => list(''), 'changed'],
  ]
  const seen = steps.map(([what, change]) => {
    change()
    return [what, children.read()]
  })
  expect(seen).toEqual(steps.map(([what, , expected]) => [what, expected]))
})

test('a list longer than the buffer is read whole', () => {
  const root = newProc()
  const pids = Array.from({ length: 20_000 }, (_, at) => 1_000_000 + at)
  write(root, '7/task/7/children', `${pids.join(' ')} `)
  const children = new ChildSet(7, root)
  children.read()
  expect([...children.pids.subarray(0, children.count)]).toEqual(pids)
})

test.each([
  ['x64', 8],
  ['arm', 4],
])('the page size of %s', (arch, wordBytes) => {
  const root = newProc()
  const vector = Buffer.alloc(6 * wordBytes)
  const words = [33, 6, 6, 65536, 0, 0] // a value of 6 is no key
  for (const [at, word] of words.entries()) {
    if (endianness() === 'LE') vector.writeUInt32LE(word, at * wordBytes)
    else vector.writeUInt32BE(word, (at + 1) * wordBytes - 4)
  }
  write(root, 'self/auxv', vector)
  expect(readPageBytes(root, arch)).toBe(65536)
})

test('no page size where there is no such /proc', () => {
  expect(readPageBytes(newProc())).toBeUndefined()
})
