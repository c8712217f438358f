// Facts as memmon reads them, of the processes of the golden pictures.
import type { Facts } from '../../src/evidence/facts.ts'
import type { MappingKind } from '../../src/evidence/memory-facts.ts'
import { descriptorsOf, factsOf, LIBC, MB, mappingsOf, rollupOf, statusOf, threadsOf } from './facts.ts'

const group = (kind: MappingKind, count: number, sizeBytes: number, rssBytes: number, swapBytes = 0) => ({
  kind,
  count,
  sizeBytes,
  rssBytes,
  pssBytes: rssBytes,
  privateBytes: rssBytes,
  swapBytes,
})
const file = (name: string, sizeBytes: number, rssBytes: number, kind: MappingKind = 'file') => ({
  name,
  kind,
  count: 4,
  sizeBytes,
  rssBytes,
})
const alike = (name: string, state: string, wchan: string, syscall: string, count: number) => ({
  name,
  state,
  wchan,
  syscall,
  count,
})

/** With 200 threads, arenas, sockets that nobody closes, and children. */
export const LARGE_WORKER: Facts = factsOf({
  status: statusOf({
    uid: 1001,
    threadCount: 200,
    rssBytes: 1229 * MB,
    swapBytes: 300 * MB,
    peakRssBytes: 1331 * MB,
    pageTableBytes: 5 * MB,
  }),
  machine: {
    kernel: '6.18',
    architecture: 'x64',
    totalBytes: 32e9,
    availableBytes: 17e9,
    mostMappings: 65_530,
  },
  limits: { openFiles: { soft: 4096, hard: 4096 } },
  cgroup: {
    version: 2,
    path: '/sys/fs/cgroup/system.slice/supervisor.service',
    currentBytes: 3800 * MB,
    maxBytes: 4096 * MB,
    anonBytes: 2600 * MB,
    fileBytes: 900 * MB,
    shmemBytes: 0,
    inactiveFileBytes: 700 * MB,
    oomKillCount: 2,
  },
  program: { executable: '/usr/bin/python3.11', isDeleted: false },
  rollup: rollupOf({
    rssBytes: 1229 * MB,
    pssBytes: 1101 * MB,
    privateBytes: 1050 * MB,
    sharedBytes: 179 * MB,
    swapBytes: 300 * MB,
  }),
  threads: threadsOf(200, {
    byState: [
      { what: 'sleeping', count: 199 },
      { what: 'running', count: 1 },
    ],
    byName: [{ what: 'python3', count: 200 }],
    byWchan: [
      { what: 'futex_do_wait', count: 187 },
      { what: 'do_epoll_wait', count: 12 },
      { what: '0', count: 1 },
    ],
    alike: [
      alike('python3', 'sleeping', 'futex_do_wait', 'futex', 187),
      alike('python3', 'sleeping', 'do_epoll_wait', 'epoll_wait', 12),
      alike('python3', 'running', '0', 'running', 1),
    ],
  }),
  descriptors: descriptorsOf(3912, {
    byKind: [
      { what: 'socket', count: 3700 },
      { what: 'file', count: 190 },
      { what: 'deleted file', count: 14 },
      { what: 'pipe', count: 6 },
      { what: 'eventpoll', count: 2 },
    ],
    sockets: [
      { what: 'tcp CLOSE_WAIT', count: 3688 },
      { what: 'tcp ESTABLISHED', count: 11 },
      { what: 'unix CONNECTED', count: 1 },
    ],
    peers: [{ what: 'CLOSE_WAIT to 10.0.0.5:5432', count: 3680 }],
    files: [
      { what: '/var/lib/app/cache/7f3a.db', count: 12 },
      { what: '/tmp/spool.tmp (deleted)', count: 9 },
    ],
  }),
  io: { readBytes: 8e9, writtenBytes: 3e8, storageReadBytes: 1e9, storageWrittenBytes: 2e8 },
  mappings: mappingsOf({
    count: 3260,
    groups: [
      group('anon', 2431, 5200 * MB, 1020 * MB, 260 * MB),
      group('heap', 1, 180 * MB, 120 * MB, 40 * MB),
      group('file', 612, 310 * MB, 61 * MB),
      group('thread stack', 199, 1592 * MB, 27 * MB),
      group('stack', 1, MB / 8, MB / 16),
      group('reserved', 15, 2300 * MB, 0),
    ],
    named: [
      file(
        '/usr/lib/python3/dist-packages/numpy/core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so',
        40 * MB,
        22 * MB,
      ),
      file('/usr/bin/python3.11', 7 * MB, 5 * MB),
      LIBC,
    ],
    arenas: { count: 38, sizeBytes: 38 * 64 * MB, rssBytes: 960 * MB },
  }),
  children: {
    count: 2,
    descendantCount: 14,
    zombieCount: 3,
    rssBytes: 210 * MB,
    byName: [{ what: 'convert', count: 9 }],
    largest: Array.from({ length: 14 }, (_, at) => ({
      pid: 4800 + at,
      parentPid: 4711,
      name: at < 2 ? 'bash' : 'convert',
      state: at > 10 ? 'zombie' : 'sleeping',
      threadCount: at > 10 ? 1 : 4,
      rssBytes: at > 10 ? 0 : (30 - at) * MB,
    })),
  },
})

/** The story of 115 threads: small, and stuck. */
export const LOCKED: Facts = factsOf({
  status: statusOf({ uid: 1000, threadCount: 115, rssBytes: 15 * MB }),
  rollup: rollupOf({ rssBytes: 15 * MB, pssBytes: 13 * MB, privateBytes: 13 * MB, sharedBytes: 2 * MB }),
  limits: { openFiles: { soft: 1024, hard: 4096 } },
  threads: threadsOf(115, {
    byState: [{ what: 'sleeping', count: 115 }],
    byWchan: [{ what: 'futex_do_wait', count: 114 }],
    alike: [
      alike('python3', 'sleeping', 'futex_do_wait', '', 114),
      alike('python3', 'sleeping', 'anon_pipe_read', '', 1),
    ],
  }),
  descriptors: descriptorsOf(5, {
    byKind: [
      { what: 'pipe', count: 3 },
      { what: 'device', count: 2 },
    ],
  }),
  mappings: mappingsOf({
    count: 369,
    groups: [
      group('file', 97, 10 * MB, 8 * MB),
      group('anon', 23, 9 * MB, 5 * MB),
      group('heap', 1, 2 * MB, 2 * MB),
    ],
  }),
  missing: { syscall: 'EPERM' },
})

/** What another user's process shows to one who is not root. */
export const OF_ANOTHER_USER: Facts = factsOf({
  status: statusOf({
    name: 'postgres',
    uid: 999,
    threadCount: 1,
    rssBytes: 280 * MB,
    peakRssBytes: 300 * MB,
  }),
  limits: { openFiles: { soft: 1024, hard: null } },
  threads: threadsOf(1, {
    byState: [{ what: 'sleeping', count: 1 }],
    alike: [alike('postgres', 'sleeping', '', '', 1)],
  }),
  children: {
    count: 6,
    descendantCount: 6,
    zombieCount: 0,
    rssBytes: 40 * MB,
    byName: [{ what: 'postgres', count: 6 }],
    largest: [
      { pid: 4801, parentPid: 4711, name: 'postgres', state: 'sleeping', threadCount: 1, rssBytes: 9 * MB },
    ],
  },
  missing: {
    program: 'EACCES',
    wchan: 'EACCES',
    syscall: 'EPERM',
    descriptors: 'EACCES',
    io: 'EACCES',
    rollup: 'EACCES',
    mappings: 'EACCES',
    cgroup: 'ENOENT',
  },
})

const EVIL = '\u001b[31mx\u202e\n\u0007y'

/** Each name in it would steer a terminal; and it is too large for smaps. */
export const HOSTILE: Facts = factsOf({
  status: statusOf({ name: EVIL, uid: 1000, threadCount: 60_000, rssBytes: 3 * MB, state: 'stopped' }),
  cgroup: { version: 1, path: `/${EVIL}`, currentBytes: 5 * MB, maxBytes: null },
  threads: threadsOf(60_000, {
    lookedAtCount: 5000,
    byName: [{ what: 'データベース接続プール管理', count: 4000 }],
    byWchan: [{ what: EVIL, count: 4000 }],
    alike: Array.from({ length: 20 }, (_, at) => alike(EVIL, 'sleeping', `${EVIL}${at}`, '', 200 - at)),
  }),
  descriptors: descriptorsOf(40_000, {
    lookedAtCount: 20_000,
    byKind: [{ what: `anon_inode:${EVIL}`, count: 20_000 }],
    files: [{ what: `/データ/${'長い名前'.repeat(20)}${EVIL}`, count: 6000 }],
  }),
  mappings: mappingsOf({
    source: 'maps',
    count: 60_000,
    groups: [
      { kind: 'anon', count: 59_900, sizeBytes: 90_000 * MB },
      { kind: 'file', count: 100, sizeBytes: 90 * MB },
    ],
    named: [{ name: `/${EVIL.repeat(9)}`, kind: 'file', count: 1, sizeBytes: 8 * MB }],
    equal: [{ count: 58_000, sizeBytes: 58_000 * MB, eachBytes: MB }],
    arenas: { count: 0, sizeBytes: 0 },
  }),
  missing: { rollup: 'too_large', smaps: 'too_large', sockets: 'timeout' },
})
