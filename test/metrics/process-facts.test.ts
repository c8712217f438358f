// What is known of one process: by its run, its state and its rules.
import { expect, test } from 'vitest'
import { createSlices } from '../../src/base/slices.ts'
import { Knowledge } from '../../src/metrics/knowledge.ts'
import type { ProcessFacts } from '../../src/metrics/process-facts.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { MB, processNamed } from '../helpers/values.ts'
import { portsFor } from './known.ts'

const WEB = processNamed('web')

async function factsOf(knowledge: Knowledge): Promise<ProcessFacts> {
  const { processes } = await knowledge.facts(
    1,
    createSlices(() => 0),
  )
  const [facts] = processes
  if (!facts) throw new Error('no facts')
  return facts
}

const bytesOf = (figures: ProcessFacts['limits']) =>
  Object.fromEntries(figures.map(({ labels, bytes }) => [labels.metric, bytes / MB]))

test.each<[state: keyof typeof ProcessState, isDown: boolean, isUp: boolean | undefined]>([
  ['RUNNING', false, true],
  ['STARTING', false, false],
  ['BACKOFF', false, false],
  ['FATAL', false, false],
  ['STOPPING', false, false],
  ['UNKNOWN', false, false],
  ['STOPPED', false, undefined],
  ['EXITED', false, undefined],
  // memmon has stopped it.
  ['STOPPED', true, false],
  ['EXITED', true, false],
])('%s, and memmon cannot start it: %s; up: %s', async (state, isDown, isUp) => {
  const ports = portsFor([processNamed('web', { state: ProcessState[state] })], ['-a', '1GB'])
  ports.restarts.standing = { ...ports.restarts.standing, down: isDown ? ['web:web'] : [] }
  expect((await factsOf(new Knowledge(ports))).isUp).toBe(isUp)
})

test('the lowest limit for each metric, hard limits too; none for counts and for what has no limit', async () => {
  const rules = ['-p', 'web=200MB', '--hard-limit', '600MB', '-a', '500MB']
  const limitsWith = async (...flags: string[]) =>
    bytesOf((await factsOf(new Knowledge(portsFor([WEB], flags)))).limits)
  expect(await limitsWith(...rules)).toEqual({ rss: 200 })
  expect(await limitsWith(...rules, '-c')).toEqual({ rss_with_descendants: 200 })
  expect(await limitsWith('-a', '500MB', '--metric', 'pss+swap')).toEqual({ 'pss+swap': 500 })
  expect(await limitsWith('-p', 'web=none', '--hard-limit', '600MB')).toEqual({ rss: 600 })
  expect(await limitsWith('-p', 'web=none')).toEqual({})
  expect(await limitsWith('-p', 'web=none', '--threads-limit', '9')).toEqual({})
})

test('a size of an earlier run, or of an earlier memmon, is not that of the process', async () => {
  const ports = portsFor([WEB], ['-a', '1GB'], { 'web:web': 7 * MB })
  expect(bytesOf((await factsOf(new Knowledge(ports))).figures)).toEqual({ rss: 7 })
  const tracked = ports.history.trackedOf('web:web')
  for (const change of [{ isRestored: true }, { isRestored: false, pid: 7 }, { pid: WEB.pid, runs: false }]) {
    Object.assign(tracked ?? {}, change)
    expect(bytesOf((await factsOf(new Knowledge(ports))).figures)).toEqual({})
  }
})

test('what was read beside RSS is known until the next check begins', async () => {
  const knowledge = new Knowledge(portsFor([WEB], ['-a', '1GB'], { 'web:web': 7 * MB }))
  const rule = { metric: 'pss', cumulative: false }
  knowledge.onCheckBegins()
  knowledge.onFigure(WEB, rule as never, 5 * MB)
  expect(bytesOf((await factsOf(knowledge)).figures)).toEqual({ rss: 7, pss: 5 })
  knowledge.onCheckBegins()
  expect(bytesOf((await factsOf(knowledge)).figures)).toEqual({ rss: 7 })
})

test('its forecast counts down by itself, and never below 0', async () => {
  const ports = portsFor([WEB], ['-a', '1GB'], { 'web:web': 7 * MB })
  let tick = 100_000
  const knowledge = new Knowledge({ ...ports, tick: () => tick })
  ports.monitor.leaks = [{ namespec: 'web:web', run: WEB, limitTick: 160_000 }]
  expect((await factsOf(knowledge)).secondsToLimit).toBe(60)
  tick = 130_000
  expect((await factsOf(knowledge)).secondsToLimit).toBe(30)
  tick = 999_000
  expect((await factsOf(knowledge)).secondsToLimit).toBe(0)
})

test('its own size is left out where it cannot be read', async () => {
  const ports = portsFor([WEB], ['-a', '1GB'])
  const readOwnBytes = () => {
    throw new Error('EMFILE')
  }
  const { ownBytes } = await new Knowledge({ ...ports, readOwnBytes }).facts(
    1,
    createSlices(() => 0),
  )
  expect(ownBytes).toBeUndefined()
})
