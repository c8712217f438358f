// More than is looked at: all are counted, and the facts say how many were looked at.
import { expect, test } from 'vitest'
import { captured, errno, factsOf, type Tree } from './tree.ts'

const tree = captured('node')
const at = `/proc/${tree.pid}`
const stat = (name: string) => `1 (${name}) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0 0 0`

const numbers = (count: number): string[] => Array.from({ length: count }, (_, one) => String(one + 1))

function withThreads(count: number): Tree {
  const files: Record<string, string> = { ...tree.files }
  for (const thread of numbers(count)) {
    files[`${at}/task/${thread}/stat`] = stat(`worker-${Number(thread) % 30}`)
    files[`${at}/task/${thread}/wchan`] = 'futex_wait_queue'
    files[`${at}/task/${thread}/syscall`] = `202 0x0 0x0 0x0 0x0 0x0 0x0 0x7f0000000000 0x7f0000000000`
  }
  return { ...tree, files, folders: { ...tree.folders, [`${at}/task`]: numbers(count) } }
}

test('6,000 threads: 5,000 are looked at, the 20 most frequent names listed', async () => {
  const { threads, missing } = await factsOf(withThreads(6_000))
  expect(missing).toEqual({ cgroup: 'ENOENT' })
  expect(threads).toMatchObject({
    count: 6_000,
    lookedAtCount: 5_000,
    byWchan: [{ what: 'futex_wait_queue', count: 5_000 }],
    bySyscall: [{ what: 'futex', count: 5_000 }],
  })
  expect(threads?.byName).toHaveLength(20)
  expect(threads?.alike).toHaveLength(20)
})

test('a thread that ends between two looks is no failure', async () => {
  const { threads, missing } = await factsOf(withThreads(50), path => {
    if (/\/task\/7\/stat|\/task\/8\/(wchan|syscall)/.test(path)) throw errno('ESRCH')
  })
  expect(missing).toEqual({ cgroup: 'ENOENT' })
  expect(threads).toMatchObject({ count: 50, lookedAtCount: 49 })
  expect(threads?.byWchan[0]?.count).toBe(48)
})

test('25,000 descriptors: 20,000 are looked at, and those closed meanwhile are said', async () => {
  const links: Record<string, string> = { ...tree.links }
  for (const fd of numbers(25_000)) links[`${at}/fd/${fd}`] = `socket:[${fd}]`
  delete links[`${at}/fd/5`]
  const rows = numbers(25_000).map(
    inode => `  1: 0100007F:1F90 0500000A:1538 08 00000000:00000000 00:00000000 00000000 0 0 ${inode} 1`,
  )
  const files = { ...tree.files, [`${at}/net/tcp`]: `title\n${rows.join('\n')}\n` }
  const folders = { ...tree.folders, [`${at}/fd`]: numbers(25_000) }
  const { descriptors, missing } = await factsOf({ ...tree, files, links, folders })
  expect(missing).toEqual({ cgroup: 'ENOENT' })
  expect(descriptors).toEqual({
    count: 25_000,
    lookedAtCount: 20_000,
    byKind: [
      { what: 'socket', count: 19_999 },
      { what: 'gone', count: 1 },
    ],
    sockets: [{ what: 'tcp CLOSE_WAIT', count: 19_999 }],
    peers: [{ what: 'CLOSE_WAIT to 10.0.0.5:5432', count: 19_999 }],
    files: [],
  })
})

test('a table of more sockets than 16 MB hold is not read to its end, and that is said', async () => {
  const row = `  1: 0100007F:1F90 0500000A:1538 01 00000000:00000000 00:00000000 00000000 0 0 0 1${' '.repeat(60)}\n`
  const files = { ...tree.files, [`${at}/net/tcp`]: row.repeat((16 * 2 ** 20) / row.length + 1) }
  const { descriptors, missing } = await factsOf({ ...tree, files })
  expect(missing).toEqual({ cgroup: 'ENOENT', sockets: 'too_large' })
  expect(descriptors?.count).toBe(25)
})

test('a process whose children are its own ancestors, by a pid given out anew, has an end', async () => {
  const parents = { 50: tree.pid, 51: 50, [tree.pid]: 51 }
  const files: Record<string, string> = { ...tree.files }
  for (const [pid, parent] of Object.entries(parents))
    files[`/proc/${pid}/stat`] = stat('x').replace(' S 1 ', ` S ${parent} `)
  const folders = { ...tree.folders, '/proc': ['50', '51', String(tree.pid), 'self', 'sys'] }
  const { children } = await factsOf({ ...tree, files, folders })
  expect(children).toMatchObject({ count: 1, descendantCount: 2 })
})
