// What is taken down of real programs, from their captured /proc trees. A JVM and PHP-FPM are tested by these alone: to
// run them here would mean installing them for every test.
import { expect, test } from 'vitest'
import type { MappingFacts } from '../../src/evidence/memory-facts.ts'
import { unreadText } from '../../src/evidence/missing-text.ts'
import { wordsOf } from '../../src/evidence/words.ts'
import { captured, countOf, factsOf, type Tree } from './tree.ts'

const MIB = 2 ** 20

const group = (mappings: MappingFacts | undefined, kind: string) =>
  mappings?.groups.find(one => one.kind === kind)

test('Python with 36 threads in a lock: state, wchan and system call of each, and its name', async () => {
  const { status, threads, program, missing } = await factsOf(captured('python-futex'))
  expect(status).toMatchObject({ name: 'python3', state: 'sleeping', threadCount: 41, rssBytes: 22286336 })
  expect(program).toEqual({ executable: '/usr/bin/python3.11', isDeleted: false })
  expect(threads).toMatchObject({
    count: 41,
    lookedAtCount: 41,
    byState: [{ what: 'sleeping', count: 41 }],
    byName: [{ what: 'python3', count: 41 }],
    byWchan: [
      { what: 'futex_do_wait', count: 36 },
      { what: 'hrtimer_nanosleep', count: 5 },
    ],
    bySyscall: [
      { what: 'futex', count: 36 },
      { what: 'clock_nanosleep', count: 5 },
    ],
  })
  expect(threads?.alike[0]).toEqual({
    name: 'python3',
    state: 'sleeping',
    wchan: 'futex_do_wait',
    syscall: 'futex',
    count: 36,
  })
  expect(missing).toEqual({ cgroup: 'ENOENT' })
})

test('Python with 200 threads in a lock: that is what is said of it', async () => {
  const facts = await factsOf(captured('python-200'))
  expect(facts.missing).toEqual({ cgroup: 'ENOENT' })
  expect(facts.threads).toMatchObject({ count: 201, byWchan: [{ what: 'futex_do_wait', count: 200 }, {}] })
  expect(group(facts.mappings, 'thread stack')?.count).toBe(200)
  expect(wordsOf(facts).map(({ text }) => text)).toEqual([
    '200 of 201 threads wait in a futex (a lock, or a queue without work)',
  ])
})

test('a PHP-FPM pool: most of its memory is in its workers', async () => {
  const facts = await factsOf(captured('php-fpm'))
  expect(facts.missing).toEqual({ cgroup: 'ENOENT' })
  expect(facts.program).toEqual({ executable: '/usr/sbin/php-fpm8.2', isDeleted: false })
  expect(facts.children).toMatchObject({ count: 4, byName: [{ what: 'php-fpm8.2', count: 4 }] })
  expect(wordsOf(facts).map(({ text }) => text)).toEqual([
    '4 descendants, all named php-fpm8.2, have 115.6MB RSS besides its own 20.8MB: only --cumulative counts them',
  ])
})

test('a worker of it: it waits for connections, and shares its opcode cache and its files with the others', async () => {
  const { threads, descriptors, rollup, mappings } = await factsOf(captured('php-fpm-worker'))
  expect(threads?.alike).toEqual([
    { name: 'php-fpm8.2', state: 'sleeping', wchan: 'inet_csk_accept', syscall: 'accept', count: 1 },
  ])
  expect(countOf(descriptors?.sockets, 'tcp LISTEN')).toBe(1)
  expect(rollup).toMatchObject({ rssBytes: 24137728, sharedBytes: 11776000, pssBytes: 14339072 })
  expect(mappings?.named.find(({ name }) => name === '/dev/zero (deleted)')?.kind).toBe('shmem')
})

test('one of another user: what was captured as nobody, of a worker that runs as www-data', async () => {
  const facts = await factsOf(captured('another-user'))
  expect(facts.missing).toEqual({
    cgroup: 'ENOENT',
    program: 'EACCES',
    wchan: 'EACCES',
    syscall: 'EACCES',
    descriptors: 'EACCES',
    io: 'EACCES',
    rollup: 'EACCES',
    mappings: 'EACCES',
    smaps: 'EACCES',
  })
  expect(facts.status).toMatchObject({ name: 'php-fpm8.2', uid: 33, rssBytes: 40894464 })
  expect(facts.limits?.openFiles).toEqual({ soft: 20000, hard: 20000 })
  const reader = { uid: 65534, nameOf: (uid: number) => (uid === 33 ? 'www-data' : 'nobody') }
  expect(unreadText(facts, reader)).toBe(
    'Not all read (EACCES): pid 352 runs as www-data, and this command as nobody: run it with sudo',
  )
})

test.each([
  [
    'a process that has ended, and that its parent has not waited for',
    'zombie',
    1,
    'it has ended and is a zombie: its parent, pid 3077, has not waited for it',
  ],
  [
    'one whose main thread has ended',
    'main-thread-ended',
    5,
    'its main thread has ended while 4 other threads run on: its memory cannot be read, and only SIGKILL ends it for certain',
  ],
])('%s: nothing is made up of what is gone, and nobody is said to have denied it', async (_, name, count, text) => {
  const facts = await factsOf(captured(name))
  const { cgroup: _none, ...missing } = facts.missing
  expect(new Set(Object.values(missing))).toEqual(new Set(['ESRCH']))
  expect(Object.keys(missing).sort()).toEqual(['descriptors', 'mappings', 'program', 'rollup', 'smaps'])
  expect(facts.threads?.count).toBe(count)
  expect(wordsOf(facts).map(one => one.text)).toEqual([text])
})

test('its descriptors: each kind, and sockets by state; connections that it accepted by the port it listens on', async () => {
  const { descriptors } = await factsOf(captured('python-futex'))
  const kinds = Object.fromEntries((descriptors?.byKind ?? []).map(({ what, count }) => [what, count]))
  expect(kinds).toEqual({
    socket: 30,
    device: 4,
    file: 3,
    pipe: 3,
    memfd: 2,
    'deleted file': 1,
    eventfd: 1,
    eventpoll: 1,
  })
  expect(descriptors).toMatchObject({ count: 45, lookedAtCount: 45 })
  expect(countOf(descriptors?.sockets, 'tcp CLOSE_WAIT')).toBe(25)
  expect(countOf(descriptors?.sockets, 'tcp LISTEN')).toBe(1)
  expect(countOf(descriptors?.sockets, 'unix LISTEN')).toBe(1)
  expect(countOf(descriptors?.sockets, 'unix CONNECTED')).toBe(2)
  expect(descriptors?.peers).toEqual([
    { what: expect.stringMatching(/^CLOSE_WAIT from 127\.0\.0\.1 on port \d+$/), count: 25 },
  ])
  expect(countOf(descriptors?.files, '/etc/hostname')).toBe(3)
})

test('its children: two that run, and one that nobody has waited for', async () => {
  const { children } = await factsOf(captured('python-futex'))
  expect(children).toMatchObject({ count: 3, descendantCount: 3, zombieCount: 1, rssBytes: 36265984 })
  expect(children?.largest.map(({ state }) => state)).toEqual(['sleeping', 'sleeping', 'zombie'])
})

test.each([
  ['python-futex', 40, 15],
  ['jvm', 32, 15],
  ['node', 7, 6],
  ['python-200', 200, 15],
])('%s: every thread but the first has its stack (%i), and the arenas of malloc are told (%i)', async (name, stacks, arenas) => {
  const { mappings } = await factsOf(captured(name))
  expect(group(mappings, 'thread stack')?.count).toBe(stacks)
  expect(mappings?.arenas).toMatchObject({ count: arenas, sizeBytes: arenas * 64 * MIB })
  expect(group(mappings, 'stack')?.count).toBe(1)
})

test.each([
  'python-futex',
  'python-200',
  'jvm',
  'node',
  'php-fpm',
  'php-fpm-worker',
])('%s: the groups have all mappings, and their sum is smaps_rollup', async name => {
  const tree = captured(name)
  const { mappings, rollup } = await factsOf(tree)
  const header = /^[0-9a-f]+-[0-9a-f]+ /gm
  expect(mappings).toMatchObject({ source: 'smaps', isWhole: true })
  expect(mappings?.count).toBe(tree.files[`/proc/${tree.pid}/smaps`]?.match(header)?.length)
  expect(mappings?.groups.reduce((sum, { count }) => sum + count, 0)).toBe(mappings?.count)
  const kernels = tree.files[`/proc/${tree.pid}/smaps_rollup`] ?? ''
  const bytes = (label: string) => Number(new RegExp(`^${label}: +(\\d+) kB`, 'm').exec(kernels)?.[1]) * 1024
  expect(rollup?.rssBytes).toBe(bytes('Rss'))
  expect(rollup?.anonymousBytes).toBe(bytes('Anonymous'))
  expect(rollup?.privateBytes).toBe(bytes('Private_Clean') + bytes('Private_Dirty'))
  // The kernel rounds the share of each mapping down to a kB.
  expect(Math.abs((rollup?.pssBytes ?? 0) - bytes('Pss'))).toBeLessThan(1024 * (mappings?.count ?? 0))
  expect(mappings?.groups.reduce((sum, one) => sum + (one.rssBytes ?? 0), 0)).toBe(rollup?.rssBytes)
})

test('limits, io and the machine', async () => {
  const { limits, io, machine } = await factsOf(captured('python-futex'))
  expect(limits).toMatchObject({
    openFiles: { soft: 20000, hard: 20000 },
    addressSpaceBytes: { soft: null, hard: null },
    stackBytes: { soft: 8388608, hard: null },
  })
  expect(io).toEqual({
    readBytes: 884528,
    writtenBytes: 10,
    storageReadBytes: 167936,
    storageWrittenBytes: 20480,
  })
  expect(machine).toMatchObject({
    pageBytes: 4096,
    architecture: 'x64',
    mostMappings: 65530,
    swapTotalBytes: 0,
  })
  expect(machine?.totalBytes).toBeGreaterThan(machine?.availableBytes ?? Infinity)
})

const GROUP = '/sys/fs/cgroup/system.slice/supervisor.service'
const V2: Tree['files'] = {
  [`${GROUP}/memory.current`]: '1258291200\n',
  [`${GROUP}/memory.max`]: 'max\n',
  [`${GROUP}/memory.high`]: '1610612736\n',
  [`${GROUP}/memory.swap.current`]: '4096\n',
  [`${GROUP}/memory.stat`]:
    'anon 314572800\nfile 943718400\nkernel 1024\nshmem 8192\ninactive_file 900000000\n',
  [`${GROUP}/memory.events`]: 'low 0\nhigh 12\nmax 3\noom 2\noom_kill 1\noom_group_kill 0\n',
  [`${GROUP}/cgroup.procs`]: '12\n13\n14\n',
}

test('its control group, version 2', async () => {
  const tree = captured('python-futex')
  const { cgroup, missing } = await factsOf({ ...tree, files: { ...tree.files, ...V2 } })
  expect(cgroup).toEqual({
    version: 2,
    path: GROUP,
    currentBytes: 1258291200,
    maxBytes: null,
    highBytes: 1610612736,
    swapBytes: 4096,
    anonBytes: 314572800,
    fileBytes: 943718400,
    kernelBytes: 1024,
    shmemBytes: 8192,
    inactiveFileBytes: 900000000,
    highCount: 12,
    maxCount: 3,
    oomCount: 2,
    oomKillCount: 1,
    processCount: 3,
  })
  expect(missing).toEqual({})
})

test('its control group, version 1, beside a version 2 without the memory controller', async () => {
  const tree = captured('python-futex')
  const V1 = '/sys/fs/cgroup/memory/docker/abc'
  const { cgroup } = await factsOf({
    ...tree,
    files: {
      ...tree.files,
      [`/proc/${tree.pid}/cgroup`]: '4:memory:/docker/abc\n0::/\n',
      '/proc/self/mountinfo':
        '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n',
      [`${V1}/memory.usage_in_bytes`]: '5000\n',
      [`${V1}/memory.limit_in_bytes`]: '9223372036854771712\n',
      [`${V1}/memory.failcnt`]: '7\n',
      [`${V1}/memory.stat`]:
        'cache 1\nrss 2\ntotal_cache 3000\ntotal_rss 2000\ntotal_shmem 100\ntotal_inactive_file 2500\n',
      [`${V1}/memory.oom_control`]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 4\n',
    },
  })
  expect(cgroup).toEqual({
    version: 1,
    path: V1,
    currentBytes: 5000,
    maxBytes: null,
    anonBytes: 2000,
    fileBytes: 3000,
    shmemBytes: 100,
    inactiveFileBytes: 2500,
    maxCount: 7,
    oomKillCount: 4,
  })
})

test('nothing of what is taken down can steer a terminal', async () => {
  const tree = captured('python-futex')
  const at = `/proc/${tree.pid}`
  const files = Object.fromEntries(
    Object.entries(tree.files).map(([path, text]) => [path, text.replaceAll('python3', 'py\x1b[31m\x9b')]),
  )
  const links = { ...tree.links, [`${at}/exe`]: '/usr/bin/\x1b]0;x\x07', [`${at}/fd/3`]: '/tmp/\n\x1b[2J' }
  const facts = await factsOf({ ...tree, files, links })
  expect(JSON.stringify(facts)).toContain('x1b')
  const texts: string[] = []
  JSON.stringify(facts, (_, value) => {
    if (typeof value === 'string') texts.push(value)
    return value
  })
  expect(texts.filter(text => /[\0-\x1f\x7f-\x9f]/.test(text))).toEqual([])
})
