// Monitors of the operator's own, from a check to what follows: which samples they get, for whom their verdicts count
// when they come, and what is told once, or again.
import { beforeEach, expect, test } from 'vitest'
import { Monitor } from '../../src/check/monitor.ts'
import type { QuietLook } from '../../src/check/quick-look.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import { outcomeText, requestText } from '../../src/messages/outcome-text.ts'
import type { Readings } from '../../src/proc/sampler.ts'
import type { MonitorAnswer } from '../../src/rules/monitor.ts'
import type { Need, Sample, Verdict } from '../../src/rules/monitor-types.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { recordSteady } from '../helpers/growth.ts'
import { MB, processNamed, settingsFrom } from '../helpers/values.ts'

let processes: ProcessInfo[]
let readings: Readings | undefined
let needs: Need[]
let asked: Sample[][]
let did: string[]
let log: string[]
let away: string[]
let look: QuietLook | undefined
let answer: (verdicts: Verdict[], name?: string) => void
beforeEach(() => {
  processes = [
    processNamed('web', { pid: 1 }),
    processNamed('w:a', { pid: 2 }),
    processNamed('w:b', { pid: 3 }),
  ]
  readings = {}
  needs = []
  asked = []
  did = []
  log = []
  away = []
  look = undefined
  answer = () => expect.unreachable('nobody was asked')
})

function monitorOf(...argv: string[]): Monitor {
  const settings = resolveSettings(settingsFrom(...argv), 1000 * MB)
  return new Monitor(
    {
      readTable: async () => ({ processes, isListener: namespec => namespec === 'w:listener' }),
      sampler: {
        source: 'a test',
        measure: async (pids, cumulative) =>
          new Map(pids.map(pid => [pid, pid * (cumulative ? 20 : 10) * MB])),
        figures: pids => pids.map(() => 7),
        ...(readings && { readings: () => readings ?? {} }),
        shares: pids => pids.map(() => 'unsupported'),
        swapUsedBytes: () => 0,
      },
      monitors: {
        ask(samplesFor, onAnswer) {
          const samples = samplesFor(needs)
          asked.push([...samples])
          const [spec] = settings.monitors as [MonitorAnswer['spec']]
          answer = (verdicts, name = 'own') => onAnswer({ spec, name, samples, verdicts })
        },
      },
      quietLook: () => look,
      restarts: {
        isAway: namespec => away.includes(namespec),
        isComing: () => false,
        isMuted: () => false,
        add: requests => void did.push(...requests.map(requestText)),
      },
      mayRestart: () => true,
      act: ({ process }, action) => void did.push(`${process.namespec}: ${JSON.stringify(action)}`),
      onRelieved: ({ process }) => void did.push(`relieved ${process.namespec}`),
      tell: outcome => void did.push(outcomeText(outcome)),
      availableBytes: () => undefined,
      onMeasured: () => {},
      record: recordSteady,
      onFigure: () => {},
      onTable: () => {},
      isSelf: ({ namespec }) => namespec === 'memmon:memmon',
      log: (level, text) => void log.push(`${level} ${text}`),
      nowMs: () => 0,
      monotonicMs: () => 0,
    },
    settings,
  )
}

const OWN = ['--monitor', '/m/own.mjs']
const verdict = (process: string, action: Verdict['action'], more: Partial<Verdict> = {}): Verdict =>
  ({ process, action, reason: 'it spins', ...more }) as Verdict

test('each process that may be restarted is a sample, whether a rule matches it or not', async () => {
  processes.push(
    processNamed('w:listener', { pid: 4 }),
    processNamed('memmon', { pid: 5 }),
    processNamed('db', { pid: 6 }),
    processNamed('w:down', { pid: 0, state: ProcessState.STOPPED }),
  )
  await monitorOf('-p', 'web=1GB', '--total', '1TB', '--ignore', 'db', ...OWN).check()
  expect(asked).toEqual([
    [
      {
        process: 'web:web',
        group: 'web',
        name: 'web',
        pid: 1,
        startedAt: 1_000_000_000,
        uptimeSeconds: 3723,
        rssBytes: 10 * MB,
      },
      expect.objectContaining({ process: 'w:a', rssBytes: 20 * MB }),
      expect.objectContaining({ process: 'w:b', rssBytes: 30 * MB }),
    ],
  ])
})

test('without a rule, too; and without a monitor nobody is asked', async () => {
  await monitorOf(...OWN).check()
  expect(asked[0]).toHaveLength(3)
  await monitorOf('-a', '1GB').check()
  expect(asked).toHaveLength(1)
})

test('a check that asks nobody else asks monitors, with the sizes of that check', async () => {
  let bytes = 5 * MB
  look = {
    isUnchanged: () => true,
    watch: () => true,
    sizes: () => processes.map(({ pid }) => pid * bytes),
    release: () => {},
  }
  const monitor = monitorOf('-a', '1GB', ...OWN)
  await monitor.check()
  bytes = 7 * MB
  expect(monitor.check()).toBeUndefined()
  expect(asked.map(samples => samples.map(({ rssBytes }) => rssBytes / MB))).toEqual([
    [10, 20, 30],
    [7, 14, 21],
  ])
  answer([verdict('w:a', 'restart')])
  expect(did).toEqual([expect.stringContaining('Restarting w:a (pid 2')])
})

test('where rules count descendants, samples have both sizes', async () => {
  await monitorOf('-a', '1GB', '-c', ...OWN).check()
  expect(asked[0]?.[0]).toMatchObject({ rssBytes: 10 * MB, treeRssBytes: 20 * MB })
})

test('what is being restarted is no sample', async () => {
  away = ['w:a']
  await monitorOf(...OWN).check()
  expect(asked[0]?.map(({ process }) => process)).toEqual(['web:web', 'w:b'])
})

test('what is needed is there by its unit; what cannot be read is missing, and said once', async () => {
  needs = ['cpu_time', 'pss', 'threads', 'fds', 'uss', 'swap']
  readings = { cpu_time: 1.5, pss: 9, uss: 8, swap: 7, threads: 'gone', fds: 'denied' }
  const monitor = monitorOf(...OWN)
  await monitor.check()
  await monitor.check()
  const { process, group, name, pid, startedAt, uptimeSeconds, rssBytes, ...more } = asked[0]?.[0] as Sample
  expect(more).toEqual({ cpuSeconds: 1.5, pssBytes: 9, ussBytes: 8, swapBytes: 7 })
  expect(log).toEqual([
    "WARN fds of web:web (pid 1) cannot be read for a monitor (it is another user's process, run memmon as root): its samples come without it",
  ])
})

test('where nothing but RSS can be read, that is said', async () => {
  needs = ['cpu_time']
  readings = undefined
  await monitorOf(...OWN).check()
  expect(asked[0]?.[0]).not.toHaveProperty('cpuSeconds')
  expect(log[0]).toMatch(/^WARN cpu_time of web:web \(pid 1\) .* \(this sampler does not report it\)/)
})

test.each<[what: string, argv: string[], verdicts: Verdict[], did: string[]]>([
  [
    'a restart',
    [],
    [verdict('web:web', 'restart')],
    ['Restarting web:web (pid 1, up 1h 2m): monitor own: it spins; 10MB RSS'],
  ],
  [
    'a restart for a figure',
    [],
    [verdict('web:web', 'restart', { metric: 'threads', value: 200, limit: 150 })],
    ['Restarting web:web (pid 1, up 1h 2m): monitor own: it spins; 200 threads of 150 that it allows'],
  ],
  [
    'an alert',
    [],
    [verdict('w:a', 'alert')],
    ['w:a (pid 2) is left running: monitor own: it spins; 20MB RSS'],
  ],
  ['a drain', [], [verdict('w:a', 'drain')], ['w:a: {"kind":"drain","graceSeconds":900}']],
  [
    'a drain, as [memmon] says',
    ['--grace', '5m', '--drain-signal', 'TERM'],
    [verdict('w:a', 'drain')],
    ['w:a: {"kind":"drain","graceSeconds":300,"signal":"TERM"}'],
  ],
  [
    'of a dry run',
    ['--dry-run'],
    [verdict('web:web', 'restart'), verdict('w:a', 'drain'), verdict('w:b', 'alert')],
    [
      'Would restart web:web (pid 1): monitor own: it spins; 10MB RSS',
      'Would drain w:a (pid 2): monitor own: it spins; 20MB RSS',
      'w:b (pid 3) is left running: monitor own: it spins; 30MB RSS',
    ],
  ],
])('%s', async (_, argv, verdicts, expected) => {
  await monitorOf(...OWN, ...argv).check()
  expect(did).toEqual([]) // the check waits for nobody
  answer(verdicts)
  expect(did).toEqual(expected)
})

test('as long as it is asked for, a restart is asked for; an alert is told once, and once when it is over', async () => {
  const monitor = monitorOf(...OWN)
  const said: string[][] = []
  for (const verdicts of [
    [verdict('web:web', 'restart'), verdict('w:a', 'alert'), verdict('w:b', 'drain')],
    [verdict('web:web', 'restart'), verdict('w:a', 'alert'), verdict('w:b', 'drain')],
    [],
    [],
  ]) {
    await monitor.check()
    answer(verdicts)
    said.push(did.splice(0).map(line => line.replace(/[:(].*/s, '').trim()))
  }
  expect(said).toEqual([
    ['w', 'w', 'Restarting web'],
    ['w', 'Restarting web'],
    ['Monitor own no longer reports w', 'relieved w'],
    [],
  ])
})

test('a verdict is about the very run that it was given for', async () => {
  const monitor = monitorOf(...OWN)
  await monitor.check()
  const late = answer
  processes = [processNamed('web', { pid: 9, startSeconds: 1_003_000 }), ...processes.slice(1)]
  await monitor.check()
  late([verdict('web:web', 'restart'), verdict('w:a', 'alert')])
  expect(did).toEqual(['w:a (pid 2) is left running: monitor own: it spins; 20MB RSS'])
  away = ['w:b']
  answer([verdict('w:b', 'restart')])
  expect(did).toHaveLength(2) // the alert about w:a is over
})

test('another monitor of the same file begins with nothing told', async () => {
  const monitor = monitorOf(...OWN)
  await monitor.check()
  answer([verdict('w:a', 'alert')])
  for (const argv of [['-a', '1GB'], OWN]) monitor.use(resolveSettings(settingsFrom(...argv), 1000 * MB))
  await monitor.check()
  answer([verdict('w:a', 'alert')])
  expect(did).toHaveLength(2)
})

test('what no call can name is said to be so', async () => {
  processes = [processNamed('web', { pid: 1 })]
  await monitorOf(...OWN).check()
  expect(asked[0]).toHaveLength(1)
  processes = [processNamed('we\ufffdb', { pid: 1 })]
  await monitorOf(...OWN).check()
  expect(asked[1]).toEqual([])
})
