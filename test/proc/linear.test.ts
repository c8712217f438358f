// What a quiet look costs at 10,000 processes, counted in calls of the system, not in time: as many for each of them as
// at 100. The table is simulated: a /proc of links to this very process.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { heldBelow } from '../../src/proc/descriptor-limit.ts'
import { openProcfs } from '../../src/proc/procfs.ts'
import { createQuietChildren } from '../../src/proc/quiet.ts'

const calls: Record<string, number> = {}
vi.mock('node:fs', async importOriginal => {
  const real = await importOriginal<typeof import('node:fs')>()
  const counted = ['openSync', 'closeSync', 'readSync', 'readvSync', 'readdirSync', 'readFileSync'] as const
  const wrapped = counted.map(name => {
    const call = (...args: unknown[]) => {
      calls[name] = (calls[name] ?? 0) + 1
      return (real[name] as (...args: unknown[]) => unknown)(...args)
    }
    return [name, call]
  })
  return { ...real, ...Object.fromEntries(wrapped) }
})

/** supervisord's pid, and that of its first child. */
const PARENT = 7
const FIRST = 100_000
let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'memmon-proc-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function lookAt(count: number) {
  const pids = Array.from({ length: count }, (_, at) => FIRST + at)
  symlinkSync(`/proc/${process.pid}`, join(root, String(process.pid)))
  symlinkSync(String(process.pid), join(root, 'self'))
  mkdirSync(join(root, 'sys', 'kernel'), { recursive: true })
  writeFileSync(join(root, 'sys', 'kernel', 'ns_last_pid'), `${FIRST + count}\n`)
  mkdirSync(join(root, String(PARENT), 'task', String(PARENT)), { recursive: true })
  writeFileSync(join(root, String(PARENT), 'task', String(PARENT), 'children'), `${pids.join(' ')} `)
  for (const pid of pids) symlinkSync(`/proc/${process.pid}`, join(root, String(pid)))
  const procfs = openProcfs(root)
  const quiet = procfs && createQuietChildren(procfs, PARENT, root)
  if (!quiet) throw new Error('there is no /proc')
  expect(quiet.watch(pids)).toBe(true)
  return quiet
}

/** The calls of one quiet look, when all that can be held is held. */
function callsOfOne(count: number, cumulative: boolean): Record<string, number> {
  const quiet = lookAt(count)
  const pass = () => [quiet.isUnchanged(), ...Array.from(quiet.sizes(cumulative)).slice(0, count)]
  // Two to know which pids are new, one that opens.
  for (let at = 0; at < 3; at++) pass()
  for (const name of Object.keys(calls)) delete calls[name]
  const [unchanged, ...sizes] = pass()
  const made = { ...calls }
  quiet.release()
  expect([unchanged, sizes.filter(size => typeof size === 'number' && size > 0).length]).toEqual([
    true,
    count,
  ])
  return made
}

test.each([
  [100, false],
  [100, true],
  [10_000, false],
  [10_000, true],
])('%d processes, cumulative %s: one read each, and a handful for all', (count, cumulative) => {
  const {
    openSync = 0,
    closeSync = 0,
    readSync = 0,
    readvSync = 0,
    ...others
  } = callsOfOne(count, cumulative)
  // Those that the limit leaves without a descriptor are opened and closed as well.
  const mayBeOpened = Math.max(0, count - Math.max(0, heldBelow() - 200))
  expect(readvSync - count).toBeLessThanOrEqual(2)
  expect(openSync).toBeLessThanOrEqual(mayBeOpened)
  expect(closeSync).toBe(openSync)
  expect(readSync).toBeLessThanOrEqual(3) // the list of children, in pieces
  expect(others).toEqual({})
})
