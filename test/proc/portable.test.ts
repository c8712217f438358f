// The sampler for wherever there is no /proc, on real processes.
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { portableSampler } from '../../src/proc/portable.ts'
import { pythonProcesses } from '../helpers/python-process.ts'
import { waitFor } from '../helpers/wait.ts'

const MIB = 1024 * 1024
const { python, endAll } = pythonProcesses()
afterEach(endAll)

const hold = (megabytes: number) => `b = b'x' * (${megabytes} << 20); print(1); input()`

const rssBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024

test('the RSS of each process is what its status says', async () => {
  const [small, large] = [await python(hold(1)), await python(hold(40))]
  const sizes = await portableSampler.measure([small.pid, large.pid], false)
  expect([...sizes.keys()]).toEqual([small.pid, large.pid])
  for (const pid of [small.pid, large.pid]) {
    expect(Math.abs((sizes.get(pid) ?? 0) - rssBytes(pid))).toBeLessThan(MIB)
  }
})

test.each([
  false,
  true,
])('a vanished pid is no sample and no error, alone or not (cumulative: %s)', async cumulative => {
  const [stays, goes] = [await python(hold(1)), await python(hold(1))]
  await goes.end()
  const sizes = await portableSampler.measure([goes.pid, stays.pid], cumulative)
  expect([...sizes.keys()]).toEqual([stays.pid])
  expect((await portableSampler.measure([goes.pid], cumulative)).size).toBe(0)
})

test.each([false, true])('an empty list has no sizes (cumulative: %s)', async cumulative => {
  expect((await portableSampler.measure([], cumulative)).size).toBe(0)
})

test('cumulative: a process with what it forked', async () => {
  const parent = await python(`
import os, signal
def child():
    reading, writing = os.pipe()
    if os.fork() == 0:
        own = b'x' * (20 << 20)
        os.write(writing, b'1')
        signal.pause()
    os.read(reading, 1)
child()
child()
print(1)
signal.pause()
`)
  const alone = (await portableSampler.measure([parent.pid], false)).get(parent.pid) ?? 0
  const tree = (await portableSampler.measure([parent.pid], true)).get(parent.pid) ?? 0
  expect(alone).toBeLessThan(20 * MIB)
  expect(tree).toBeGreaterThan(alone + 40 * MIB)
})

test('many measures leave no descriptor open', async () => {
  const holder = await python(hold(1))
  const descriptors = () => readdirSync('/proc/self/fd').length
  const before = descriptors()
  for (let measure = 0; measure < 200; measure++) await portableSampler.measure([holder.pid], false)
  await waitFor('pidusage to close what it opened', () => descriptors() <= before)
  expect(descriptors()).toBeLessThanOrEqual(before)
})
