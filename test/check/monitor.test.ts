// One tick with its ports in the test's hands: who is judged, what is told, and what trouble does.

import { beforeEach, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { Monitor } from '../../src/check/monitor.ts'
import type { QuietLook } from '../../src/check/quick-look.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import { outcomeText } from '../../src/messages/outcome-text.ts'
import type { Unreadable } from '../../src/proc/sampler.ts'
import type { RestartRequest, Skipped } from '../../src/rules/outcome.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { recordSteady } from '../helpers/growth.ts'
import { MB, processNamed, requestFor, settingsFrom } from '../helpers/values.ts'

let processes: ProcessInfo[]
let sizes: Map<number, number>
let log: string[]
let requested: string[]
/** How often anything was handed over to be restarted, nothing as well. */
let handed: number
let told: string[]
let figures: Map<string, number | Unreadable>
let nowMs: number
let away: Set<string>
let coming: Set<string>
let capped: Set<string>
let freeBytes: number | undefined
let fault: Error | undefined
let asked: number
let others: number[]
let look:
  | (QuietLook & { unchanged: boolean; ours: boolean; watched: readonly number[]; held: boolean })
  | undefined
let unreadable: Error | undefined
beforeEach(() => {
  processes = [processNamed('web', { pid: 1 }), processNamed('db', { pid: 2 })]
  sizes = new Map([
    [1, 60 * MB],
    [2, 40 * MB],
  ])
  log = []
  requested = []
  handed = 0
  told = []
  figures = new Map()
  nowMs = 1_003_723_000
  away = new Set()
  coming = new Set()
  capped = new Set()
  freeBytes = undefined
  fault = unreadable = look = undefined
  asked = 0
  others = []
})

const monitorOf = (...argv: string[]) =>
  new Monitor(
    {
      readTable: async () => {
        asked++
        if (fault) throw fault
        return {
          processes,
          isListener: namespec => namespec === 'listener:listener',
          isAnother: pid => others.includes(pid),
        }
      },
      sampler: {
        source: 'a test',
        measure: async pids => {
          if (unreadable) throw unreadable
          return new Map([...sizes].filter(([pid]) => pids.includes(pid)))
        },
        figures: (pids, metric) => pids.map(pid => figures.get(`${metric} ${pid}`) ?? 'unsupported'),
        shares: pids =>
          pids.map(pid => {
            const [privateBytes, sharedBytes] = ['uss', 'shared'].map(name => figures.get(`${name} ${pid}`))
            if (typeof privateBytes !== 'number' || typeof sharedBytes !== 'number') return 'denied'
            return { privateBytes, sharedBytes }
          }),
        swapUsedBytes: () => 0,
      },
      mayRestart: namespec => !capped.has(namespec),
      act: ({ process }, action) => void told.push(`${action.kind} ${process.namespec}`),
      onRelieved: ({ process }) => void told.push(`relieved ${process.namespec}`),
      tell: outcome => void told.push(outcomeText(outcome)),
      availableBytes: () => freeBytes,
      nowMs: () => 0,
      monotonicMs: () => nowMs,
      restarts: {
        isAway: namespec => away.has(namespec),
        isComing: namespec => away.has(namespec) || coming.has(namespec),
        isMuted: () => false,
        add: (requests: readonly RestartRequest[]) => {
          handed++
          requested.push(...requests.map(({ process, breach }) => `${process.namespec} ${breach.rule}`))
        },
      },
      quietLook: () => look,
      record: recordSteady,
      onFigure: () => {},
      onMeasured: () => {},
      onTable: () => {},
      monitors: { ask() {} },
      isSelf: ({ namespec }) => namespec === 'memmon:memmon',
      log: (level, text) => void log.push(`${level} ${text}`),
    },
    resolveSettings(settingsFrom(...argv), 1000 * MB),
  )

test('what is over its limit is asked for, by the first broken rule', async () => {
  await monitorOf('-a', '50MB', '-p', 'web=55MB', '-g', 'web=1MB').check()
  expect(requested).toEqual(['web:web -p web=55MB'])
})

test.each(Object.entries(ProcessState))('a process in %s is judged only if RUNNING', async (name, state) => {
  processes = [processNamed('web', { pid: 1, state })]
  await monitorOf('-a', '50MB').check()
  expect(requested.length).toBe(name === 'RUNNING' ? 1 : 0)
})

test('memmon, listeners, what is ignored and what is being restarted are left alone', async () => {
  processes = ['memmon', 'listener', 'ignored', 'away'].map((name, at) =>
    processNamed(name, { pid: at + 10 }),
  )
  sizes = new Map(processes.map(({ pid }) => [pid, 99 * MB]))
  away.add('away:away')
  await monitorOf('-a', '50MB', '--ignore', 'ignored').check()
  expect(requested).toEqual([])
})

test('what waits for its turn is judged on: a hard limit counts more than what it waits for', async () => {
  coming.add('web:web')
  await monitorOf('-a', '50MB').check()
  expect(requested).toEqual(['web:web -a 50MB'])
})

test('a pid that has gone is no sample and no error', async () => {
  sizes.delete(1)
  const monitor = monitorOf('-a', '30MB')
  await monitor.check()
  expect(requested).toEqual(['db:db -a 30MB'])
  sizes = new Map([[1, 1 * MB]])
  await monitor.check()
  expect(log).toEqual([])
})

test('a pid that another process has been given is not measured, and counts nowhere', async () => {
  others = [1]
  await monitorOf('-a', '30MB', '--total', '50MB').check()
  expect(requested).toEqual(['db:db -a 30MB'])
  expect(log).toEqual([])
})

test('sampling that fails altogether: one line, however often, and one when it is over', async () => {
  const monitor = monitorOf('-a', '50MB')
  unreadable = new Error('EMFILE')
  for (let tick = 0; tick < 3; tick++) await monitor.check()
  expect(log).toEqual(['WARN Memory could not be measured, retrying at the next tick: a test: EMFILE'])
  unreadable = undefined
  await monitor.check()
  expect(log.slice(1)).toEqual(['INFO Checks resumed'])
  expect(requested).toHaveLength(1)
})

test('a fault is told once and again when it changes; a shutdown is quiet', async () => {
  const monitor = monitorOf('-a', '50MB')
  for (const text of ['one', 'one', 'two']) {
    fault = new SupervisorFault('unreachable', text)
    await monitor.check()
  }
  fault = new SupervisorFault('fault', 'SHUTDOWN_STATE', 6)
  await monitor.check()
  expect(log).toEqual([
    'WARN Check skipped, retrying at the next tick: one',
    'WARN Check skipped, retrying at the next tick: two',
  ])
})

test('a rule without a process is told once, and when it has one', async () => {
  const monitor = monitorOf('-p', 'wbe=50MB')
  await monitor.check()
  await monitor.check()
  expect(log).toEqual(['WARN -p wbe=50MB matches no process; similar names: db, web'])
  processes.push(processNamed('wbe', { pid: 3 }))
  await monitor.check()
  expect(log.slice(1)).toEqual(['INFO -p wbe=50MB matches a process now'])
})

test("--verbose logs the peer's lines, and without it a quiet check logs nothing", async () => {
  await monitorOf('-p', 'a:web=1GB', '-p', 'web=1GB', '-g', 'db=1GB', '-a', '1GB').check()
  expect(log.filter(line => !line.startsWith('WARN'))).toEqual([])
  log = []
  await monitorOf('-p', 'web=1GB', '-g', 'db=1GB', '-a', '1GB', '--verbose').check()
  expect(log).toEqual([
    'DEBG Checking programs web=1073741824',
    'DEBG Checking groups db=1073741824',
    'DEBG Checking any=1073741824',
    'DEBG RSS of web:web is 62914560',
    'DEBG RSS of db:db is 41943040',
  ])
})

/** A look at children who are as the test says, with the sizes of the test. */
function startLooking(): void {
  look = {
    unchanged: true,
    ours: true,
    watched: [],
    held: false,
    isUnchanged() {
      return this.unchanged
    },
    watch(pids) {
      this.watched = pids
      return this.ours
    },
    sizes() {
      this.held = true
      return this.watched.map(pid => sizes.get(pid) ?? -1)
    },
    release() {
      this.held = false
    },
  }
}

test('a quiet check asks nobody', async () => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  handed = 0
  for (let tick = 0; tick < 10; tick++) expect(monitor.check()).toBeUndefined()
  expect([asked, look?.watched, requested, handed]).toEqual([1, [1, 2], [], 0])
})

test.each<[string, () => void]>([
  ['the children have changed', () => Object.assign(look ?? {}, { unchanged: false })],
  ['one has gone', () => sizes.delete(2)],
])('supervisord is asked again when %s', async (_, change) => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  change()
  await monitor.check()
  expect(asked).toBe(2)
})

test('a limit that is broken between two looks is acted upon, by the lowest rule of each process', async () => {
  startLooking()
  const monitor = monitorOf('-a', '100MB', '-p', 'db=50MB')
  await monitor.check()
  sizes.set(2, 51 * MB)
  await monitor.check()
  expect(requested).toEqual(['db:db -p db=50MB'])
  expect(asked).toBe(1) // the restart itself asks before it stops anything
})

test.each<[Skipped['reason'], number]>([
  ['replaced', 2],
  ['not running', 2],
  ['postponed', 1],
  ['recovered', 1],
])('left alone, %s: supervisord was asked %i times after the next check', async (reason, times) => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  const [web] = processes as [ProcessInfo]
  const request = requestFor(web, 60 * MB, '-a', '50MB')
  monitor.onOutcome({ kind: 'skipped', request, occurredAt: 0, reason, detail: 'x' })
  await monitor.check()
  expect(asked).toBe(times)
})

test('what a look holds open is released by other rules, and whenever supervisord has to be asked', async () => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  const quietCheck = async () => {
    await monitor.check()
    await monitor.check()
    return look?.held
  }
  expect(await quietCheck()).toBe(true)
  monitor.use(resolveSettings(settingsFrom('-p', 'nobody=1GB'), undefined))
  expect(look?.held).toBe(false)
  expect(await quietCheck()).toBe(false)
  monitor.use(resolveSettings(settingsFrom('-a', '100MB'), undefined))
  expect(await quietCheck()).toBe(true)
  Object.assign(look ?? {}, { unchanged: false })
  fault = new SupervisorFault('unreachable', 'x')
  await monitor.check()
  expect(look?.held).toBe(false)
})

test.each<[string, () => void, string[]]>([
  [
    'processes that are not all children of supervisord',
    () => Object.assign(look ?? {}, { ours: false }),
    [],
  ],
  ['no look at all', () => (look = undefined), []],
  ['--verbose', () => {}, ['--verbose']],
])('%s: each check asks', async (_, change, more) => {
  startLooking()
  change()
  const monitor = monitorOf('-a', '100MB', ...more)
  for (let tick = 0; tick < 3; tick++) await monitor.check()
  expect(asked).toBe(3)
})

test('a process that is STARTING is looked at, and judged when it runs', async () => {
  startLooking()
  processes = [processNamed('web', { pid: 1, state: ProcessState.STARTING })]
  const monitor = monitorOf('-a', '50MB')
  await monitor.check()
  await monitor.check() // over its limit by now, so supervisord is asked whether it runs
  expect([asked, requested, look?.watched]).toEqual([2, [], [1]])
  processes = [processNamed('web', { pid: 1 })]
  await monitor.check()
  expect(requested).toEqual(['web:web -a 50MB'])
})

test('a process that is STARTING is not judged by what another one is looked at for', async () => {
  startLooking()
  processes = [processNamed('web', { pid: 1, state: ProcessState.STARTING }), processNamed('db', { pid: 2 })]
  figures.set('threads 1', 9).set('threads 2', 9)
  const monitor = monitorOf('-a', 'none', '--threads-limit', '5')
  for (let check = 0; check < 2; check++) await monitor.check()
  expect([asked, requested]).toEqual([1, ['db:db -a --threads-limit 5', 'db:db -a --threads-limit 5']])
})

test('after a check that failed the next one asks, whatever the children do', async () => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  sizes.delete(2)
  fault = new SupervisorFault('unreachable', 'x')
  await monitor.check()
  sizes.set(2, 1 * MB)
  fault = undefined
  await monitor.check()
  expect(asked).toBe(3)
})

const pss = (pid: number, megabytes: number) => figures.set(`pss ${pid}`, megabytes * MB)

test('PSS is read only where it may break a rule, and decides there', async () => {
  startLooking()
  const monitor = monitorOf('-a', '80MB', '--metric', 'pss')
  sizes = new Map([
    [1, 200 * MB],
    [2, 20 * MB],
  ])
  pss(1, 70)
  pss(2, 999) // never read: its RSS is far from the limit
  await monitor.check()
  expect(requested).toEqual([])
  pss(1, 81)
  monitor.check()
  expect(requested).toEqual(['web:web -a 80MB'])
  expect(asked).toBe(1)
})

test('what cannot be read is told once for the rule, and RSS counts instead; threads then have no rule', async () => {
  startLooking()
  figures.set('pss 1', 'denied')
  const monitor = monitorOf('-a', '50MB', '--metric', 'pss', '--threads-limit', '5')
  await monitor.check()
  await monitor.check()
  expect(requested).toEqual(['web:web -a 50MB', 'web:web -a 50MB'])
  expect(log).toEqual([
    "WARN -a 50MB: PSS of web:web (pid 1) cannot be read (it is another user's process, run memmon as root): its RSS is used instead, which counts shared memory in full",
    'WARN -a --threads-limit 5: threads of web:web (pid 1) cannot be read (this sampler does not report it): this rule is skipped for it',
  ])
})

test('threads and open files have limits of their own', async () => {
  for (const [key, count] of [
    ['threads 1', 6],
    ['threads 2', 5],
    ['fds 1', 1],
    ['fds 2', 11],
  ] as const)
    figures.set(key, count)
  await monitorOf('-a', 'none', '--threads-limit', '5', '--fds-limit', '10').check()
  expect(requested).toEqual(['web:web -a --threads-limit 5', 'db:db -a --fds-limit 10'])
})

test('--for counts over quiet checks, too, without asking anybody', async () => {
  startLooking()
  const monitor = monitorOf('-a', '50MB', '--for', '2/3')
  const found: string[][] = []
  for (const megabytes of [40, 60, 40, 40, 60, 60]) {
    sizes.set(1, megabytes * MB)
    requested = []
    await monitor.check()
    found.push(requested)
  }
  expect(found).toEqual([[], [], [], [], [], ['web:web -a 50MB']])
  expect(asked).toBe(1)
})

test('other actions: an alert once for each time, a signal once, and --dry-run does nothing', async () => {
  startLooking()
  const alert = monitorOf('-a', '50MB', '--action', 'alert')
  for (const megabytes of [60, 70, 49, 45, 60]) {
    sizes.set(1, megabytes * MB)
    await alert.check()
  }
  expect(told).toEqual([
    'web:web (pid 1) exceeds its limit and is left running: 60MB RSS (62914560 bytes), over -a 50MB by 10MB',
    'web:web (pid 1) is back under its limit: 45MB RSS (47185920 bytes), under -a 50MB by 5MB',
    'web:web (pid 1) exceeds its limit and is left running: 60MB RSS (62914560 bytes), over -a 50MB by 10MB',
  ])
  told = []
  const signal = monitorOf('-a', '50MB', '--action', 'signal:usr1')
  for (let tick = 0; tick < 3; tick++) await signal.check()
  const dry = monitorOf('-a', '50MB', '--dry-run')
  for (let tick = 0; tick < 3; tick++) await dry.check()
  expect(told).toEqual([
    'signal web:web',
    'Would restart web:web (pid 1): 60MB RSS (62914560 bytes), over -a 50MB by 10MB',
  ])
  expect(requested).toEqual([])
})

function sharing(): void {
  processes = ['w:a', 'w:b', 'w:c', 'x:d'].map((name, at) => processNamed(name, { pid: at + 1 }))
  sizes = new Map(processes.map(({ pid }) => [pid, 110 * MB]))
  for (const [pid, megabytes] of [
    [1, 10],
    [2, 30],
    [3, 20],
    [4, 50],
  ] as const) {
    figures.set(`uss ${pid}`, megabytes * MB)
    figures.set(`shared ${pid}`, (110 - megabytes) * MB)
  }
}

test('a group budget counts shared memory once, and the one with the most private memory goes', async () => {
  sharing() // 100 MB shared at most, 60 MB private: 160 MB, though RSS is 330 MB in all
  await monitorOf('--group-total', 'w=161MB').check()
  expect(requested).toEqual([])
  await monitorOf('--group-total', 'w=159MB').check()
  expect(requested).toEqual(['w:b --group-total w=159MB'])
})

test('while one of them is to be restarted nobody else goes; one whose restart freed nothing is left out', async () => {
  startLooking()
  sharing()
  const monitor = monitorOf('--group-total', 'w=100MB')
  await monitor.check()
  coming.add('w:b')
  await monitor.check()
  expect(requested).toEqual(['w:b --group-total w=100MB'])
  coming.clear()
  await monitor.check()
  expect(requested[1]).toBe('w:c --group-total w=100MB')
})

test('who may not be restarted is never chosen; if nobody may, that is told once', async () => {
  startLooking()
  sharing()
  capped.add('w:b')
  const monitor = monitorOf('--total', '100MB', '--ignore', 'd', '--ignore', 'c', '--ignore', 'a')
  for (let tick = 0; tick < 3; tick++) await monitor.check()
  expect(requested).toEqual([])
  expect(told).toEqual([
    expect.stringContaining('nothing is restarted, because no program that memmon may restart would free'),
  ])
})

test('min_free: under it the largest goes', async () => {
  startLooking()
  sharing()
  freeBytes = 501 * MB
  const monitor = monitorOf('--min-free', '50%')
  await monitor.check()
  expect(requested).toEqual([])
  freeBytes = 499 * MB
  monitor.check()
  expect(requested).toEqual(['x:d --min-free 50%'])
})

test('min_free that something else eats up: what holds next to nothing is left alone, and that is told once', async () => {
  startLooking()
  sharing()
  for (const pid of [1, 2, 3, 4]) figures.set(`uss ${pid}`, 0.1 * MB)
  freeBytes = 0
  const monitor = monitorOf('--min-free', '500MB')
  for (let tick = 0; tick < 5; tick++) await monitor.check()
  expect(requested).toEqual([])
  expect(told).toEqual([
    'Too little memory is free: 0B free, under --min-free 500MB by 500MB; nothing is restarted, because no program that memmon may restart would free at least 1% of the 500MB that are missing',
  ])
  freeBytes = 530 * MB
  await monitor.check()
  expect(told.slice(1)).toEqual(['Enough memory is free again: 530MB free, over --min-free 500MB by 30MB'])
})

/** w:b is STARTING, and has been for so long. */
function starting(sinceSeconds: number): void {
  sharing()
  const { pid, nowSeconds } = processes[1] as ProcessInfo
  const run = { pid, startSeconds: nowSeconds - sinceSeconds, nowSeconds }
  processes[1] = processNamed('w:b', { ...run, state: ProcessState.STARTING })
}

const isRunning = (): void => {
  processes[1] = { ...(processes[1] as ProcessInfo), state: ProcessState.RUNNING }
}

test('a program that was STARTING counts in budgets from the moment it runs, though no child has changed', async () => {
  startLooking()
  starting(1)
  const monitor = monitorOf('--group-total', 'w=131MB') // 130 MB without w:b, 160 MB with it
  await monitor.check()
  expect(requested).toEqual([])
  isRunning()
  nowMs += 5_000
  await monitor.check()
  expect(requested).toEqual(['w:b --group-total w=131MB'])
})

test('a program that was STARTING is restarted with its group once it runs', async () => {
  startLooking()
  starting(1)
  const monitor = monitorOf('-p', 'a=200MB', '--restart-group')
  await monitor.check()
  isRunning()
  nowMs += 5_000
  await monitor.check()
  const request = requestFor(processes[0] as ProcessInfo, 201 * MB, '-p', 'a=200MB')
  const companions = await monitor.companionsOf(request)
  expect(companions.map(({ process }) => process.namespec)).toEqual(['w:b', 'w:c'])
})

test.each([
  [['--total', '1GB']],
  [['-a', '1GB', '--threads-limit', '99']],
  [['-a', '1GB', '--for', '2/3']],
])('%j: a program that is STARTING for an hour makes a few checks ask, and none when it runs', async argv => {
  startLooking()
  const monitor = monitorOf(...argv)
  for (let second = 0; second < 3600; second += 5) {
    starting(second)
    await monitor.check()
    nowMs += 5_000
  }
  expect(asked).toBeGreaterThan(10)
  expect(asked).toBeLessThan(40)
  isRunning()
  // Known a quarter of the time later that it took.
  for (let tick = 0; tick < 900 / 5; tick++) {
    await monitor.check()
    nowMs += 5_000
  }
  const settled = asked
  for (let tick = 0; tick < 1000; tick++) {
    expect(monitor.check()).toBeUndefined()
    nowMs += 5_000
  }
  expect(asked).toBe(settled)
  expect(requested).toEqual([])
})

test('a budget waits for a member that is being restarted, STOPPED as well, and 5 minutes at most', async () => {
  startLooking()
  sharing()
  const monitor = monitorOf('--group-total', 'w=100MB')
  coming.add('w:b')
  processes[1] = processNamed('w:b', { pid: 0, state: ProcessState.STOPPED })
  await monitor.check()
  nowMs += 299_000
  await monitor.check()
  expect(requested).toEqual([])
  nowMs += 1_000
  await monitor.check()
  expect(requested).toEqual(['w:c --group-total w=100MB'])
  // And again that long for the next one.
  coming.add('w:c')
  nowMs += 1_000
  await monitor.check()
  nowMs += 299_000
  await monitor.check()
  expect(requested).toHaveLength(1)
  nowMs += 1_000
  await monitor.check()
  expect(requested.slice(1)).toEqual(['w:a --group-total w=100MB'])
})

test('other rules from the next check on; what was counted for those that stay is kept', async () => {
  startLooking()
  const monitor = monitorOf('-a', '50MB', '--for', '3')
  await monitor.check()
  await monitor.check()
  monitor.use(resolveSettings(settingsFrom('-a', '50MB', '-p', 'db=1GB', '--for', '3'), undefined))
  await monitor.check()
  expect(requested).toEqual(['web:web -a 50MB'])
  monitor.use(resolveSettings(settingsFrom('-a', '30MB'), undefined))
  await monitor.check()
  expect(requested.slice(1)).toEqual(['web:web -a 30MB', 'db:db -a 30MB'])
})

test('a process is older at each quiet check: min_uptime is over without a question', async () => {
  startLooking()
  processes = [processNamed('web', { pid: 1, startSeconds: 1_003_700 })]
  sizes = new Map([[1, 60 * MB]])
  const monitor = monitorOf('-a', '50MB', '--min-uptime', '60s')
  await monitor.check()
  nowMs += 36_000
  await monitor.check()
  expect(requested).toEqual([])
  nowMs += 1_000
  await monitor.check()
  expect([requested, asked]).toEqual([['web:web -a 50MB'], 1])
})

test('a system that gives no more files is trouble, told once, in a quiet check as in a full one', async () => {
  startLooking()
  const monitor = monitorOf('-a', '100MB')
  await monitor.check()
  const sound = look?.sizes
  Object.assign(look ?? {}, {
    held: true,
    sizes: () => {
      throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })
    },
  })
  for (let tick = 0; tick < 3; tick++) expect(monitor.check()).toBeUndefined()
  expect(look?.held).toBe(false)
  expect(log).toEqual([
    'WARN Memory could not be measured, retrying at the next tick: a test: EMFILE: too many open files',
  ])
  Object.assign(look ?? {}, { sizes: sound })
  expect(monitor.check()).toBeUndefined()
  expect(log.slice(1)).toEqual(['INFO Checks resumed'])
})
