// What a monitor needs of a process, of real ones: as the kernel says it elsewhere, and nothing that is not asked for.
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { createFigures } from '../../src/proc/figures.ts'
import { openProcfs, type Procfs } from '../../src/proc/procfs.ts'
import { ProcfsFile } from '../../src/proc/procfs-file.ts'
import { createReadings } from '../../src/proc/readings.ts'
import { pythonProcesses } from '../helpers/python-process.ts'
import { MB } from '../helpers/values.ts'

const { python, endAll } = pythonProcesses()
afterEach(endAll)
const procfs = openProcfs() as Procfs
const readings = procfs.readings as NonNullable<Procfs['readings']>

test('each need, as /proc says it', async () => {
  const one = await python(
    'import threading, time; b = b"x" * (60 << 20); [threading.Thread(target=time.sleep, args=(600,), daemon=True).start() for _ in range(9)]\nwhile time.process_time() < 0.5: pass\nprint(1); input()',
  )
  const all = readings(one.pid, ['cpu_time', 'pss', 'uss', 'swap', 'threads', 'fds'])
  expect(all).toEqual({
    cpu_time: expect.any(Number),
    pss: expect.any(Number),
    uss: expect.any(Number),
    swap: 0,
    threads: 10,
    fds: readdirSync(`/proc/${one.pid}/fd`).length,
  })
  expect(all.cpu_time).toBeGreaterThanOrEqual(0.49)
  expect(all.cpu_time).toBeLessThan(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]))
  expect(all.uss).toBeGreaterThan(60 * MB)
  expect(all.pss).toBeGreaterThanOrEqual(all.uss as number)
})

test.each<[needs: Parameters<typeof readings>[1], files: string[]]>([
  [[], []],
  [['threads', 'cpu_time'], ['stat']],
  [['pss', 'uss', 'swap'], ['smaps_rollup']],
  [
    ['cpu_time', 'pss'],
    ['stat', 'smaps_rollup'],
  ],
])('%j reads %j, each once', (needs, files) => {
  const read: string[] = []
  class NotingFile extends ProcfsFile {
    override read(path: string): number {
      read.push(path)
      return super.read(path)
    }
    override readAll(path: string): number {
      read.push(path)
      return super.readAll(path)
    }
  }
  const file = new NotingFile()
  const own = createReadings(file, createFigures(file, 4096, '/proc'), '/proc')(process.pid, needs)
  expect(read).toEqual(files.map(name => `/proc/${process.pid}/${name}`))
  expect(Object.keys(own)).toEqual(needs)
})

test('a process that has gone', () => {
  expect(readings(2 ** 22 + 1, ['cpu_time', 'pss', 'fds'])).toEqual({
    cpu_time: 'gone',
    pss: 'gone',
    fds: 'gone',
  })
})
