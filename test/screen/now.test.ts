// The words of NOW, and those of --json beside them, for all that memmon may do about one process.
import { expect, test } from 'vitest'
import { outlookOf } from '../../src/check/outlook.ts'
import { outlookWord } from '../../src/cli/state-json.ts'
import { governing } from '../../src/screen/governing.ts'
import { rowsOf } from '../../src/screen/rows.ts'
import { assessmentOf, type Sample } from '../helpers/assessed.ts'

const HELD = { kind: 'held', untilMs: 0, leftSeconds: 251 } as const
const MUTED = { kind: 'muted', untilMs: 0, leftSeconds: 251 } as const
const DRAINING = { kind: 'draining', forSeconds: 130, graceSeconds: 300 } as const
const full = { values: [9e9, 9e9] }
const told = { told: true }

test.each<[argv: string[], sample: Partial<Sample>, now: string, word: string]>([
  [['-a', '60MB'], {}, 'restart', 'restart'],
  [['-a', '60MB', '--for', '3'], {}, 'over, waits 3/3', 'waiting'],
  [['-a', '60MB', '--for', '3'], { window: {} }, 'waits 1 of 3', 'waiting'],
  [['-a', '60MB', '--for', '3'], { window: full }, 'restart', 'restart'],
  [['-a', '60MB', '--for', '3/5'], { window: full }, 'waits, 3 of 5 made', 'waiting'],
  [['-a', '60MB', '--for', '5m'], {}, 'over, waits 5m', 'waiting'],
  [['-a', '60MB', '--for', '5m'], { window: { overForSeconds: 150 } }, 'waits 2m of 5m', 'waiting'],
  [['-a', '60MB', '--for', '5m'], { window: { overForSeconds: 300 } }, 'restart', 'restart'],
  [['-a', '60MB', '--action', 'alert'], { window: {} }, 'alert', 'alert'],
  [['-a', '60MB', '--action', 'alert'], { window: told }, 'alerted', 'told'],
  [['-a', '60MB', '--action', 'signal:USR1'], { window: told }, 'SIGUSR1 sent', 'told'],
  [['-a', '60MB', '--action', 'exec', '--exec-command', 'x'], { window: told }, 'command ran', 'told'],
  [['-a', '60MB', '--dry-run'], { window: told }, 'would restart', 'told'],
  [['-a', '60MB'], { hold: HELD }, 'held 4m', 'held'],
  [['-a', '60MB'], { pending: HELD }, 'held 4m', 'held'],
  [['-a', '60MB', '--hard-limit', '80MB'], { pending: HELD }, 'restart', 'restart'],
  [['-a', '60MB'], { pending: { kind: 'postponed', times: 1 } }, 'postponed', 'postponed'],
  [['-a', '60MB'], { pending: { kind: 'queued' } }, 'waits its turn', 'queued'],
  [['-a', '60MB'], { pending: { kind: 'restarting' } }, 'restarting', 'restarting'],
  [['-a', '1GB', '--soft-limit', '60MB'], {}, 'drain', 'drain'],
  [['-a', '1GB', '--soft-limit', '60MB'], { pending: DRAINING }, 'draining 2m of 5m', 'draining'],
  [
    ['-a', '60MB'],
    { pending: { ...DRAINING, graceSeconds: undefined }, megabytes: 9 },
    'draining 2m',
    'draining',
  ],
  // A drain ends where a restart is due.
  [['-a', '80MB', '--soft-limit', '60MB'], { pending: DRAINING }, 'restart', 'restart'],
  [['-a', '1GB'], { pending: { kind: 'watched' } }, 'drained, watched', 'watched'],
  [['-a', '1GB'], { leak: { limitMs: 0, leftSeconds: 11_000 } }, 'leak: limit in 3h', 'leak'],
  [['-a', '1GB', '--warn', '60MB'], { leak: { limitMs: 0, leftSeconds: 0 } }, 'leak: limit soon', 'leak'],
  [['-a', 'none'], { leak: {} }, 'leak', 'leak'],
  // What is done about it, or has begun, says more.
  [['-a', '60MB'], { leak: {} }, 'restart', 'restart'],
  [['-a', '1GB'], { leak: {}, pending: { kind: 'queued' } }, 'waits its turn', 'queued'],
  [['-a', '1GB'], { leak: {}, state: 'STOPPED' }, 'STOPPED', 'not running'],
  [['-a', '60MB'], { state: 'STOPPED', pending: { kind: 'restarting' } }, 'restarting', 'restarting'],
  [
    ['-a', '60MB'],
    { state: 'STOPPED', pending: { kind: 'restarting', hasFailed: true } },
    'start failed',
    'restarting',
  ],
  [['-a', '60MB'], { state: 'FATAL', pending: { kind: 'restarting' } }, 'FATAL', 'not running'],
  // A mute starts and stops nothing.
  [['-a', '60MB'], { state: 'STOPPED', pending: MUTED }, 'STOPPED', 'not running'],
  [['-a', '60MB'], { state: 'EXITED', pending: MUTED }, 'EXITED', 'not running'],
  [['-a', '60MB', '--ignore', 'web'], { pending: { kind: 'queued' } }, 'ignored', 'ignored'],
])('%j %j: %s, %s', async (argv, sample, now, word) => {
  const down = sample.state === undefined ? { megabytes: 90 } : {}
  const { processes, budgets } = await assessmentOf(argv, [{ name: 'web', ...down, ...sample }])
  const [row] = rowsOf({ processes, budgets }, true)
  expect(row?.cells.now).toBe(now)
  const [one] = processes
  expect(one && outlookWord(outlookOf(one, governing(one)))).toBe(word)
})

const counted = { overs: [true], overSince: 1_000_000_000 - 150_000, asked: [], kept: new Map(), told: false }

test.each<[argv: string[], state: Partial<typeof counted> | undefined, now: string]>([
  [['--total', '60MB'], undefined, 'restart one'],
  [['--total', '60MB', '--for', '3'], undefined, 'over, waits 3/3'],
  [['--total', '60MB', '--for', '3'], {}, 'waits 2 of 3'],
  [['--total', '60MB', '--for', '2'], {}, 'restart one'],
  [['--total', '60MB', '--for', '5m'], {}, 'waits 2m of 5m'],
  [['--total', '60MB', '--action', 'alert'], {}, 'alert'],
  [['--total', '60MB', '--action', 'alert'], { told: true }, 'alerted'],
  // It was restarted for this already, and held as much afterwards: no restart helps.
  [['--total', '60MB'], { kept: new Map([['web:web', 9e9]]) }, 'alert'],
  [['--total', '60MB'], { kept: new Map([['web:web', 9e9]]), told: true }, 'alerted'],
  [['--total', '200MB'], { told: true }, 'ok'],
])('the budget %j of which %j is known: %s', async (argv, state, now) => {
  const budgets = new Map(state ? [[argv.slice(0, 2).join(' '), { ...counted, ...state }]] : [])
  const assessment = await assessmentOf(argv, [{ name: 'web', megabytes: 180 }], budgets)
  expect(rowsOf(assessment, true).at(-1)?.cells.now).toBe(now)
})

test('a budget waits for a process that is being restarted', async () => {
  const samples: Sample[] = [
    { name: 'web', megabytes: 180, pending: { kind: 'restarting' } },
    { name: 'db', megabytes: 180 },
  ]
  const assessment = await assessmentOf(['--total', '60MB'], samples)
  expect(rowsOf(assessment, true).at(-1)?.cells.now).toBe('restarting one')
})

test('a budget takes nobody whose restart is held back', async () => {
  const samples: Sample[] = [
    { name: 'web', megabytes: 180, hold: HELD },
    { name: 'db', megabytes: 100 },
  ]
  const { budgets } = await assessmentOf(['--total', '60MB'], samples)
  expect(budgets[0]?.verdict).toMatchObject({ kind: 'act', victim: { process: { name: 'db' } } })
})
