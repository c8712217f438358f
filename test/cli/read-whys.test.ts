// Reading the evidence of many processes: in order, two at the same time, and in bounded time.
import { expect, test } from 'vitest'
import { readWhys, WHY_SECONDS } from '../../src/cli/read-whys.ts'
import type { Facts } from '../../src/evidence/facts.ts'
import { whyText } from '../../src/evidence/why.ts'
import { factsOf, threadsOf } from '../helpers/facts.ts'
import { processNamed } from '../helpers/values.ts'

const BUSY = factsOf({ threads: threadsOf(150) })
const LATE = `Not looked at: the ${WHY_SECONDS}s for all processes were over`
const processes = (count: number) =>
  Array.from({ length: count }, (_, at) => processNamed(`p${String(at).padStart(3, '0')}`, { pid: at + 1 }))

/** Each look takes so long by a clock that nothing else moves. */
function scripted(takesMs: number) {
  let now = 1000
  let [open, most] = [0, 0]
  const asked: { readonly pid: number; readonly timeoutMs: number }[] = []
  const read = async (pid: number, timeoutMs: number): Promise<Facts> => {
    asked.push({ pid, timeoutMs })
    most = Math.max(most, ++open)
    await new Promise(resolve => setImmediate(resolve))
    now += Math.min(takesMs, timeoutMs)
    open--
    return BUSY
  }
  return { asked, mostOpen: () => most, ports: { read, tick: () => now, reader: { uid: 0, nameOf: String } } }
}

test('every process is read once, in order, two at the same time, with its siblings', async () => {
  const { asked, mostOpen, ports } = scripted(1)
  const siblingsOf: string[] = []
  const contextOf = ({ name }: { readonly name: string }) => {
    siblingsOf.push(name)
    return {}
  }
  const all = processes(100)
  const whys = await readWhys(all, { ...ports, contextOf })
  expect([...whys.keys()].sort()).toEqual(all.map(({ namespec }) => namespec))
  expect(asked.map(({ pid }) => pid)).toEqual(all.map(({ pid }) => pid))
  expect(siblingsOf).toHaveLength(100)
  expect(mostOpen()).toBe(2)
  expect(new Set([...whys.values()].map(whyText))).toEqual(
    new Set(['it has 150 threads: what they wait for differs, or cannot be read']),
  )
})

test('one that is slow leaves time for others; those for which there is none are named', async () => {
  const { asked, ports } = scripted(9_000)
  const whys = await readWhys(processes(10), { ...ports, contextOf: () => ({}) })
  expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([2000, 2000, 2000, 1000])
  const texts = [...whys.values()].map(whyText)
  expect(texts).toHaveLength(10)
  expect(texts.filter(text => text === LATE)).toHaveLength(6)
  expect(whyText(whys.get('p009:p009') ?? {})).toBe(LATE)
})

test('of nothing nothing', async () => {
  const { ports } = scripted(1)
  expect((await readWhys([], { ...ports, contextOf: () => ({}) })).size).toBe(0)
})
