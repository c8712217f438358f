// The sentences of `memmon explain`: of a rule, of a budget, and what follows from all.
import { expect, test } from 'vitest'
import { timestamp } from '../../src/base/text.ts'
import { explainText } from '../../src/cli/explain-text.ts'
import { budgetWhy, conclusion, ruleWhy } from '../../src/cli/explain-why.ts'
import { resolveSettings } from '../../src/config/in-force.ts'
import { assessmentOf, type Sample } from '../helpers/assessed.ts'
import { settingsFrom } from '../helpers/values.ts'

const UNTIL = new Date(2026, 10, 21, 14, 5).getTime()
const when = timestamp(new Date(UNTIL)).slice(0, 19)
const CAPPED = { kind: 'capped', cap: '2/1h', untilMs: UNTIL, leftSeconds: 60 } as const
const HELD = { kind: 'held', untilMs: UNTIL, leftSeconds: 60 } as const
const SOFT = ['-a', '1GB', '--soft-limit', '60MB']
const DRAINING = { kind: 'draining', forSeconds: 130, graceSeconds: 300 } as const
const OVER = 'matches: 90MB RSS (94371840 bytes), 30MB over the limit'

test.each<[argv: string[], sample: Partial<Sample>, why: string, follows: string]>([
  [['-a', '60MB'], {}, `${OVER}: it would act now.`, 'memmon would act on it now, by -a 60MB (restart).'],
  [
    ['-a', '60MB', '--for', '3'],
    {},
    `${OVER}, and it waits (1 of the 3 checks that it takes, 1 of 3 checks made): this check alone is not enough.`,
    'memmon does nothing yet: it has not been over its limit for long enough.',
  ],
  [
    ['-a', '60MB', '--for', '3'],
    { window: { values: [9e9] } },
    `${OVER}, and it waits (2 of the 3 checks that it takes, 2 of 3 checks made).`,
    'memmon does nothing yet: it has not been over its limit for long enough.',
  ],
  [
    ['-a', '60MB', '--action', 'alert'],
    { window: { told: true } },
    `${OVER}: it has acted already, and acts again only after the process was back under it.`,
    'memmon does nothing more: by -a 60MB (alert) it acts once each time the limit is exceeded.',
  ],
  [
    ['-a', '60MB'],
    { hold: CAPPED },
    `${OVER}, but --max-restarts 2/1h allows no restart before ${when}.`,
    `memmon would restart it, but --max-restarts 2/1h allows no restart before ${when}.`,
  ],
  [
    ['-a', '60MB'],
    { hold: HELD },
    `${OVER}, but --restart-backoff holds its restart back until ${when}.`,
    `memmon would restart it, but it exceeds its limit again within minutes of its last restart: --restart-backoff holds its restart back until ${when}.`,
  ],
  [
    ['-a', '60MB'],
    { pending: { kind: 'postponed', times: 2 } },
    `${OVER}.`,
    'memmon would restart it, but pre_restart_command has postponed that 2 times in a row, and is asked again at each check.',
  ],
  [
    ['-a', '60MB'],
    { pending: { kind: 'queued' } },
    `${OVER}.`,
    'memmon restarts it as soon as its turn comes (--max-parallel, --stagger).',
  ],
  [['-a', '60MB'], { pending: { kind: 'restarting' } }, `${OVER}.`, 'memmon is restarting it.'],
  [
    ['-a', '60MB'],
    { pending: { kind: 'restarting', hasFailed: true } },
    `${OVER}.`,
    'memmon has stopped it and could not start it so far: it tries again, and its log says why.',
  ],
  [
    SOFT,
    { pending: DRAINING },
    `${OVER}.`,
    'memmon drains it: it was asked to finish 2m 10s ago, and is restarted when it has finished, at the latest in 2m 50s.',
  ],
  [
    SOFT,
    { pending: { ...DRAINING, forSeconds: 300 } },
    `${OVER}.`,
    'memmon drains it: it was asked to finish 5m ago, and is restarted when it has finished, at the latest at the next check.',
  ],
  [
    SOFT,
    { pending: { kind: 'watched' }, megabytes: 50 },
    'matches: 50MB RSS (52428800 bytes), 10MB under the limit.',
    'memmon leaves it running: it was drained, and is back under its soft limit. When it ends, memmon starts it.',
  ],
  [
    ['-a', '60MB', '--min-uptime', '2h'],
    {},
    'matches: 90MB RSS (94371840 bytes). It is not judged in its first 2h.',
    'memmon does nothing yet: it is not judged so soon after its start.',
  ],
  [
    ['-a', '1GB', '--warn', '5%'],
    {},
    'matches: 90MB RSS (94371840 bytes), 934MB under the limit, and over its warning at 51.2MB.',
    'memmon does nothing: it is under its limits.',
  ],
  [
    ['-a', '1GB'],
    { leak: { limitMs: 0, leftSeconds: 7_200 } },
    'matches: 90MB RSS (94371840 bytes), 934MB under the limit.',
    'memmon does nothing yet: it is under its limits, but it leaks and reaches its limit in 2h.',
  ],
  [
    ['-a', 'none'],
    { leak: {} },
    'matches: 90MB RSS (94371840 bytes); no limit is set.',
    'memmon does nothing yet: it is under its limits, but it leaks.',
  ],
  [
    ['-a', '60MB'],
    { isListener: true },
    'matches, but -a does not apply to event listeners.',
    'memmon leaves it alone: no rule applies to it.',
  ],
  [['-p', 'db=60MB'], {}, 'does not match.', 'memmon leaves it alone: no rule applies to it.'],
])('%j %j', async (argv, sample, why, follows) => {
  const { processes, rules } = await seen(argv, { megabytes: 90, ...sample })
  const [one] = processes
  const rule = rules.find(({ action }) => action.kind === 'drain') ?? rules[0]
  if (!one || !rule) throw new Error('nothing was seen')
  expect(ruleWhy(rule, one, false)).toBe(why)
  expect(conclusion(one)).toBe(follows)
})

async function seen(argv: readonly string[], sample: Omit<Sample, 'name'>) {
  const { rulesFrom } = await import('../helpers/values.ts')
  const assessment = await assessmentOf(argv, [{ name: 'web', ...sample }])
  return { ...assessment, rules: rulesFrom(...argv) }
}

test('memmon itself, and what it restarts now', async () => {
  const { processes, rules } = await seen(['-a', '60MB'], { megabytes: 90 })
  const [one] = processes
  const [rule] = rules
  if (!one || !rule) throw new Error('nothing was seen')
  expect(ruleWhy(rule, { ...one, isSelf: true }, false)).toBe(
    'matches, but no rule applies to memmon itself.',
  )
  expect(conclusion({ ...one, isSelf: true })).toBe('memmon leaves it alone: this is memmon itself.')
})

const counted = { overs: [true], overSince: 0, asked: [], kept: new Map(), told: false }

test.each<[argv: string[], state: Partial<typeof counted> | undefined, why: string]>([
  [['--total', '200MB'], undefined, '90MB together, 110MB under the limit.'],
  [
    ['--total', '60MB'],
    undefined,
    '90MB together, 30MB over the limit: it would restart web:web now, since with 90MB USS it has the most of 1.',
  ],
  [
    ['--total', '60MB', '--for', '3'],
    undefined,
    '90MB together, 30MB over the limit, and it waits: this check alone is not enough.',
  ],
  [
    ['--total', '60MB', '--for', '3'],
    {},
    '90MB together, 30MB over the limit, and it waits (over in 2 of the 3 checks that it takes).',
  ],
  [
    ['--total', '60MB', '--action', 'alert'],
    { told: true },
    '90MB together, 30MB over the limit: it has alerted already.',
  ],
  [
    ['--min-free', '500MB', '--action', 'alert'],
    undefined,
    '400MB are free, 100MB under the limit: it would alert now; web:web has the most of 1, 90MB USS.',
  ],
  [['--min-free', '300MB'], undefined, '400MB are free, 100MB over the limit.'],
])('the budget %j of which %j is known', async (argv, state, why) => {
  const budgets = new Map(state ? [[argv.slice(0, 2).join(' '), { ...counted, ...state }]] : [])
  const { budgets: assessed } = await assessmentOf(argv, [{ name: 'web', megabytes: 180 }], budgets)
  expect(assessed.map(budgetWhy)).toEqual([why])
})

test('a name steers no terminal, wherever it stands, and begins no line', async () => {
  const argv = ['--total', '60MB', '-a', '60MB']
  const sample = { name: 'web\x1b[2J\nforged', megabytes: 180 }
  const { budgets, processes } = await assessmentOf(argv, [sample, { ...sample, name: 'b\x07' }])
  const rules = resolveSettings(settingsFrom(...argv), undefined)
  const text = explainText({ processes, budgets, rules, capacity: undefined })
  expect(text).toMatch(/would restart \S+ now/)
  expect(text).not.toMatch(/[\0-\x09\x0b-\x1f]|^ *forged/m)
})
