// What the monitor is asked between checks: a request measured again, and the rest of a group with its sizes.

import { beforeEach, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { Monitor } from '../../src/check/monitor.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import type { Sampler, Unmeasured, Unreadable } from '../../src/proc/sampler.ts'
import type { RestartRequest } from '../../src/rules/outcome.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import type { Breach } from '../../src/rules/rule.ts'
import { recordSteady } from '../helpers/growth.ts'
import { breachFor, MB, processNamed, requestFor, settingsFrom } from '../helpers/values.ts'

let processes: ProcessInfo[]
let sizes: Map<number, number>
let trees: Map<number, number>
let figures: Map<string, number | Unreadable>
let freeBytes: number | undefined
let unreadable: Error | undefined
let why: Unmeasured
let away: string[]
let requested: RestartRequest[]
beforeEach(() => {
  processes = ['w:a', 'w:b', 'x:c'].map((name, at) => processNamed(name, { pid: at + 1 }))
  sizes = new Map(processes.map(({ pid }) => [pid, pid * 10 * MB]))
  trees = new Map(processes.map(({ pid }) => [pid, pid * 100 * MB]))
  figures = new Map()
  freeBytes = unreadable = undefined
  requested = []
  away = []
  why = 'gone'
})

const sampler: Sampler = {
  source: 'a test',
  measure: async (pids, cumulative) => {
    if (unreadable) throw unreadable
    return new Map([...(cumulative ? trees : sizes)].filter(([pid]) => pids.includes(pid)))
  },
  whyUnmeasured: () => why,
  figures: (pids, metric, cumulative) =>
    pids.map(pid => figures.get(`${metric}${cumulative ? ' tree' : ''} ${pid}`) ?? 'gone'),
  shares: pids => pids.map(pid => ({ privateBytes: sizes.get(pid) ?? 0, sharedBytes: 5 * MB })),
  swapUsedBytes: () => 0,
}

const monitorOf = (...argv: string[]) =>
  new Monitor(
    {
      sampler,
      readTable: async () => {
        if (unreadable) throw new SupervisorFault('unreachable', 'x')
        return { processes, isListener: namespec => namespec === 'w:listener' }
      },
      restarts: {
        isAway: namespec => away.includes(namespec),
        isComing: () => false,
        isMuted: () => false,
        add: requests => void requested.push(...requests),
      },
      quietLook: () => undefined,
      mayRestart: namespec => namespec !== 'w:capped',
      act: () => {},
      onRelieved: () => {},
      tell: () => {},
      availableBytes: () => freeBytes,
      record: recordSteady,
      onFigure: () => {},
      onMeasured: () => {},
      onTable: () => {},
      monitors: { ask() {} },
      isSelf: ({ name }) => name === 'memmon',
      log: () => {},
      nowMs: () => 0,
      monotonicMs: () => 0,
    },
    resolveSettings(settingsFrom(...argv), 1000 * MB),
  )

const a = (more: Partial<Breach> = {}): RestartRequest => {
  const { process, breach } = requestFor(processNamed('w:a', { pid: 1 }), 60 * MB, '-a', '50MB')
  return { process, breach: { ...breach, ...more } }
}

test.each<[what: string, more: Partial<Breach>, value: number | undefined]>([
  ['RSS', {}, 10 * MB],
  ['RSS with descendants', { cumulative: true }, 100 * MB],
  ['another metric', { metric: 'pss' }, 7 * MB],
  ['another metric with descendants', { metric: 'uss', cumulative: true }, 8 * MB],
  ['what has gone', { metric: 'threads' }, undefined],
  ['one that goes with its group', { together: 'w:b' }, 60 * MB],
])('%s is measured again', async (_, more, value) => {
  figures.set('pss 1', 7 * MB)
  figures.set('uss tree 1', 8 * MB)
  expect(await monitorOf('-a', '50MB').measureAgain(a(more))).toBe(value)
})

test('a process that has gone has no size, which is no error', async () => {
  sizes.delete(1)
  expect(await monitorOf('-a', '50MB').measureAgain(a())).toBeUndefined()
})

test('a process that lives and has no size has not gone, which is said with the cause', async () => {
  const monitor = monitorOf('-a', '50MB')
  why = 'hidden'
  expect(await monitor.measureAgain(a())).toBe(10 * MB)
  sizes.delete(1)
  await expect(monitor.measureAgain(a())).rejects.toThrow('hidepid')
})

test.each(['denied', 'unsupported'] as const)('what is %s is said so', async why => {
  figures.set('pss 1', why)
  await expect(monitorOf('-a', '50MB').measureAgain(a({ metric: 'pss' }))).rejects.toThrow(`pss: ${why}`)
})

test('a budget is measured again as a whole; one that the settings no longer have is not known', async () => {
  const monitor = monitorOf('--group-total', 'w=20MB')
  const budget = { id: 'budget group w', whom: 'the group w', victim: '' }
  const breach = { ...breachFor(60 * MB, '-a', '50MB'), ruleId: budget.id, budget }
  const request = { process: processNamed('w:a', { pid: 1 }), breach }
  expect(await monitor.measureAgain(request)).toBeUndefined() // before the first check
  await monitor.check()
  expect(requested.map(({ process, breach }) => [process.namespec, breach.budget?.id])).toEqual([
    ['w:b', budget.id],
  ])
  sizes.set(1, 11 * MB)
  expect(await monitor.measureAgain(request)).toBe((11 + 20 + 5) * MB)
  processes[0] = processNamed('w:a', { pid: 1, state: ProcessState.EXITED })
  await monitor.check()
  expect(await monitor.measureAgain(request)).toBe((20 + 5) * MB)
  monitor.use(resolveSettings(settingsFrom('-a', '1GB'), undefined))
  expect(await monitor.measureAgain(request)).toBeUndefined()
})

test.each<[who: string[], megabytes: number]>([
  [[], 10 + 20 + 5],
  [['w:a'], 10 + 20 + 5],
  [['w:b'], 10 + 5],
])('with %j away, the budget comes to %d MB for w:a: what another restart frees is free soon', async (who, megabytes) => {
  const monitor = monitorOf('--total', '1GB', '--group-total', 'w=1GB')
  await monitor.check()
  away = who
  const budget = { id: 'budget group w', whom: 'the group w', victim: '' }
  expect(await monitor.measureAgain(a({ budget }))).toBe(megabytes * MB)
})

test('free memory is measured again', async () => {
  const monitor = monitorOf('--min-free', '100MB')
  freeBytes = 99 * MB
  await monitor.check()
  freeBytes = 120 * MB
  expect(await monitor.measureAgain(requested[0] ?? a())).toBe(120 * MB)
})

test('its group comes with its own sizes: those that run and may be restarted, the cap aside', async () => {
  const names = ['w:a', 'w:b', 'w:capped', 'w:listener', 'w:memmon', 'w:ignored', 'w:\ufffd', 'w:down', 'x:c']
  processes = names.map((name, at) =>
    processNamed(name, {
      pid: at + 1,
      state: name === 'w:down' ? ProcessState.STARTING : ProcessState.RUNNING,
    }),
  )
  const monitor = monitorOf('-a', '50MB', '--ignore', 'ignored')
  expect(await monitor.companionsOf(a())).toEqual([]) // before the first check
  await monitor.check()
  const companions = await monitor.companionsOf(a({ window: '[60MB*]', reason: 'in 2 checks in a row' }))
  const { window: _, reason: __, ...breach } = a().breach
  expect(companions).toEqual([
    { process: processes[1], breach: { ...breach, value: 20 * MB, together: 'w:a' } },
    { process: processes[2], breach: { ...breach, value: 30 * MB, together: 'w:a' } },
  ])
})

test('a size that cannot be read keeps nobody of the group', async () => {
  const monitor = monitorOf('-a', '50MB')
  await monitor.check()
  unreadable = new Error('EMFILE')
  expect((await monitor.companionsOf(a())).map(({ breach }) => breach.value)).toEqual([0])
})
