// Quiet ticks of the built binary: the scripted supervisord says that it is this test process, and its programs are
// real children of it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Memmon, tickText } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { waitFor } from '../helpers/wait.ts'
import { replyText } from '../helpers/xmlrpc-text.ts'

let folder = ''
let server: ScriptedSupervisord
let children: ChildProcess[]
let memmon: Memmon
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-quiet-'))
  children = []
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock') })
  addProgram('g:a')
  addProgram('g:b')
})
afterEach(async () => {
  memmon.child.kill('SIGKILL')
  await memmon.ended
  for (const child of children) child.kill('SIGKILL')
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

function addProgram(namespec: string): ChildProcess {
  const child = spawn('sleep', ['600'])
  children.push(child)
  server.add({ namespec, pid: child.pid ?? 0 })
  return child
}

async function start(...args: string[]): Promise<void> {
  await startWith('-a', '1GB', ...args)
}

async function startWith(...args: string[]): Promise<void> {
  memmon = new Memmon(args, { SUPERVISOR_SERVER_URL: server.url })
  await memmon.waitForLog(/Checks read the sizes|The children of supervisord/)
}

const tables = () => server.count('getAllProcessInfo')

/** Ticks until a check has asked supervisord `count` times in all. */
const askedTimes = (count: number) => memmon.tickUntil(`${count} tables`, () => tables() >= count)

test.each([[[]], [['-c']]])('%j: 100 quiet ticks make no call, no child, no descriptor', async args => {
  await start(...args)
  await askedTimes(1)
  await memmon.tick(5)
  await waitFor('the journal and the outbox to be there', stateIsOpen)
  const before = { calls: server.count(), open: descriptors() }
  await memmon.tick(100)
  expect({ calls: server.count(), open: descriptors() }).toEqual(before)
  // Nothing is remembered, so nothing is written for those who look by hand.
  expect(readdirSync(join(memmon.stateFolder, readdirSync(memmon.stateFolder)[0] ?? ''))).not.toContain(
    'checks.jsonl',
  )
  // Fields 11 and 13 of stat: page faults of children that were waited for. No child, no fault.
  const fields = readFileSync(`/proc/${memmon.child.pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  expect([fields[8], fields[10]]).toEqual(['0', '0'])
})

test('a program that is added, ends or is replaced makes the next check ask', async () => {
  await start()
  await askedTimes(1)
  await memmon.tick(3)
  const settled = tables()
  addProgram('g:c')
  await askedTimes(settled + 1)
  await memmon.tick(3)
  const added = tables()
  const child = children[0]
  const ended = new Promise(resolve => child?.on('exit', resolve))
  child?.kill('SIGKILL')
  await ended
  await askedTimes(added + 1)
})

test('a supervisord whose pid is not to be seen, nor its children: said, and each check asks', async () => {
  server.misbehave('getPID', { kind: 'body', body: replyText(4_194_305) }, 100)
  await start()
  expect(memmon.stderr).toContain('The children of supervisord (pid 4194305) are not visible in /proc')
  await askedTimes(5)
  expect(memmon.stderr.match(/a child of its own pid 4194305/g)).toHaveLength(1)
})

test('from tick 5,000 to 20,000 neither memory nor descriptors grow', async () => {
  for (let more = 0; more < 10; more++) addProgram(`more:${more}`)
  await start()
  await askedTimes(1)
  let dirtyKb = 0
  for (let thousands = 0; thousands < 5; thousands++) {
    await quickTicks(1_000)
    // Right after a collection, whenever that is, it is a megabyte less.
    dirtyKb = Math.max(dirtyKb, privateDirtyKb())
  }
  await waitFor('the journal and the outbox to be there', stateIsOpen)
  const before = { open: descriptors(), tables: tables() }
  await quickTicks(15_000)
  expect({ open: descriptors(), tables: tables() }).toEqual(before)
  expect(privateDirtyKb() - dirtyKb).toBeLessThan(512)
})

test.each([
  'memory_limit = 1GB\n',
  'memory_limit = 1GB\ncumulative = yes\n',
])('%j: a descriptor is held for each process, until the rules need none', async rules => {
  const config = join(folder, 'memmon.conf')
  const take = async (text: string) => {
    writeFileSync(config, text)
    memmon.child.kill('SIGHUP')
    await memmon.waitForLog(/ reloaded/)
  }
  writeFileSync(config, `[group:g]\n${rules}`)
  await startWith('--config', config)
  await memmon.tickUntil('a quiet check', () => heldSizes().length === 2)
  await take('[group:nobody]\nmemory_limit = 1GB\n')
  await memmon.tick(3)
  expect(heldSizes()).toEqual([])
})

test('a process that has ended leaves no descriptor behind; its successor gets one', async () => {
  await start()
  await memmon.tickUntil('a quiet check', () => heldSizes().length === 2)
  const [child] = children
  const ended = new Promise(resolve => child?.on('exit', resolve))
  child?.kill('SIGKILL')
  await ended
  addProgram('g:a')
  await memmon.tickUntil('the new set', () => {
    const held = heldSizes()
    return held.length === 2 && !held.includes(`/proc/${child?.pid}/statm`)
  })
})

test('256 descriptors stay free, also where most processes then have none that is held', async () => {
  for (let more = 0; more < 98; more++) addProgram(`more:${more}`)
  await start()
  execFileSync('prlimit', ['--pid', String(memmon.child.pid), '--nofile=300:300'])
  await memmon.tickUntil('a quiet check', () => heldSizes().length > 5)
  expect(Math.max(...heldNumbers())).toBeLessThan(300 - 256)
  const before = tables()
  await memmon.tick(20)
  expect(tables()).toBe(before)
})

/** One event after the other, each when the one before it is answered. */
async function quickTicks(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const answered = new Promise(resolve => memmon.child.stdout.once('data', resolve))
    memmon.write(tickText())
    await answered
  }
}

const privateDirtyKb = (): number =>
  Number(
    /^Private_Dirty:\s+(\d+)/m.exec(readFileSync(`/proc/${memmon.child.pid}/smaps_rollup`, 'latin1'))?.[1],
  )

const descriptors = (): number => openFiles().length

/** What its descriptors are; '' for one that is closed meanwhile. */
const openFiles = (): string[] =>
  readdirSync(`/proc/${memmon.child.pid}/fd`).map(fd => {
    try {
      return readlinkSync(`/proc/${memmon.child.pid}/fd/${fd}`)
    } catch {
      return ''
    }
  })

const isHeld = (path: string) => path.endsWith('/statm') && path !== `/proc/${memmon.child.pid}/statm`

/** What is held open for the sizes of processes. */
const heldSizes = () => openFiles().filter(isHeld)

const heldNumbers = () => {
  const numbers = readdirSync(`/proc/${memmon.child.pid}/fd`).map(Number)
  return numbers.filter(fd => isHeld(readlinkSync(`/proc/${memmon.child.pid}/fd/${fd}`)))
}

/** True when its folder, the journal and the listener's file are all of its state that it has open, and the outbox has been looked into. */
function stateIsOpen(): boolean {
  const state = openFiles().filter(path => path.startsWith(memmon.stateFolder))
  const [own = ''] = readdirSync(memmon.stateFolder)
  return (
    state.length === 3 &&
    state.some(path => path.endsWith('/restarts.jsonl')) &&
    state.some(path => path.endsWith('/listener.json')) &&
    existsSync(join(memmon.stateFolder, own, 'outbox'))
  )
}
