// What follows from growth, check by check: one alert at its beginning and one at its end, a restart before the limit.
import { beforeEach, expect, test } from 'vitest'
import { GrowthCheck, type GrowthRecord } from '../../src/check/growth-check.ts'
import { watchedOf } from '../../src/check/watched.ts'
import { noticeFacts, noticeWords } from '../../src/messages/notice-words.ts'
import { requestText } from '../../src/messages/outcome-text.ts'
import { type Leak, STEADY, type Verdict } from '../../src/trend/verdict.ts'
import { recordSteady } from '../helpers/growth.ts'
import { MB, processNamed, rulesFrom } from '../helpers/values.ts'

const HOUR = 3600
const LEAK: Leak = {
  kind: 'leak',
  forSeconds: 6 * HOUR,
  fromBytes: 40 * MB,
  toBytes: 60 * MB,
  slopeBytesPerHour: 12 * MB,
  secondsToLimit: 3 * HOUR,
  sureness: 0.9,
}

let record: GrowthRecord & { series: { verdict: Verdict } }
let nowMs: number
let isMuted: boolean
let tickMs: number
let limits: number[]
let isQuick: boolean
/** Without descendants, where that is less. */
let plainMegabytes: number | undefined
beforeEach(() => {
  record = { ...recordSteady() }
  isMuted = false
  nowMs = new Date(2026, 10, 21, 12, 0).getTime()
  tickMs = 1_000_000
  limits = []
  isQuick = false
  plainMegabytes = undefined
})

const EVERYONE = { isListener: () => false, isSelf: () => false, ignored: [], mostSpecific: false }

/** One check of web, which runs with this pid and size. */
const checkOf = (...argv: string[]) => checksOf(...argv).check

function checksOf(...argv: string[]) {
  const growth = new GrowthCheck({
    isMuted: () => isMuted,
    record: (_process, _bytes, limitBytes) => {
      limits.push(limitBytes)
      return record
    },
    monotonicMs: () => tickMs,
    nowMs: () => nowMs,
  })
  const check = (megabytes: number, verdict: Verdict, pid = 7): string[] => {
    const process = processNamed('web', { pid, startSeconds: pid, nowSeconds: pid })
    if (!isQuick)
      growth.prepare(
        watchedOf([process], { rules: rulesFrom(...argv), budgets: [], monitors: [] }, EVERYONE),
        argv.includes('-c'),
      )
    record.series = { verdict }
    growth.begin()
    growth.take(process, megabytes * MB, (plainMegabytes ?? megabytes) * MB)
    return growth
      .steps()
      .flatMap(({ steps }) => steps)
      .map(step => {
        if (step.kind === 'restart') return requestText(step.request)
        const noticed = { kind: 'noticed', occurredAt: 0, ...step.notice } as const
        return noticeWords(noticed).log(noticeFacts(noticed))
      })
  }
  return { check, growth }
}

const ALERT =
  'web:web (pid 7) leaks: 60MB RSS (62914560 bytes), growing by 12MB an hour for 6h (fairly sure): it reaches its limit of 100MB in 3h (-a 100MB)'

test('a leak is told once, and once more when it ends', () => {
  const check = checkOf('-a', '100MB')
  expect(check(50, STEADY)).toEqual([])
  expect(check(60, LEAK)).toEqual([ALERT])
  expect(check(60, { ...LEAK, toBytes: 61 * MB })).toEqual([])
  expect(check(99, LEAK)).toEqual([])
  expect(check(60, { kind: 'bloat', fromBytes: 40 * MB, toBytes: 58 * MB })).toEqual([
    'web:web (pid 7) no longer leaks: it has levelled off at 58MB',
  ])
  expect(check(60, STEADY)).toEqual([])
  expect(check(60, LEAK)).toEqual([ALERT])
  expect(check(45, STEADY)).toEqual(['web:web (pid 7) no longer leaks: it uses 45MB and has stopped growing'])
})

test('another run of the program ends it', () => {
  const check = checkOf('-a', '100MB')
  check(60, LEAK)
  expect(check(20, STEADY, 8)).toEqual(['web:web (pid 8) no longer leaks: it runs anew, as pid 8'])
})

test('what an earlier memmon has told is not told again', () => {
  record.told = { pid: 7, startSeconds: 7 }
  expect(checkOf('-a', '100MB')(60, LEAK)).toEqual([])
  record.told = { pid: 6, startSeconds: 6 }
  expect(checkOf('-a', '100MB')(60, LEAK)).toEqual([ALERT])
})

test.each<[why: string, argv: string[], told: boolean]>([
  ['by default', ['-a', '100MB'], true],
  ['without a limit', ['-a', 'none'], true],
  ['by a hard limit alone', ['-a', 'none', '--hard-limit', '100MB'], true],
  ['switched off', ['-a', '100MB', '--growth', 'off'], false],
  ['by a rule for threads alone', ['-p', 'db=1GB', '--threads-limit', '5'], false],
])('%s', (_, argv, told) => expect(checkOf(...argv)(60, LEAK).length).toBe(told ? 1 : 0))

test.each<[why: string, argv: string[], limit: number]>([
  ['the lowest limit of all its rules', ['-p', 'web=200MB', '-a', '100MB'], 100 * MB],
  ['a hard one counts', ['-a', 'none', '--hard-limit', '90MB'], 90 * MB],
  ['not one that counts something else', ['-a', '100MB', '--metric', 'pss'], Number.POSITIVE_INFINITY],
  ['not a soft one', ['-a', '100MB', '--soft-limit', '50MB'], 100 * MB],
  ['none', ['-a', 'none'], Number.POSITIVE_INFINITY],
])('what is forecast: %s', (_, argv, limit) => {
  checkOf(...argv)(60, STEADY)
  expect(limits).toEqual([limit])
})

test('what leaks is known to those who look by hand, by its run, with the forecast; and no longer', () => {
  const { check, growth } = checksOf('-a', '100MB')
  check(60, LEAK)
  const run = { pid: 7, startSeconds: 7 }
  expect(growth.leaks).toEqual([{ namespec: 'web:web', run, limitTick: tickMs + 3 * HOUR * 1000 }])
  check(60, { ...LEAK, secondsToLimit: undefined })
  expect(growth.leaks).toEqual([{ namespec: 'web:web', run }])
  check(60, STEADY)
  expect([growth.leaks, growth.hasLeaks]).toEqual([[], false])
  check(60, LEAK)
  growth.prepare([], false)
  expect(growth.leaks).toEqual([])
})

test('a restart is asked for at each check, once it is due', () => {
  const check = checkOf('-a', '100MB', '--growth', 'restart')
  expect(check(60, LEAK)).toEqual([ALERT])
  const soon = { ...LEAK, secondsToLimit: 800 }
  const restarting =
    'Restarting web:web (pid 7, up 0s): 60MB RSS (62914560 bytes), growing by 12MB an hour for 6h (fairly sure): it reaches its limit of 100MB in 13m 20s (-a 100MB)'
  expect(check(60, soon)).toEqual([restarting])
  expect(check(86, LEAK).length).toBe(1)
  expect(check(84, LEAK)).toEqual([])
})

test('a quick look knows the process as it was at the last full one: it has run for longer by now', () => {
  const check = checkOf('-a', '100MB', '--growth', 'restart')
  const soon = { ...LEAK, secondsToLimit: 800 }
  expect(check(60, soon)[1]).toContain('(pid 7, up 0s)')
  isQuick = true
  tickMs += 3_723_000
  expect(check(60, soon)[0]).toContain('(pid 7, up 1h 2m)')
})

test('it waits for the night, if the limit does', () => {
  const check = checkOf('-a', '100MB', '--growth', 'restart', '--growth-window', '02:00-05:00')
  const slow = { ...LEAK, secondsToLimit: 20 * HOUR }
  check(86, slow)
  expect(check(86, slow)).toEqual([])
  nowMs = new Date(2026, 10, 22, 2, 0).getTime()
  expect(check(86, slow).length).toBe(1)
})

test('--dry-run says once what would be done', () => {
  const check = checkOf('-a', '100MB', '--growth', 'restart', '--dry-run')
  expect(check(90, LEAK).map(line => line.split(':')[0])).toEqual(['web', 'Would restart web'])
  expect(check(91, LEAK)).toEqual([])
})

test('--increase-limit counts, and asks no detector', () => {
  const check = checkOf('-a', '100MB', '--increase-limit', '2', '--growth', 'restart')
  expect(check(20, LEAK)).toEqual([])
  expect(check(31, STEADY)).toEqual([])
  nowMs += 60_000
  expect(check(42, STEADY)).toEqual([
    'web:web (pid 7) leaks: 42MB RSS (44040192 bytes), 2 new maxima in 1m, with a limit of 100MB (-a 100MB)',
  ])
  expect(check(84, STEADY)).toEqual([])
  expect(check(86, STEADY).length).toBe(1)
  expect(check(30, STEADY)).toEqual(['web:web (pid 7) no longer leaks: it uses 30MB and has stopped growing'])
})

test('each process is judged by what its own rule counts, though others count descendants', () => {
  plainMegabytes = 60
  expect(checkOf('-a', '100MB')(80, LEAK)).toEqual([ALERT])
  record.told = undefined
  expect(checkOf('-c', '-a', '100MB')(80, LEAK)[0]).toContain(' leaks: 80MB RSS with descendants ')
})

test('without rules for it a process is recorded all the same', () => {
  expect(checkOf('-p', 'db=1MB', '--total', '1GB')(60, LEAK)).toEqual([])
})
