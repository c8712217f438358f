// How much memory there is, over trees of control groups as real machines and containers have them, and over this one.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCapacityReader } from '../../src/proc/capacity.ts'

const GB = 1024 ** 3
const MB = 1024 ** 2
let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'memmon-capacity-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function files(contents: Record<string, string | number>): void {
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
}

const MEMINFO = {
  '/proc/meminfo':
    'MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\nBuffers:          524288 kB\nCached:           524288 kB',
}
const V2 = '31 23 0:28 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate'
const V1 = '35 31 0:32 / /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory'
const UNLIMITED_V1 = '9223372036854771712'

test.each<[what: string, contents: Record<string, string | number>, bytes: number, source: string]>([
  ['no control groups', {}, 16 * GB, '/proc/meminfo (MemTotal)'],
  [
    'v2, a container with a namespace of its own',
    {
      '/proc/self/cgroup': '0::/',
      '/proc/self/mountinfo': V2,
      '/sys/fs/cgroup/memory.max': 2 * GB,
      '/sys/fs/cgroup/memory.high': 'max',
    },
    2 * GB,
    '/sys/fs/cgroup/memory.max',
  ],
  [
    'v2, memory.high below memory.max',
    {
      '/proc/self/cgroup': '0::/',
      '/proc/self/mountinfo': V2,
      '/sys/fs/cgroup/memory.max': 2 * GB,
      '/sys/fs/cgroup/memory.high': GB,
    },
    GB,
    '/sys/fs/cgroup/memory.high',
  ],
  [
    'v2, the tightest limit is that of a parent',
    {
      '/proc/self/cgroup': '0::/a.slice/b.service',
      '/proc/self/mountinfo': V2,
      '/sys/fs/cgroup/a.slice/memory.max': GB,
      '/sys/fs/cgroup/a.slice/b.service/memory.max': 4 * GB,
    },
    GB,
    '/sys/fs/cgroup/a.slice/memory.max',
  ],
  [
    'v2, no namespace: the path is that of the host, the mount is the container',
    {
      '/proc/self/cgroup': '0::/docker/0123',
      '/proc/self/mountinfo': '31 23 0:28 /docker/0123 /sys/fs/cgroup ro - cgroup2 cgroup rw',
      '/sys/fs/cgroup/memory.max': 3 * GB,
    },
    3 * GB,
    '/sys/fs/cgroup/memory.max',
  ],
  [
    'v1 with a limit',
    {
      '/proc/self/cgroup': '4:memory:/docker/0123\n0::/',
      '/proc/self/mountinfo': '35 31 0:32 /docker/0123 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': 512 * MB,
    },
    512 * MB,
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  ],
  [
    'v1 without one: its huge number is none',
    {
      '/proc/self/cgroup': '4:memory:/',
      '/proc/self/mountinfo': V1,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': UNLIMITED_V1,
    },
    16 * GB,
    '/proc/meminfo (MemTotal)',
  ],
  [
    'both: v1 for memory, v2 for systemd',
    {
      '/proc/self/cgroup': '4:cpu,memory:/user.slice\n0::/user.slice',
      '/proc/self/mountinfo': `${V2.replace('/sys/fs/cgroup', '/sys/fs/cgroup/unified')}\n${V1}`,
      '/sys/fs/cgroup/memory/user.slice/memory.limit_in_bytes': 5 * GB,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': UNLIMITED_V1,
    },
    5 * GB,
    '/sys/fs/cgroup/memory/user.slice/memory.limit_in_bytes',
  ],
  [
    'nobody tells which group this is: the mount counts',
    { '/proc/self/mountinfo': V1, '/sys/fs/cgroup/memory/memory.limit_in_bytes': GB },
    GB,
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  ],
  [
    'memory.high = 0 asks for reclaim, and is no limit',
    { '/proc/self/cgroup': '0::/', '/proc/self/mountinfo': V2, '/sys/fs/cgroup/memory.high': 0 },
    16 * GB,
    '/proc/meminfo (MemTotal)',
  ],
  [
    'a mount that shows the group of somebody else',
    {
      '/proc/self/cgroup': '0::/mine',
      '/proc/self/mountinfo': `40 23 0:28 /other /mnt/other ro - cgroup2 cgroup rw\n${V2}`,
      '/mnt/other/memory.max': MB,
      '/sys/fs/cgroup/mine/memory.max': 2 * GB,
    },
    2 * GB,
    '/sys/fs/cgroup/mine/memory.max',
  ],
  [
    'a group outside its namespace: a child of the same name is not it',
    {
      '/proc/self/cgroup': '0::/../x',
      '/proc/self/mountinfo': V2,
      '/sys/fs/cgroup/x/memory.max': 777,
      '/sys/fs/cgroup/memory.max': 3 * GB,
    },
    3 * GB,
    '/sys/fs/cgroup/memory.max',
  ],
  [
    'files that hold something else',
    {
      '/proc/self/cgroup': 'what?',
      '/proc/self/mountinfo': `${V2}\n - \n`,
      '/sys/fs/cgroup/memory.max': 'lots',
    },
    16 * GB,
    '/proc/meminfo (MemTotal)',
  ],
])('capacity: %s', (_, contents, bytes, source) => {
  files({ ...MEMINFO, ...contents })
  expect(createCapacityReader(root).capacity()).toEqual({ bytes, source })
})

test.each<[what: string, contents: Record<string, string>, hiddenGroup: string | undefined]>([
  ['v2, in a chroot without /sys', { '/proc/self/cgroup': '0::/a.slice/b.service' }, '/a.slice/b.service'],
  [
    'v1, of which the unified tree alone is mounted elsewhere',
    {
      '/proc/self/cgroup': '4:memory:/docker/0123\n1:cpu:/docker/0123\n0::/',
      '/proc/self/mountinfo': '1 2 0:3 / / rw - ext4 a rw',
    },
    '/docker/0123',
  ],
  ['the root group, or a namespace: nobody can tell', { '/proc/self/cgroup': '0::/' }, undefined],
  ['v1 of which memory is no part, and the root', { '/proc/self/cgroup': '1:cpu:/x\n0::/' }, undefined],
  ['a kernel without control groups', {}, undefined],
  ['mounted', { '/proc/self/cgroup': '0::/a.slice', '/proc/self/mountinfo': V2 }, undefined],
])('a group whose limit is not visible: %s', (_, contents, hiddenGroup) => {
  files({ ...MEMINFO, ...contents })
  expect(createCapacityReader(root).capacity()?.hiddenGroup).toBe(hiddenGroup)
})

test('where nothing can be read, nothing is said', () => {
  const reader = createCapacityReader(root)
  expect([reader.capacity(), reader.available()]).toEqual([undefined, undefined])
})

test('free is MemAvailable, or what a container has left with what the kernel can drop', () => {
  files(MEMINFO)
  expect(createCapacityReader(root).available()).toEqual({
    bytes: 8 * GB,
    source: '/proc/meminfo (MemAvailable)',
  })
  files({
    '/proc/self/cgroup': '0::/',
    '/proc/self/mountinfo': V2,
    '/sys/fs/cgroup/memory.max': GB,
    '/sys/fs/cgroup/memory.current': 900 * MB,
    '/sys/fs/cgroup/memory.stat': `anon 5\nfile 9\ninactive_file ${100 * MB}`,
  })
  const reader = createCapacityReader(root)
  expect(reader.available()).toEqual({ bytes: 224 * MB, source: '/sys/fs/cgroup/memory.max' })
  files({ '/sys/fs/cgroup/memory.max': 2 * GB }) // changed at run time, as a container's may be
  expect(reader.available()?.bytes).toBe(1248 * MB)
  expect(reader.capacity()?.bytes).toBe(2 * GB)
})

test.each<[what: string, current: string]>([
  ['usage that was read before what can be dropped', String(50 * MB)],
  ['usage that cannot be read', 'x'],
])('what is free is never more than the limit: %s', (_, current) => {
  files({
    ...MEMINFO,
    '/proc/self/cgroup': '0::/',
    '/proc/self/mountinfo': V2,
    '/sys/fs/cgroup/memory.max': 512 * MB,
    '/sys/fs/cgroup/memory.current': current,
    '/sys/fs/cgroup/memory.stat': `inactive_file ${100 * MB}`,
  })
  expect(createCapacityReader(root).available()?.bytes).toBe(512 * MB)
})

test('lines without a number say nothing', () => {
  files({ '/proc/meminfo': 'MemTotal:\nMemAvailable: kB\n' })
  const reader = createCapacityReader(root)
  expect([reader.capacity(), reader.available()]).toEqual([undefined, undefined])
})

test('an old kernel without MemAvailable: what is free, and what is cached', () => {
  files({ '/proc/meminfo': MEMINFO['/proc/meminfo'].replace(/MemAvailable.*\n/, '') })
  expect(createCapacityReader(root).available()?.bytes).toBe(2 * GB)
})

test('this machine', () => {
  const reader = createCapacityReader()
  const [capacity, available] = [reader.capacity(), reader.available()]
  expect(existsSync(capacity?.source.replace(/ .*/, '') ?? '')).toBe(true)
  expect(capacity?.bytes).toBeGreaterThan(64 * MB)
  expect(available?.bytes).toBeLessThanOrEqual(capacity?.bytes ?? 0)
})
