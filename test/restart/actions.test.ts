// What a rule does instead of a restart: each way in which that ends is one value.
import { beforeEach, describe, expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import type { CommandResult } from '../../src/base/pipe-command.ts'
import { act } from '../../src/restart/actions.ts'
import { environmentOf } from '../../src/restart/hooks.ts'
import type { Action } from '../../src/rules/action.ts'
import { type ProcessInfo, ProcessState } from '../../src/rules/process.ts'
import { downIn, infoOf, NEWER, PROCESS, REQUEST } from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

const SIGNAL: Action = { kind: 'signal', signal: 'USR1' }
const EXEC: Action = { kind: 'exec', command: '/opt/dump now' }
const both = [SIGNAL, EXEC]

let done: string[]
let now: ProcessInfo
let fault: { readonly info?: SupervisorFault; readonly signal?: SupervisorFault }
let result: CommandResult
beforeEach(() => {
  done = []
  now = PROCESS
  fault = {}
  result = { ok: true }
})

const doneBy = (action: (typeof both)[number]) =>
  act(REQUEST, action as typeof SIGNAL & typeof EXEC, {
    getProcessInfo: async () => {
      if (fault.info) throw fault.info
      return now
    },
    signalProcess: async (namespec, signal) => {
      if (fault.signal) throw fault.signal
      done.push(`${signal} ${namespec}`)
    },
    run: async (command, { process }, event) => {
      done.push(`${command} ${event} ${process.namespec}`)
      return result
    },
    nowMs: () => 5,
  })
const about = { request: REQUEST, occurredAt: 5 }

test('a signal, by its name', async () => {
  expect(await doneBy(SIGNAL)).toEqual({ kind: 'noticed', what: 'signalled', ...about, detail: 'SIGUSR1' })
  expect(done).toEqual(['USR1 w:a'])
})

test('a command', async () => {
  expect(await doneBy(EXEC)).toEqual({ kind: 'noticed', what: 'executed', ...about, detail: '' })
  expect(done).toEqual(['/opt/dump now over_limit w:a'])
})

test.each<[what: string, info: ProcessInfo]>([
  ['another pid', NEWER],
  ['another start', infoOf({ startSeconds: 5 })],
  ['ended', downIn(ProcessState.EXITED)],
  ['stopping', infoOf({ state: ProcessState.STOPPING })],
])('nothing is done to what is no longer there: %s', async (_, info) => {
  now = info
  for (const action of both)
    expect(await doneBy(action)).toEqual({
      kind: 'skipped',
      ...about,
      reason: 'replaced',
      detail: 'it was restarted or has ended meanwhile',
    })
  expect(done).toEqual([])
})

describe('what failed', () => {
  test('no answer', async () => {
    fault = { info: new SupervisorFault('timeout', 'no answer in 10 s') }
    for (const action of both)
      expect(await doneBy(action)).toEqual({
        kind: 'failed',
        ...about,
        phase: action.kind,
        fault: 'no answer in 10 s',
      })
    expect(done).toEqual([])
  })

  test('a signal that supervisord does not take', async () => {
    fault = { signal: new SupervisorFault('fault', 'BAD_SIGNAL', 11) }
    expect(await doneBy(SIGNAL)).toMatchObject({ kind: 'failed', phase: 'signal', fault: 'BAD_SIGNAL' })
  })

  test('a command that fails', async () => {
    result = { ok: false, why: 'exit code 3', exitCode: 3 }
    expect(await doneBy(EXEC)).toMatchObject({ kind: 'failed', phase: 'exec', fault: 'exit code 3' })
  })
})

test('what a command is told by its environment', () => {
  expect(environmentOf(REQUEST, 'pre_restart')).toEqual({
    MEMMON_EVENT: 'pre_restart',
    MEMMON_GROUP: 'w',
    MEMMON_PROCESS: 'w:a',
    MEMMON_PID: '4711',
    MEMMON_METRIC: 'rss',
    MEMMON_VALUE: String(60 * MB),
    MEMMON_LIMIT: String(50 * MB),
    MEMMON_RULE: '-p a=50MB',
    MEMMON_UPTIME_SECONDS: '3723',
    MEMMON_REASON: '60MB RSS (62914560 bytes), over -p a=50MB by 10MB',
  })
})
