// Whatever /proc answers, the facts are given, with what is missing named by its code.
import { expect, test } from 'vitest'
import { PARTS } from '../../src/evidence/facts.ts'
import { readFacts } from '../../src/evidence/read-facts.ts'
import { captured, errno, factsOf, HERE, type Tree, treeFiles } from './tree.ts'

const tree = captured('python-futex')
const at = `/proc/${tree.pid}`

const without = (...paths: readonly string[]): Tree => ({
  ...tree,
  files: Object.fromEntries(Object.entries(tree.files).filter(([path]) => !paths.includes(path))),
})

test("another user's process: what ptrace guards is denied, wchan says 0 to all", async () => {
  const guarded = ['exe', 'io', 'maps', 'smaps', 'smaps_rollup', 'fd'].map(name => `${at}/${name}`)
  const files = Object.fromEntries(
    Object.entries(tree.files).map(([path, text]) => [path, path.endsWith('/wchan') ? '0' : text]),
  )
  const facts = await factsOf({ ...tree, files }, path => {
    if (guarded.includes(path) || path.endsWith('/syscall')) throw errno('EACCES')
  })
  expect(facts.missing).toEqual({
    cgroup: 'ENOENT',
    program: 'EACCES',
    descriptors: 'EACCES',
    io: 'EACCES',
    mappings: 'EACCES',
    smaps: 'EACCES',
    rollup: 'EACCES',
    wchan: 'EACCES',
    syscall: 'EACCES',
  })
  expect(facts.threads).toMatchObject({ count: 41, byWchan: [], bySyscall: [] })
  expect(facts.threads?.alike).toEqual([
    { name: 'python3', state: 'sleeping', wchan: '', syscall: '', count: 41 },
  ])
  expect(facts.status?.rssBytes).toBe(22286336)
  expect(facts.children?.count).toBe(3)
})

test('a kernel without smaps_rollup, one without tcp6, and one without smaps', async () => {
  const whole = await factsOf(tree)
  const noRollup = await factsOf(without(`${at}/smaps_rollup`))
  expect(noRollup.rollup).toEqual(whole.rollup)
  const status = (tree.files[`${at}/status`] ?? '').replace(/VmRSS:.*/, `VmRSS:\t${5 * 2 ** 20} kB`)
  const large = without(`${at}/smaps_rollup`)
  const neither = await factsOf({ ...large, files: { ...large.files, [`${at}/status`]: status } })
  expect(neither.missing).toEqual({ cgroup: 'ENOENT', smaps: 'too_large', rollup: 'ENOENT' })
  expect(neither).not.toHaveProperty('rollup')
  const noIpv6 = await factsOf(without(`${at}/net/tcp6`))
  expect(noIpv6.missing).toEqual({ cgroup: 'ENOENT' })
  expect(noIpv6.descriptors?.sockets).toEqual(whole.descriptors?.sockets)
  const noSmaps = await factsOf(without(`${at}/smaps`))
  expect(noSmaps.missing).toEqual({ cgroup: 'ENOENT', smaps: 'ENOENT' })
  expect(noSmaps.mappings).toMatchObject({ source: 'maps', isWhole: true, count: whole.mappings?.count })
  expect(noSmaps.mappings?.groups[0]).not.toHaveProperty('rssBytes')
  expect(noSmaps.rollup?.rssBytes).toBe(whole.rollup?.rssBytes)
})

test('a process that ends at any moment: each access from then on says so', async () => {
  let accesses = 0
  await factsOf(tree, () => {
    accesses++
  })
  expect(accesses).toBeGreaterThan(150)
  for (let ending = 0; ending < accesses; ending++) {
    let access = 0
    const facts = await factsOf(tree, path => {
      if (access++ >= ending && path.startsWith(at)) throw errno(path.includes('/stat') ? 'ESRCH' : 'ENOENT')
    })
    expect(facts.missing.process, `after ${ending} accesses`).toBe('ESRCH')
    // What has been read stays: each part is there or named.
    if (ending > 0)
      for (const part of PARTS)
        expect(part in facts || part in facts.missing, `${part}, ${ending}`).toBe(true)
  }
})

test('its pid is given to another process meanwhile', async () => {
  let looks = 0
  const files = treeFiles(tree)
  const facts = await readFacts(tree.pid, {
    timeoutMs: 60_000,
    tick: () => 0,
    nowMs: () => 0,
    here: HERE,
    files: {
      ...files,
      read: path =>
        path === `${at}/stat` && looks++ > 0
          ? files.read(path).replace(' 5005889 ', ' 5009999 ')
          : files.read(path),
    },
  })
  expect(facts.startTicks).toBe(5005889)
  expect(facts.missing.process).toBe('ESRCH')
})

test('no such process; no /proc at all', async () => {
  const nobody = await factsOf({ ...tree, pid: 4, files: { '/proc/self/stat': '1 (x) S' } })
  expect(nobody).toEqual({
    version: 1,
    pid: 4,
    takenAt: 1_700_000_000_000,
    tookMs: 0,
    missing: { process: 'ESRCH' },
  })
  expect((await factsOf({ ...tree, pid: 4, files: {} })).missing).toEqual({ process: 'unsupported' })
})

test('a zombie has a status and no memory', async () => {
  const files = {
    ...tree.files,
    [`${at}/maps`]: '',
    [`${at}/smaps`]: '',
    [`${at}/smaps_rollup`]: '',
  }
  const facts = await factsOf({ ...tree, files })
  expect(facts.missing).toMatchObject({ mappings: 'ESRCH', smaps: 'ESRCH', rollup: 'unreadable' })
  expect(facts).not.toHaveProperty('mappings')
})

test.each(['limits', 'io'])('%s that is not as proc(5) has it is unreadable, and only that', async part => {
  const facts = await factsOf({ ...tree, files: { ...tree.files, [`${at}/${part}`]: 'what?\n' } })
  expect(facts.missing).toEqual({ cgroup: 'ENOENT', [part]: 'unreadable' })
})

test('where its size is not known, it may be any: no walk of its pages', async () => {
  const facts = await factsOf({ ...tree, files: { ...tree.files, [`${at}/status`]: 'what?\n' } })
  const tooLarge = { smaps: 'too_large', rollup: 'too_large' }
  expect(facts.missing).toEqual({ cgroup: 'ENOENT', status: 'unreadable', ...tooLarge })
  expect(facts.mappings?.source).toBe('maps')
})

test.each([
  ['4 GB in memory', 'VmRSS', 5 * 2 ** 20, { smaps: 'too_large' }],
  ['4 GB in swap', 'VmSwap', 5 * 2 ** 20, { smaps: 'too_large' }],
  ['32 GB', 'VmRSS', 33 * 2 ** 20, { smaps: 'too_large', rollup: 'too_large' }],
])('more than %s: what a walk would cost is not read, and that is said', async (_what, field, kib, missing) => {
  const status = (tree.files[`${at}/status`] ?? '').replace(new RegExp(`${field}:.*`), `${field}:\t${kib} kB`)
  const facts = await factsOf({ ...tree, files: { ...tree.files, [`${at}/status`]: status } })
  expect(facts.missing).toEqual({ cgroup: 'ENOENT', ...missing })
  expect(facts.mappings).toMatchObject({ source: 'maps', isWhole: true, count: 187 })
  expect('rollup' in facts).toBe(!('rollup' in missing))
})

test('asked for some parts alone, it reads those', async () => {
  const read: string[] = []
  const facts = await readFacts(tree.pid, {
    timeoutMs: 60_000,
    tick: () => 0,
    nowMs: () => 0,
    here: HERE,
    parts: ['rollup', 'limits'],
    files: treeFiles(tree, path => {
      read.push(path)
    }),
  })
  expect(Object.keys(facts).sort()).toEqual(
    ['version', 'pid', 'startTicks', 'takenAt', 'tookMs', 'limits', 'rollup', 'missing'].sort(),
  )
  expect(read.some(path => path.includes('/task/') || path.includes('/fd'))).toBe(false)
})
