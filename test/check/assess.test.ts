// One look by hand, as `memmon check` shows it: every process with its rules, and every budget.
import { expect, test } from 'vitest'
import { type Assessment, assess, combined } from '../../src/check/assess.ts'
import { isOver } from '../../src/check/finding.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import type { Sampler, Unmeasured } from '../../src/proc/sampler.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { MB, processNamed, settingsFrom } from '../helpers/values.ts'

const WEB = processNamed('w:web', { pid: 1 })
const DB = processNamed('x:db', { pid: 2 })

/** RSS in MB by pid, 10 MB more with descendants; private memory is half of that. */
async function assessed(
  argv: readonly string[],
  processes: readonly ProcessInfo[] = [WEB, DB],
  more: {
    sizes?: Record<number, number>
    why?: Record<number, Unmeasured>
    freeBytes?: number
    others?: number[]
    log?: string[]
  } = {},
): Promise<Assessment> {
  const { sizes = { 1: 60, 2: 40 }, why = {}, freeBytes, others = [], log = [] } = more
  const sampler: Sampler = {
    source: 'a test',
    measure: async (pids, cumulative) =>
      new Map(
        pids.flatMap(pid => {
          const size = sizes[pid]
          return size === undefined ? [] : [[pid, (size + (cumulative ? 10 : 0)) * MB] as const]
        }),
      ),
    whyUnmeasured: pid => why[pid] ?? 'gone',
    figures: pids => pids.map(() => 7),
    shares: pids => pids.map(pid => ({ privateBytes: ((sizes[pid] ?? 0) / 2) * MB, sharedBytes: MB })),
    swapUsedBytes: () => 0,
  }
  const table = {
    processes,
    isListener: (namespec: string) => namespec === 'l:l',
    ...(others.length > 0 && { isAnother: (pid: number) => others.includes(pid) }),
  }
  return await assess(table, resolveSettings(settingsFrom(...argv), 1000 * MB), {
    sampler,
    availableBytes: () => freeBytes,
    log: (level, text) => void log.push(`${level} ${text}`),
    nowMs: () => 0,
  })
}

/** Of each process its size in MB, and each rule with its value, ! if it is broken. */
const lines = ({ processes }: Assessment): string[] =>
  processes.map(({ process, rssBytes, findings, isListener, isIgnored }) =>
    [
      process.namespec,
      ...(isListener ? ['listener'] : []),
      ...(isIgnored ? ['ignored'] : []),
      rssBytes === undefined ? 'not measured' : rssBytes / MB,
      ...findings.map(
        one =>
          `${one.rule.written}${isOver(one) ? '!' : ''} ${one.value > MB ? one.value / MB : one.value} ${one.verdict.kind}`,
      ),
    ].join(' '),
  )

test('each process with all its rules, the broken ones in front', async () => {
  expect(lines(await assessed(['-p', 'web=70MB', '-g', 'w=50MB', '-a', '60MB']))).toEqual([
    'w:web 60 -g w=50MB! 60 act -p web=70MB 60 fine -a 60MB 60 fine',
    'x:db 40 -a 60MB 40 fine',
  ])
})

test('a process without a rule is shown all the same', async () => {
  expect(lines(await assessed(['-p', 'db=30MB']))).toEqual(['w:web 60', 'x:db 40 -p db=30MB! 40 act'])
})

test('memory with descendants is judged so, and shown without', async () => {
  expect(lines(await assessed(['-p', 'web=65MB', '--cumulative']))[0]).toBe('w:web 60 -p web=65MB! 70 act')
})

test('other metrics are read however far from its limit a process is', async () => {
  expect(lines(await assessed(['-p', 'web=1GB', '--threads-limit', '6']))[0]).toBe(
    'w:web 60 -p web --threads-limit 6! 7 act -p web=1GB 60 fine',
  )
  expect(lines(await assessed(['-a', '1GB', '--metric', 'pss']))[0]).toBe('w:web 60 -a 1GB 7 fine')
})

test('a process that runs and has no size is shown with the cause, which is logged; of the others nobody asks', async () => {
  const log: string[] = []
  const { processes } = await assessed(['-a', '50MB'], [WEB, DB], {
    sizes: { 2: 40 },
    why: { 1: 'hidden', 2: 'zombie' },
    log,
  })
  expect(processes.map(({ blind }) => blind)).toEqual(['hidden', undefined])
  expect(log).toEqual([
    expect.stringMatching(/^WARN Cannot read the size of 1 .*: w:web \(pid 1\)\. Cause: /),
  ])
})

test('patience shows as such: nothing is remembered of earlier looks', async () => {
  expect(lines(await assessed(['-p', 'web=50MB', '--for', '3']))[0]).toBe('w:web 60 -p web=50MB! 60 waiting')
})

test('min_uptime counts from its start', async () => {
  const young = processNamed('w:web', { pid: 1, startSeconds: 1_003_700 })
  expect(lines(await assessed(['-a', '50MB', '--min-uptime', '24s'], [young]))).toEqual([
    'w:web 60 -a 50MB 60 young',
  ])
  expect(lines(await assessed(['-a', '50MB', '--min-uptime', '23s'], [young]))).toEqual([
    'w:web 60 -a 50MB! 60 act',
  ])
})

test('listeners and what is ignored are shown as such', async () => {
  const listener = processNamed('l:l', { pid: 1 })
  expect(lines(await assessed(['-a', '50MB', '--ignore', 'db'], [listener, DB]))).toEqual([
    'l:l listener 60',
    'x:db ignored 40',
  ])
})

test.each<[what: string, web: ProcessInfo, more: { others?: number[]; sizes?: Record<number, number> }]>([
  ['that is STARTING', { ...WEB, state: ProcessState.STARTING }, {}],
  ['whose pid is that of another process by now', WEB, { others: [1] }],
  ['that has gone', WEB, { sizes: { 2: 40 } }],
])('a process %s is not measured, and counts in no budget', async (_, web, more) => {
  const assessment = await assessed(['-a', '50MB', '--total', '30MB'], [web, DB], more)
  expect(lines(assessment)).toEqual(['w:web not measured', 'x:db 40 -a 50MB 40 fine'])
  expect(assessment.budgets[0]?.valueBytes).toBe(21 * MB)
})

test.each<[argv: string[], value: number | undefined, isOver: boolean, freeBytes?: number]>([
  [['--total', '50MB'], 51 * MB, true], // 30 + 20 private, 1 shared
  [['--total', '51MB'], 51 * MB, false],
  [['--group-total', 'w=30MB'], 31 * MB, true],
  [['--group-total', 'w=31MB'], 31 * MB, false],
  [['--min-free', '100MB'], 99 * MB, true, 99 * MB],
  [['--min-free', '100MB'], 100 * MB, false, 100 * MB],
  [['--min-free', '100MB'], undefined, false],
])('the budget %j comes to %s bytes, over: %s', async (argv, valueBytes, isOver, freeBytes) => {
  const { budgets } = await assessed(argv, undefined, freeBytes === undefined ? {} : { freeBytes })
  expect(budgets).toMatchObject([{ budget: { written: argv.join(' ') }, valueBytes, isOver }])
})

test('several memmons together: of each process the rules of all, the broken ones in front, and every budget', async () => {
  const day = await assessed(['-a', '100MB', '--total', '1GB', '--ignore', 'db'])
  const night = await assessed(['-p', 'web=50MB', '--min-free', '1MB'])
  const together = combined([day, night])
  expect(lines(together)).toEqual(['w:web 60 -p web=50MB! 60 act -a 100MB 60 fine', 'x:db 40'])
  expect(together.budgets.map(({ budget }) => budget.written)).toEqual(['--total 1GB', '--min-free 1MB'])
  // Ignored by one memmon, it is still the other one's.
  expect(lines(combined([day, day]))[1]).toBe('x:db ignored 40')
  expect(combined([])).toEqual({ processes: [], budgets: [] })
})
