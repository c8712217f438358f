// What /proc says of pids: of real processes, and of files as they may be.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openSightings } from '../../src/proc/sightings.ts'
import { PythonProcess } from '../helpers/python-process.ts'
import { waitFor } from '../helpers/wait.ts'

const processes: PythonProcess[] = []
const folders: string[] = []
afterEach(async () => {
  for (const one of processes.splice(0)) await one.end()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

test('a child of this process: its parent and its start, by the clock of this machine; then it has gone', async () => {
  const before = Date.now() / 1000
  const python = new PythonProcess('import time; print("1"); time.sleep(600)')
  processes.push(python)
  await python.next()
  const after = Date.now() / 1000
  const { parentPid, startSeconds = 0 } = openSightings()?.look()(python.pid) ?? {}
  expect(parentPid).toBe(process.pid)
  // The boot time is told in whole seconds.
  expect(startSeconds).toBeGreaterThan(before - 1.1)
  expect(startSeconds).toBeLessThan(after + 1.1)
  await python.end()
  await waitFor('it to be gone', () => openSightings()?.look()(python.pid) === undefined)
})

/** A /proc of our own, with 250 clock ticks in a second. */
function procOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'memmon-proc-'))
  folders.push(root)
  const vector = Buffer.alloc(32)
  const word = process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8
  for (const [at, value] of [17, 250, 0, 0].entries()) {
    const low = at * word + (endianness() === 'LE' ? 0 : word - 4)
    if (endianness() === 'LE') vector.writeUInt32LE(value, low)
    else vector.writeUInt32BE(value, low)
  }
  for (const [path, text] of Object.entries({ 'self/auxv': vector, ...files })) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

const STAT = '9 (x) y) S 7 9 9 0 -1 4194304 7 7 7 7 7 7 7 7 20 0 1 0 1000 123456789 77 0\n'

test.each<[what: string, files: Record<string, string>, startSeconds: number | undefined]>([
  ['behind a long list', { stat: `intr ${'0 '.repeat(9000)}\nctxt 5\nbtime 1700000000\n` }, 1_700_000_004],
  ['nowhere', { stat: 'cpu 1 2 3\n' }, undefined],
  ['in no file', {}, undefined],
])('the boot time stands %s', (_, files, startSeconds) => {
  const sight = openSightings(procOf({ ...files, '9/stat': STAT }))?.look()(9)
  expect(sight).toEqual({ parentPid: 7, startSeconds })
})

test.each([
  ['/usr/bin/python3\0/usr/bin/supervisord\0-n\0', true],
  ['/usr/bin/python3\0-u\0/opt/venv/bin/supervisord\0-c\0/etc/x.conf\0', true],
  ['python3\0-m\0supervisor.supervisord\0', true],
  ['supervisord\0-c\0x\0', true],
  ['/usr/local/bin/supervisord-go\0', true],
  ['/sbin/init\0', false],
  ['/bin/sh\0-c\0cd /etc/supervisord/conf && run\0', false],
  ['tail\0-f\0/var/log/supervisord.log\0', false],
  ['', false],
])('the command %j is supervisord: %s', (command, expected) => {
  const sightings = openSightings(procOf({ '9/cmdline': command }))
  expect(sightings?.isSupervisord(9)).toBe(expected)
  expect(sightings?.isSupervisord(10)).toBe(false)
})

test('without such a /proc there is nothing to be seen', () => {
  const root = mkdtempSync(join(tmpdir(), 'memmon-proc-'))
  folders.push(root)
  expect(openSightings(root)).toBeUndefined()
})

test('whose /proc it is: this process has its own pid in its own', () => {
  expect(openSightings()?.isOwnProc()).toBe(true)
  expect(openSightings(procOf({}))?.isOwnProc()).toBe(false)
})
