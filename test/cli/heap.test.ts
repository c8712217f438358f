// What V8 is told at start, on whichever Node runs the tests: it knows each flag, and they keep memmon small. The scripted
// supervisord says that it is this test process, and its programs are real children of it.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { collectGarbage } from '../../src/proc/own-memory.ts'
import { Memmon, tickText } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { MEMMON } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const CHILDREN = 50
const TICKS = 500
/** Over a bare node of the same version; 4.3 MB on Node 20 and 22, 5.3 MB on 24, 13 MB where Maglev compiles. */
const OWN_KB = 6 * 1024

const MANY = 500

let folder = ''
let server: ScriptedSupervisord
let children: ChildProcess[]
let memmon: Memmon
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-heap-'))
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock') })
  children = Array.from({ length: CHILDREN }, () => spawn('sleep', ['600']))
  for (const [at, { pid = 0 }] of children.entries()) server.add({ namespec: `g:p${at}`, pid })
  memmon = start()
})

/** By its first file, as supervisord starts it. */
function start(env: Record<string, string> = {}): Memmon {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
  return new Memmon(['-a', '1GB'], { SUPERVISOR_SERVER_URL: server.url, PATH, ...env }, [MEMMON])
}

afterEach(async () => {
  memmon.child.kill('SIGKILL')
  await memmon.ended
  for (const child of children) child.kill('SIGKILL')
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

test(`after ${TICKS} ticks over ${CHILDREN} children memmon is a bare node and little more, and V8 complains of no flag`, async () => {
  // The garbage of the checks that ask is collected by the first that does not.
  await memmon.waitForLog(/Checks read the sizes/)
  await waitFor('READY', () => memmon.stdout !== '')
  for (let at = 0; at < TICKS; at++) await quickTick()
  const ownKb = privateDirtyKb(memmon.child.pid)
  expect(ownKb - (await bareNodeKb())).toBeLessThan(OWN_KB)
  expect(memmon.stdout).toMatch(/^READY\n(RESULT 2\nOKREADY\n)+$/)
  const strange = memmon.stderr.split('\n').filter(line => line !== '' && !/^\d{4}-\d\d-\d\d /.test(line))
  expect(strange).toEqual([])
})

test(`over ${MANY} running processes V8 optimises, and over ${CHILDREN} it does not`, async () => {
  for (const [count, isExpected] of [
    [CHILDREN, false],
    [MANY, true],
  ] as const) {
    for (let at = CHILDREN; at < count; at++) server.add({ namespec: `g:p${at}`, pid: children[0]?.pid ?? 0 })
    memmon.child.kill('SIGKILL')
    await memmon.ended
    // V8 lists the functions that it has compiled, with an asterisk before those that it has optimised.
    memmon = start({ NODE_OPTIONS: '--perf-basic-prof' })
    const map = `/tmp/perf-${memmon.child.pid}.map`
    try {
      await waitFor('READY', () => memmon.stdout !== '')
      const isOptimised = () => readFileSync(map, 'utf8').includes(' JS:*')
      for (let at = 0; at < 3_000 && !isOptimised(); at++) await quickTick()
      expect(isOptimised()).toBe(isExpected)
    } finally {
      rmSync(map, { force: true })
      // V8's own log, which it puts where memmon was started.
      for (const name of readdirSync('.')) if (name.endsWith(`-${memmon.child.pid}-v8.log`)) rmSync(name)
    }
  }
})

test('a collection takes what is old, too, on each version of V8', async () => {
  let held: object[] | undefined = Array.from({ length: 1000 }, (_, at) => ({ at }))
  const first = new WeakRef(held[0] as object)
  for (let at = 0; at < 3; at++) collectGarbage() // now it is old
  held = undefined
  await waitFor('the collection', () => {
    collectGarbage()
    return first.deref() === undefined
  })
})

/** Answered by one write, as the answers of the others were. */
async function quickTick(): Promise<void> {
  const answered = new Promise(resolve => memmon.child.stdout.once('data', resolve))
  memmon.write(tickText())
  await answered
}

/** A node that has said that it runs. */
async function bareNodeKb(): Promise<number> {
  const bare = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)'])
  try {
    await new Promise(resolve => bare.stdout.once('data', resolve))
    return privateDirtyKb(bare.pid)
  } finally {
    bare.kill('SIGKILL')
  }
}

const privateDirtyKb = (pid = 0): number =>
  Number(/^Private_Dirty:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1])
