// The lock under every kind of contention: contenders whose file system calls are interleaved, and which are killed
// between any two of them, by a seed; what they do to the files is real.
import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { dropLock, hasLock, holderOf, takeLock } from '../../src/base/lock-file.ts'

const gate = vi.hoisted(() => ({ pass: async () => {} }))
vi.mock('node:fs/promises', async original => {
  const real = await original<typeof import('node:fs/promises')>()
  const gated = Object.fromEntries(
    (['open', 'link', 'lstat', 'rename', 'rm', 'readdir'] as const).map(name => [
      name,
      async (...args: never[]) => {
        await gate.pass()
        return (real[name] as (...args: never[]) => unknown)(...args)
      },
    ]),
  )
  return { ...real, ...gated }
})

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-lock-'))
})
afterEach(() => {
  gate.pass = async () => {}
  rmSync(folder, { recursive: true, force: true })
})
const lock = () => join(folder, 'lock')

class Killed extends Error {}

interface Contender {
  readonly pid: number
  readonly run: string
  alive: boolean
}

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Whose call it is. */
const current = new AsyncLocalStorage<Contender>()

/** Lets one contender at a time do one call; kills one now and then. */
class World {
  readonly random: () => number
  readonly contenders: Contender[] = []
  readonly holders = new Set<Contender>()
  readonly #killShare: number
  readonly #parked = new Map<Contender, { go: () => void; kill: () => void }>()
  readonly #defects: unknown[] = []
  #moving = 0
  #settled = () => {}

  constructor(seed: number) {
    this.random = randomFrom(seed)
    this.#killShare = [0, 0.02, 0.1][seed % 3] ?? 0
  }

  readonly runOf = (pid: number) =>
    this.contenders.find(contender => contender.pid === pid && contender.alive)?.run

  /** Resolves when it is this contender's turn, rejects when it is killed, at each of its calls from then on. */
  readonly pass = async (): Promise<void> => {
    const contender = current.getStore()
    if (!contender) return
    if (!contender.alive) throw new Killed()
    await new Promise<void>((go, fail) => {
      this.#parked.set(contender, { go, kill: () => fail(new Killed()) })
      this.#stopMoving()
    })
  }

  start(contender: Contender, life: () => Promise<void>): void {
    this.contenders.push(contender)
    this.#moving++
    void current
      .run(contender, life)
      .catch((thrown: unknown) => {
        if (!(thrown instanceof Killed)) this.#defects.push(thrown)
      })
      .finally(() => {
        contender.alive = false
        this.#stopMoving()
      })
  }

  async run(check: () => void): Promise<void> {
    for (;;) {
      if (this.#moving > 0) await new Promise<void>(resolve => (this.#settled = resolve))
      for (const defect of this.#defects) throw defect
      check()
      const waiting = [...this.#parked.keys()]
      const next = waiting[Math.floor(this.random() * waiting.length)]
      if (!next) return
      const parked = this.#parked.get(next)
      this.#parked.delete(next)
      this.#moving++
      if (this.random() >= this.#killShare) parked?.go()
      else {
        next.alive = false
        this.holders.delete(next)
        parked?.kill()
      }
    }
  }

  #stopMoving(): void {
    if (--this.#moving === 0) this.#settled()
  }
}

/** Takes the lock, holds it for a call or two, lets go of it, and again. */
async function contend(world: World, me: Contender): Promise<void> {
  for (let tries = 0; tries < 4; tries++) {
    const taken = await takeLock(folder, me, world.runOf)
    // The dead run on in vain: their calls fail, and nobody sees what they believe.
    if (!me.alive) return
    if (taken === 'taken') {
      world.holders.add(me)
      await world.pass()
      expect(await hasLock(folder, me)).toBe(true)
      world.holders.delete(me)
      await dropLock(folder, me)
    }
    await world.pass()
  }
}

const LEFT_BEHIND = ['', '77 dead\n', '', 'torn', '77 dead\n', '1001 earlier run of this pid\n']

test('one holder at a time, whatever the order of calls and whoever is killed; the lock is always whole', async () => {
  for (let seed = 0; seed < Number(process.env.SEEDS ?? 300); seed++) {
    const world = new World(seed)
    gate.pass = world.pass
    const left = LEFT_BEHIND[seed % LEFT_BEHIND.length] ?? ''
    if (seed % 6 !== 0) writeFileSync(lock(), left)
    let most = 0
    for (let pid = 1001; pid <= 1002 + (seed % 3); pid++) {
      const me = { pid, run: `run ${pid}`, alive: true }
      world.start(me, () => contend(world, me))
    }
    await world.run(() => {
      most = Math.max(most, world.holders.size)
      const text = textOf(lock())
      const whole = text === undefined || text === left || /^\d+ run \d+\n$/.test(text)
      if (most > 1 || !whole) throw new Error(`seed ${seed}: ${most} holders, lock ${JSON.stringify(text)}`)
    })
    expect(most, `seed ${seed}: somebody got it`).toBeGreaterThanOrEqual(seed % 3 === 0 ? 1 : 0)
    gate.pass = async () => {}
    const last = { pid: 1100, run: 'last' }
    expect(await takeLock(folder, last, pid => (pid === 1100 ? 'last' : undefined))).toBe('taken')
    expect(readdirSync(folder), `seed ${seed}: nothing is left behind`).toEqual(['lock'])
    rmSync(lock())
  }
}, 120_000)

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const me = { pid: 5, run: 'mine' }
const others = (pid: number) => (pid === 7 ? 'living' : undefined)

test('a living one is respected and named; only the own lock is dropped', async () => {
  writeFileSync(lock(), '7 living\n', { mode: 0o600 })
  expect(await holderOf(folder, me, others)).toBe(7)
  expect(await takeLock(folder, me, others)).toBe(7)
  await dropLock(folder, me)
  expect(readFileSync(lock(), 'utf8')).toBe('7 living\n')
  expect(readdirSync(folder)).toEqual(['lock'])
})

test.each([
  ['empty', ''],
  ['torn', '7 liv'],
  ['garbage', '\0'.repeat(5000)],
  ['dead', '8 dead\n'],
  ['of an earlier run of that pid', '7 earlier\n'],
  ['of an earlier run of our own pid', '5 earlier\n'],
  ['our own', '5 mine\n'],
])('a lock that is %s is taken over', async (_, text) => {
  writeFileSync(lock(), text, { mode: 0o600 })
  expect(await holderOf(folder, me, others)).toBe(undefined)
  expect(await takeLock(folder, me, others)).toBe('taken')
  expect(readFileSync(lock(), 'utf8')).toBe('5 mine\n')
  expect(await hasLock(folder, me)).toBe(true)
  await dropLock(folder, me)
  expect(readdirSync(folder)).toEqual([])
})

test('a contender killed before it could replace a stale lock is itself taken over, and cleared away', async () => {
  writeFileSync(lock(), '8 dead\n', { mode: 0o600 })
  // Each one is killed one call later than the one before, so that some leave a link behind.
  for (let calls = 1; calls < 12; calls++) {
    const killed = { pid: 100 + calls, run: 'killed', alive: true }
    let left = calls
    gate.pass = async () => {
      if (left-- <= 0) throw new Killed()
    }
    await takeLock(folder, killed, () => undefined).catch(() => {})
  }
  expect(readdirSync(folder).length).toBeGreaterThan(3)
  gate.pass = async () => {}
  expect(await takeLock(folder, me, others)).toBe('taken')
  expect(readdirSync(folder)).toEqual(['lock'])
})

test('what living contenders are about to link is left alone', async () => {
  for (const [name, text] of [
    ['lock.7-1.new', ''],
    ['lock.7-2.new', '7 living\n'],
    ['lock.8-1.new', ''],
    ['lock.8-2.new', '8 dead\n'],
    ['lock.after-1', '7 living\n'],
    ['lock.after-2', '8 dead\n'],
    ['lock.txt', 'not ours'],
  ] as const)
    writeFileSync(join(folder, name), text, { mode: 0o600 })
  expect(await takeLock(folder, me, others)).toBe('taken')
  expect(readdirSync(folder).sort()).toEqual([
    'lock',
    'lock.7-1.new',
    'lock.7-2.new',
    'lock.after-1',
    'lock.txt',
  ])
})

test('a link in its place is not followed', async () => {
  symlinkSync('/etc/passwd', lock())
  await expect(takeLock(folder, me, others)).rejects.toThrow(`${lock()} is not a regular file: remove it`)
  await expect(hasLock(folder, me)).rejects.toThrow('is not a regular file')
})
