// What is taken down of real processes, under the kernel that there is: counts are right, bounds are said.
import { afterEach, expect, test } from 'vitest'
import { PythonProcess } from '../helpers/python-process.ts'
import { besideCgroup, endAll, factsIn, factsOf } from './live.ts'
import { countOf } from './tree.ts'

const MIB = 2 ** 20
afterEach(endAll)

/** A count that a thread makes true only when it is where it is to be. */
const settled = `
import os, time
def waits(count, what):
    while sum(what in open(f'/proc/self/task/{t}/wchan').read() for t in os.listdir('/proc/self/task')) < count: time.sleep(.01)
`

test('200 threads that wait for a lock: all counted, all in a futex, each with its stack', async () => {
  const { threads, mappings, missing } = await factsOf(`${settled}
import threading
lock = threading.Lock(); lock.acquire()
for _ in range(200): threading.Thread(target=lock.acquire, daemon=True).start()
waits(200, 'futex')`)
  expect(besideCgroup(missing)).toEqual({})
  expect(threads).toMatchObject({ count: 201, lookedAtCount: 201 })
  const futexes = threads?.byWchan.filter(({ what }) => /futex/.test(what)) ?? []
  expect(futexes.reduce((sum, { count }) => sum + count, 0)).toBe(200)
  expect(countOf(threads?.bySyscall, 'futex')).toBe(200)
  // From glibc 2.42 on they are one mapping.
  const stacks = mappings?.groups.find(({ kind }) => kind === 'thread stack')
  expect(stacks?.sizeBytes).toBeGreaterThanOrEqual(200 * MIB)
})

test('2,000 descriptors: files, pipes, deleted files and sockets by state', async () => {
  const { descriptors, limits, missing } = await factsOf(`
import os, resource, socket, tempfile
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, hard))
files = [os.open('/etc/passwd', os.O_RDONLY) for _ in range(1500)]
pipes = [os.pipe() for _ in range(100)]
deleted = [tempfile.TemporaryFile() for _ in range(50)]
server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen(200)
held = []
for _ in range(240):
    client = socket.create_connection(server.getsockname()); held.append(server.accept()[0]); client.close()
while any(one.recv(1) != b'' for one in held): pass`)
  expect(besideCgroup(missing)).toEqual({})
  expect(limits?.openFiles?.soft).toBe(4096)
  const kinds = (kind: string) => countOf(descriptors?.byKind, kind)
  // Beside those: stdin, stdout and stderr.
  expect(descriptors?.count).toBeGreaterThanOrEqual(1991 + 3)
  expect(descriptors?.lookedAtCount).toBe(descriptors?.count)
  expect(kinds('file')).toBeGreaterThanOrEqual(1500)
  expect(kinds('pipe')).toBeGreaterThanOrEqual(200)
  expect(kinds('deleted file')).toBeGreaterThanOrEqual(50)
  expect(countOf(descriptors?.sockets, 'tcp CLOSE_WAIT')).toBe(240)
  expect(countOf(descriptors?.sockets, 'tcp LISTEN')).toBe(1)
  expect(descriptors?.peers[0]).toMatchObject({
    count: 240,
    what: expect.stringMatching(/^CLOSE_WAIT from 127/),
  })
  expect(countOf(descriptors?.files, '/etc/passwd')).toBe(1500)
})

/** Each beside one of other permissions, or the kernel would merge them. */
const mapped = (count: number) => `
import mmap
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
held = [mmap.mmap(-1, 65536, flags=PRIVATE, prot=mmap.PROT_READ | (at % 2 and mmap.PROT_WRITE)) for at in range(${count})]
for one in held[1::2]: one[0] = 1`

test('2,000 mappings of one size are found as such, with their memory', async () => {
  const { mappings, missing } = await factsOf(mapped(2000))
  expect(besideCgroup(missing)).toEqual({})
  expect(mappings).toMatchObject({ source: 'smaps', isWhole: true })
  const equal = mappings?.equal.find(({ eachBytes }) => eachBytes === 65536)
  expect(equal?.count).toBeGreaterThanOrEqual(1995)
  expect(equal?.sizeBytes).toBe((equal?.count ?? 0) * 65536)
  expect(equal?.rssBytes).toBeGreaterThanOrEqual(995 * 4096)
})

test('beyond 5,000 mappings they are counted without a walk of their pages, which is said', async () => {
  const { mappings, missing, rollup, status } = await factsOf(mapped(5000))
  expect(besideCgroup(missing)).toEqual({ smaps: 'too_large' })
  expect(mappings).toMatchObject({ source: 'maps', isWhole: true })
  expect(mappings?.equal.find(({ eachBytes }) => eachBytes === 65536)?.count).toBeGreaterThanOrEqual(4990)
  expect(mappings?.groups[0]).not.toHaveProperty('rssBytes')
  // From smaps_rollup.
  expect(rollup?.rssBytes).toBeGreaterThan(2500 * 4096)
  expect(Math.abs((rollup?.rssBytes ?? 0) - (status?.rssBytes ?? 0))).toBeLessThan(MIB)
})

test('its children, their children, and one that nobody has waited for', async () => {
  const { children } = await factsOf(`
import os, subprocess, time
for _ in range(4): subprocess.Popen(['sh', '-c', 'sleep 1000 & echo; wait'], stdout=subprocess.PIPE).stdout.readline()
gone = os.fork()
if gone == 0: os._exit(0)
while open(f'/proc/{gone}/stat').read().split(') ')[1][0] != 'Z': time.sleep(.01)`)
  expect(children).toMatchObject({ count: 5, descendantCount: 9, zombieCount: 1 })
  expect(children?.byName.slice(0, 2)).toEqual([
    { what: 'sh', count: 4 },
    { what: 'sleep', count: 4 },
  ])
  expect(children?.largest).toHaveLength(9)
})

test('of a process that has just ended there is nothing, and that is said', async () => {
  const python = new PythonProcess(`print('1'); import sys; sys.stdin.read()`)
  await python.next()
  await python.end()
  const facts = await factsIn(python.pid)
  expect(facts.missing).toEqual({ process: 'ESRCH' })
})

test('the facts of this very process agree with what Node knows of it', async () => {
  const facts = await factsIn(process.pid)
  expect(besideCgroup(facts.missing)).toEqual({})
  expect(facts.status?.parentPid).toBe(process.ppid)
  expect(facts.status?.uid).toBe(process.getuid?.())
  expect(facts.machine).toMatchObject({ architecture: process.arch })
  const rss = process.memoryUsage.rss()
  expect(Math.abs((facts.status?.rssBytes ?? 0) / rss - 1)).toBeLessThan(0.5)
})
