// Commands around a restart, with their ports in the test's hands.
import { beforeEach, expect, test } from 'vitest'
import type { RestartOutcome } from '../../src/core/outcome.ts'
import { type ProcessInfo, ProcessState } from '../../src/core/process.ts'
import type { RestartPlan } from '../../src/core/rules.ts'
import { createRunHook, type HookResult, RestartHooks } from '../../src/restart/hooks.ts'
import { failed, MB, processNamed, requestFor, restarted } from '../helpers/values.ts'

const request = requestFor(processNamed('w:a'), 60 * MB, '-p', 'a=50MB')
const PLAN: RestartPlan = { group: false, preCommand: 'pre', postCommand: 'post' }
const OK: HookResult = { ok: true }
const exit = (exitCode: number): HookResult => ({ ok: false, why: `exit code ${exitCode}`, exitCode })

let ran: string[]
let log: string[]
let says: HookResult
let now: (ProcessInfo | undefined)[]
let nowMs: number
let hooks: RestartHooks
beforeEach(() => {
  ran = []
  log = []
  says = OK
  now = []
  nowMs = 0
  hooks = new RestartHooks({
    run: async (command, { process }, event) => {
      ran.push(`${command} ${event} ${process.pid}`)
      return says
    },
    getProcessInfo: async () => {
      const next = now.length > 1 ? now.shift() : now[0]
      if (!next) throw new Error('gone')
      return next
    },
    log: (_, text) => void log.push(text),
    sleep: async ms => {
      nowMs += ms
    },
    nowMs: () => nowMs,
  })
})
const skipped = (reason: 'recovered' | 'replaced' | 'not running'): RestartOutcome => ({
  kind: 'skipped',
  request,
  occurredAt: 0,
  reason,
  detail: '',
})

test.each<[what: string, outcome: RestartOutcome, after: string[]]>([
  ['it was restarted', restarted(request), ['post post_restart 4712']],
  ['it had freed memory meanwhile', skipped('recovered'), ['post post_restart 4711']],
  ['somebody else had restarted it', skipped('replaced'), ['post post_restart 4711']],
  ['it could not be stopped', failed(request, 'stop', 'x'), ['post post_restart 4711']],
  ['it was stopped by hand', skipped('not running'), []],
  ['it is down', failed(request, 'start', 'x'), []],
])('what was taken out comes back when %s', async (_, outcome, after) => {
  expect(await hooks.before(request, PLAN)).toBeUndefined()
  await hooks.after(outcome, PLAN)
  await hooks.after(skipped('recovered'), PLAN) // once
  expect(ran).toEqual(['pre pre_restart 4711', ...after])
})

test('exit code 75 postpones, and counts; any other is told and goes on', async () => {
  says = exit(75)
  const details: (string | undefined)[] = []
  for (let time = 0; time < 2; time++) details.push((await hooks.before(request, PLAN))?.detail)
  expect(details).toEqual([
    'pre_restart_command has postponed it to a later check (exit code 75), once so far',
    'pre_restart_command has postponed it to a later check (exit code 75), 2 times in a row',
  ])
  await hooks.after(skipped('recovered'), PLAN)
  expect(ran).toHaveLength(2)
  says = exit(1)
  expect(await hooks.before(request, PLAN)).toBeUndefined()
  expect(log).toEqual(['pre_restart_command for w:a: exit code 1. The restart goes on'])
})

test.each<[what: string, result: HookResult, seen: (ProcessInfo | undefined)[], outcome: object]>([
  ['another pid', OK, [request.process, processNamed('w:a', { pid: 5 })], { kind: 'restarted', newPid: 5 }],
  [
    'another pid though it failed',
    exit(1),
    [processNamed('w:a', { pid: 5 })],
    { kind: 'restarted', newPid: 5 },
  ],
  ['the same pid after a minute', OK, [request.process], { kind: 'failed', fault: 'its pid is still 4711' }],
  [
    'a failure',
    exit(1),
    [request.process],
    { kind: 'failed', fault: 'restart_command: exit code 1; its pid is still 4711' },
  ],
  [
    'a process that does not come back',
    OK,
    [processNamed('w:a', { pid: 0, state: ProcessState.FATAL })],
    { fault: 'it is FATAL' },
  ],
  ['no answer', OK, [undefined], { fault: 'supervisord does not tell what became of it' }],
])('restart_command: %s', async (_, result, seen, outcome) => {
  says = result
  now = seen
  expect(await hooks.restartBy('again', request)).toMatchObject(outcome)
  expect(ran).toEqual(['again restart 4711'])
  expect(nowMs).toBeLessThanOrEqual(60_000)
})

test('a command is split as supervisord splits one, and a name is never part of it', async () => {
  const seen: (readonly string[])[] = []
  const run = createRunHook(
    async (words, input, environment) => {
      seen.push(words, [String(input)], [environment.MEMMON_PROCESS ?? '', environment.MEMMON_VALUE ?? ''])
      return OK
    },
    () => ({ memmon: 1 }),
  )
  const odd = { ...request, process: processNamed('w:$(reboot)') }
  expect(await run(`sh -c 'echo "$0"' a\\ b`, odd, 'x')).toEqual(OK)
  expect(seen).toEqual([
    ['sh', '-c', 'echo "$0"', 'a b'],
    ['{"memmon":1}\n'],
    ['w:$(reboot)', String(60 * MB)],
  ])
  expect(await run(`sh -c 'open`, odd, 'x')).toMatchObject({ ok: false })
})
