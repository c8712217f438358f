// The state folder while it is waited for, vanishes, or is claimed again and again: how often is looked, what is said,
// and that nothing is left open.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { expect, test } from 'vitest'
import { type ClaimPorts, claimStateFolder, findStateFolder } from '../../src/restart/state-folder.ts'
import { runOf } from '../../src/supervisor/identity.ts'
import { lock, path, prepareContenders, root } from '../helpers/contenders.ts'

prepareContenders()

/** No process has this pid: it is past the largest one. */
const DEAD = 4_194_305
const ports: ClaimPorts = { runOf, sleep: async () => {}, isEnding: () => false, tell: () => {} }
const claim = async (more: Partial<ClaimPorts> = {}) => {
  const claimed = await claimStateFolder(root(), 'memmon-1', { ...ports, ...more })
  if (!claimed) throw new Error('it did not wait')
  return claimed
}

/** The process of this pid has the folder. */
function holdBy(pid: number, run = runOf(pid)): void {
  mkdirSync(path(), { recursive: true, mode: 0o700 })
  writeFileSync(lock(), `${pid} ${run}\n`, { mode: 0o600 })
}

/** How many descriptors of this process lead into the folders of the test. */
const opened = (): number =>
  readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(root())
    } catch {
      return false
    }
  }).length

test('it is looked for ever more rarely, every two seconds in the end', async () => {
  holdBy(process.ppid)
  const slept: number[] = []
  const sleep = async (ms: number) => {
    slept.push(ms)
    if (slept.length === 25) rmSync(lock())
  }
  const claimed = await claim({ sleep })
  expect(slept.slice(0, 4)).toEqual([100, 200, 300, 400])
  expect([Math.max(...slept), slept.filter(ms => ms === 2_000).length]).toEqual([2_000, 6])
  await claimed.release()
})

test('each memmon that is waited for is named once', async () => {
  const told: string[] = []
  holdBy(process.ppid)
  let waits = 0
  const sleep = async () => {
    waits++
    if (waits === 3) holdBy(1)
    if (waits === 6) rmSync(lock())
  }
  const claimed = await claim({ sleep, tell: text => void told.push(text) })
  expect(told).toEqual(
    [process.ppid, 1].map(pid => `Waiting for the memmon with pid ${pid} to release ${path()}`),
  )
  await claimed.release()
})

test('where the run of a process cannot be seen, its pid has to do', async () => {
  const claimed = await claim({ runOf: () => undefined })
  expect(readFileSync(lock(), 'utf8')).toBe(`${process.pid} \n`)
  expect(await claimed.isIntact()).toBe(true)
  await claimed.release()
  expect(readdirSync(path())).toEqual([])
})

/** A contender that was killed has left files: whoever gets the lock removes one, and looks for another. */
function leaveBehind(): void {
  mkdirSync(path(), { recursive: true, mode: 0o700 })
  for (const count of [1, 2]) writeFileSync(`${lock()}.${DEAD}-${count}.new`, `${DEAD} x\n`, { mode: 0o600 })
}

/** What happens whenever the dead one is looked up: after the folder was opened, and what it left once the lock is ours. */
const whenLooked = (happens: () => void) => ({
  runOf: (pid: number) => {
    if (pid === DEAD) happens()
    return pid === DEAD ? undefined : runOf(pid)
  },
})

test('it vanishes while it is claimed: it is made anew', async () => {
  holdBy(DEAD, 'x')
  const claimed = await claim(whenLooked(() => rmSync(path(), { recursive: true, force: true })))
  expect([await claimed.isIntact(), opened()]).toEqual([true, 1])
  await claimed.release()
})

test('it is replaced over and over: that is said, with what to do, and nothing is left open', async () => {
  leaveBehind()
  let replaced = 0
  const replace = () => {
    replaced++
    renameSync(path(), `${path()}.${replaced}`)
    leaveBehind()
  }
  await expect(claim(whenLooked(replace))).rejects.toMatchObject({
    kind: 'unwritable',
    message: `${path()} keeps vanishing: stop what deletes or replaces it, or set --state-dir`,
  })
  expect([replaced < 10, opened()]).toEqual([true, 0])
})

test('however often it is waited for, found, made anew and released, nothing is left open', async () => {
  holdBy(process.ppid)
  let waits = 0
  const sleep = async () => {
    if (++waits === 20) rmSync(lock())
  }
  const claimed = await claim({ sleep })
  expect(opened()).toBe(1)
  for (let time = 0; time < 5; time++) {
    await findStateFolder(root(), 'memmon-1')
    rmSync(path(), { recursive: true })
    await claimed.remake()
    expect(opened()).toBe(1)
  }
  await claimed.release()
  expect(opened()).toBe(0)
})

test('it is released while it is made anew: the lock is dropped all the same', async () => {
  const claimed = await claim()
  rmSync(path(), { recursive: true })
  const remade = claimed.remake()
  await claimed.release()
  await remade
  expect(readdirSync(path())).toEqual([])
})
