// What is read beside RSS, of real processes: swap, threads, open files, shares of forked workers, and what is denied.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createFigures } from '../../src/proc/figures.ts'
import { openProcfs, type Procfs } from '../../src/proc/procfs.ts'
import { ProcfsFile } from '../../src/proc/procfs-file.ts'
import { totalBytesOf } from '../../src/rules/budgets.ts'
import { pythonProcesses } from '../helpers/python-process.ts'
import { MB, processNamed } from '../helpers/values.ts'
import { waitFor } from '../helpers/wait.ts'

const { python, endAll } = pythonProcesses()
afterEach(endAll)
const procfs = openProcfs() as Procfs

test('200 threads, and open files', async () => {
  const one = await python(
    'import threading, time; [threading.Thread(target=time.sleep, args=(600,), daemon=True).start() for _ in range(200)]; f = [open("/dev/null") for _ in range(50)]; print(1); input()',
  )
  expect(procfs.figures([one.pid], 'threads', false)).toEqual([201])
  expect(procfs.figures([one.pid], 'threads', false)).toEqual([readdirSync(`/proc/${one.pid}/task`).length])
  expect(procfs.figures([one.pid], 'fds', false)).toEqual([readdirSync(`/proc/${one.pid}/fd`).length])
})

test('workers that share 100 MB: RSS counts them each time, PSS and the budget once', async () => {
  const parent = await python(
    // Each child says when it holds its own.
    'import os, time\nb = b"x" * (100 << 20)\nr, w = os.pipe()\nfor _ in range(3):\n  if os.fork() == 0:\n    c = b"y" * (10 << 20)\n    os.write(w, b"1")\n    time.sleep(600)\n  os.read(r, 1)\nprint(1)\ninput()',
  )
  const tree = [parent.pid]
  const rollup = (pid: number, name: string) =>
    Number(
      new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1],
    ) * 1024
  await waitFor('a PSS that stays as it is', () => {
    const before = rollup(parent.pid, 'Pss')
    const [pss] = procfs.figures(tree, 'pss', false)
    return pss === before && pss === rollup(parent.pid, 'Pss')
  })
  const [rssTree] = [...(await procfs.measure(tree, true)).values()]
  const [pssTree] = procfs.figures(tree, 'pss', true)
  expect(Number(rssTree)).toBeGreaterThan(430 * MB)
  expect(Number(pssTree)).toBeGreaterThan(130 * MB)
  expect(Number(pssTree)).toBeLessThan(200 * MB)
  const pids = [
    parent.pid,
    ...readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'latin1')
      .trim()
      .split(' ')
      .map(Number),
  ]
  const members = procfs.shares(pids, false).map((share, at) => {
    if (typeof share === 'string') throw new Error(share)
    return { process: processNamed(`w:${at}`), mayRestart: true, ...share }
  })
  expect(totalBytesOf(members)).toBeGreaterThan(130 * MB)
  expect(totalBytesOf(members)).toBeLessThan(200 * MB)
  const [whole] = procfs.shares(tree, true)
  expect(whole).toMatchObject({ privateBytes: expect.any(Number) })
  for (const pid of pids.slice(1)) process.kill(pid, 'SIGKILL')
})

test('what has gone is gone, for every metric', () => {
  for (const metric of ['pss', 'uss', 'rss+swap', 'pss+swap', 'threads', 'fds'] as const)
    expect(procfs.figures([4_194_304], metric, false)).toEqual(['gone'])
  expect(procfs.shares([4_194_304], true)).toEqual(['gone'])
})

test('swap counts with the metrics that say so', () => {
  const root = mkdtempSync(join(tmpdir(), 'memmon-figures-'))
  try {
    mkdirSync(join(root, '7'))
    writeFileSync(join(root, '7', 'statm'), '9000 1000 500 1 0 700 0\n')
    writeFileSync(
      join(root, '7', 'status'),
      'Name:\tx\nVmRSS:\t    4000 kB\nVmSwap:\t    3000 kB\nThreads:\t1\n',
    )
    writeFileSync(
      join(root, '7', 'smaps_rollup'),
      '0-1 ---p 0 0:0 0 [rollup]\nRss: 4000 kB\nPss: 2000 kB\nPrivate_Clean: 100 kB\nPrivate_Dirty: 900 kB\nSwap: 3000 kB\nSwapPss: 1500 kB\n',
    )
    writeFileSync(
      join(root, 'meminfo'),
      'MemTotal: 9 kB\nSwapTotal:       8000 kB\nSwapFree:        5000 kB\n',
    )
    const figures = createFigures(new ProcfsFile(), 4096, root)
    expect({
      rss: figures.figure(7, 'rss'),
      'rss+swap': figures.figure(7, 'rss+swap'),
      pss: figures.figure(7, 'pss'),
      uss: figures.figure(7, 'uss'),
      'pss+swap': figures.figure(7, 'pss+swap'),
      used: figures.swapUsedBytes(),
      shares: figures.shares(7),
    }).toEqual({
      rss: 4000 * 1024,
      'rss+swap': 7000 * 1024,
      pss: 2000 * 1024,
      uss: 1000 * 1024,
      'pss+swap': 3500 * 1024,
      used: 3000 * 1024,
      shares: { privateBytes: 1000 * 1024, sharedBytes: 3000 * 1024 },
    })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

test("another user's process is denied to those who are not root, which is not 0 and not gone", async () => {
  const one = await python('print(1); input()')
  const isRoot = process.getuid?.() === 0
  // It becomes another user only when it has its modules: that user may not be let into this folder.
  const script = `
    import { openProcfs } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '..', '..', 'build', 'proc', 'procfs.js')))}
    const procfs = openProcfs()
    if (${isRoot}) process.setuid(65534)
    process.stdout.write(JSON.stringify(['pss', 'threads'].map(metric => procfs.figures([${one.pid}], metric, false)[0])))`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  // As root another user asks; else the process is our own, and there is nobody to deny it.
  expect(JSON.parse(run.stdout || JSON.stringify(run.stderr))).toEqual([
    isRoot ? 'denied' : expect.any(Number),
    1,
  ])
})
