// The state folder in races of real processes: one has it at a time, whoever is killed, whatever lock is left behind.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runOf } from '../../src/supervisor/identity.ts'
import { Contender, lock, path, prepareContenders } from '../helpers/contenders.ts'

prepareContenders()

test('one process at a time has it, and each gets its turn', async () => {
  const six = Array.from({ length: 6 }, () => new Contender())
  const rounds = async (contender: Contender) => {
    for (let round = 0; round < 15; round++) {
      await contender.claim()
      await contender.release()
    }
  }
  await Promise.all(six.map(rounds))
  expect(readdirSync(path())).toEqual([])
}, 60_000)

test('whoever has it is killed: one of those that wait gets it', async () => {
  const six = Array.from({ length: 6 }, () => new Contender())
  const claims = new Map(six.map(contender => [contender, contender.claim()]))
  for (let left = 6; left > 0; left--) {
    const holder = await Promise.race(claims.values())
    expect(readFileSync(lock(), 'utf8')).toBe(`${holder.pid} ${runOf(holder.pid)}\n`)
    claims.delete(holder)
    await holder.kill()
  }
  await (await new Contender().claim()).release()
  expect(readdirSync(path())).toEqual([])
}, 60_000)

const STALE = [`${process.ppid} another run\n`, '4194305 x\n', '', 'torn', '\0'.repeat(999)]

test('two contenders at a stale lock, 200 times: one gets it, then the other', async () => {
  const two = [new Contender(), new Contender()]
  mkdirSync(path(), { recursive: true, mode: 0o700 })
  for (let round = 0; round < 200; round++) {
    writeFileSync(lock(), STALE[round % STALE.length] ?? '', { mode: 0o600 })
    const claims = new Map(two.map(contender => [contender, contender.claim()]))
    const first = await Promise.race(claims.values())
    expect(readFileSync(lock(), 'utf8')).toContain(`${first.pid} `)
    await first.release()
    claims.delete(first)
    for (const second of claims.values()) await (await second).release()
    expect(readdirSync(path())).toEqual([])
  }
}, 60_000)
