// What a job asks for is carried out, and whatever becomes of it is an event that it hears.
import { beforeEach, describe, expect, test } from 'vitest'
import { FaultCode, type SupervisorFault } from '../../src/base/errors.ts'
import type { CommandResult } from '../../src/base/pipe-command.ts'
import { type Asking, ask, type EffectPorts } from '../../src/restart/effects.ts'
import type { AgentAnswer } from '../../src/restart/job-events.ts'
import type { Evidence, RestartRequest } from '../../src/rules/outcome.ts'
import type { ProcessInfo } from '../../src/rules/process.ts'
import { breached, faultOf, LOST, NEWER, PROCESS, REQUEST, stopping } from '../helpers/jobs.ts'
import { MB } from '../helpers/values.ts'

let done: string[]
let fault: Error | undefined
let size: number | undefined | Error
let hook: CommandResult | Error
let evidence: Evidence | Error
let agent: AgentAnswer | Error
let info: ProcessInfo
let nowTick = 5_000
let answerMs: number
beforeEach(() => {
  answerMs = 1
  done = []
  fault = undefined
  size = 60 * MB
  hook = { ok: true }
  agent = { kind: 'taken' }
  info = PROCESS
  evidence = { path: '/e.json', sentences: ['waits'] }
})

const call = async (text: string): Promise<void> => {
  done.push(text)
  if (fault) throw fault
}
const ports: EffectPorts = {
  supervisor: {
    getProcessInfo: async namespec => {
      await call(`info ${namespec}`)
      nowTick += answerMs
      return info
    },
    stopProcess: namespec => call(`stop ${namespec}`),
    startProcess: namespec => call(`start ${namespec}`),
    signalProcess: (namespec, signal) => call(`${signal} ${namespec}`),
  },
  takeEvidence: async ({ process }) => {
    done.push(`evidence ${process.pid}`)
    if (evidence instanceof Error) throw evidence
    return evidence
  },
  measure: async ({ process }) => {
    done.push(`measure ${process.namespec}`)
    if (size instanceof Error) throw size
    return size
  },
  drainByAgent: async ({ process }, withinMs) => {
    done.push(`drain ${process.pid} within ${withinMs} ms`)
    if (agent instanceof Error) throw agent
    return agent
  },
  runHook: async (command, { process, breach }, event) => {
    done.push(`${command} ${event} ${process.pid} ${breach.rule}`)
    if (hook instanceof Error) throw hook
    return hook
  },
  sleep: async ms => void done.push(`sleep ${ms}`),
  tick: () => nowTick,
}
const asked = (effect: Asking, request: RestartRequest = REQUEST) => ask(effect, stopping({ request }), ports)

describe('a look', () => {
  const seen = { kind: 'seen', info: PROCESS }
  test('now, or after a while', async () => {
    expect(await asked({ do: 'look', afterMs: 0 })).toEqual({ kind: 'sighted', sighting: seen })
    expect(done).toEqual(['info w:a'])
    await asked({ do: 'look', afterMs: 100 })
    expect(done.slice(1)).toEqual(['sleep 100', 'info w:a'])
  })

  test.each<[SupervisorFault, object]>([
    [faultOf(FaultCode.BAD_NAME, 'BAD_NAME'), { kind: 'removed' }],
    [faultOf(FaultCode.SHUTDOWN_STATE, 'SHUTDOWN_STATE'), { kind: 'shutdown' }],
    [faultOf(1, 'UNKNOWN_METHOD'), { kind: 'fault', text: 'UNKNOWN_METHOD' }],
    [LOST, { kind: 'fault', text: 'ECONNRESET' }],
  ])('%s', async (thrown, sighting) => {
    fault = thrown
    expect(await asked({ do: 'look', afterMs: 0 })).toEqual({ kind: 'sighted', sighting })
    const measured = { kind: 'value', value: 60 * MB }
    expect(await asked({ do: 'look again' })).toEqual({
      kind: 'looked',
      askedIn: 'stopping',
      measured,
      sighting,
    })
  })

  test('the size is measured before supervisord is asked: nothing stands between that and a stop', async () => {
    const measured = { kind: 'value', value: 60 * MB }
    expect(await asked({ do: 'look again' })).toEqual({
      kind: 'looked',
      askedIn: 'stopping',
      measured,
      sighting: seen,
    })
    expect(done).toEqual(['measure w:a', 'info w:a'])
  })

  test.each([
    [100, ['measure w:a', 'info w:a']],
    [101, ['measure w:a', 'info w:a', 'measure w:a']],
  ])('supervisord takes %i ms to answer: %j', async (ms, calls) => {
    answerMs = ms
    await asked({ do: 'look again' })
    expect(done).toEqual(calls)
  })

  test('what counts is the later size', async () => {
    answerMs = 9_000
    const sizes = [60 * MB, 10 * MB]
    const late = { ...ports, measure: async () => sizes.shift() }
    expect(await ask({ do: 'look again' }, stopping(), late)).toMatchObject({
      measured: { value: 10 * MB },
    })
  })

  const budget = { id: 'budget free', whom: 'free memory', victim: '' }
  test.each<[what: string, measures: typeof size, request: RestartRequest, measured: object]>([
    ['a zombie has no size', 0, REQUEST, { kind: 'value', value: undefined }],
    ['one byte is a size', 1, REQUEST, { kind: 'value', value: 1 }],
    ['gone', undefined, REQUEST, { kind: 'value', value: undefined }],
    ['no free memory is a value', 0, breached({ budget }), { kind: 'value', value: 0 }],
    ['unreadable', new Error('denied'), REQUEST, { kind: 'fault', text: 'denied' }],
  ])('%s', async (_, measures, request, measured) => {
    size = measures
    expect(await asked({ do: 'look again' }, request)).toEqual({
      kind: 'looked',
      askedIn: 'stopping',
      measured,
      sighting: seen,
    })
  })
})

test('evidence: what it comes to, also where taking it has a defect', async () => {
  expect(await asked({ do: 'take evidence' })).toEqual({ kind: 'evidence taken', evidence })
  expect(done).toEqual([`evidence ${PROCESS.pid}`])
  evidence = new Error('broken')
  expect(await asked({ do: 'take evidence' })).toEqual({
    kind: 'evidence taken',
    evidence: { problem: 'broken', sentences: [] },
  })
})

describe('a call', () => {
  test.each<[Asking, string, string]>([
    [{ do: 'stop' }, 'stop', 'stop w:a'],
    [{ do: 'start' }, 'start', 'start w:a'],
  ])('%j', async (effect, name, text) => {
    expect(await asked(effect)).toEqual({ kind: 'answered', call: name, fault: undefined })
    fault = LOST
    expect(await asked(effect)).toEqual({ kind: 'answered', call: name, fault: LOST })
    expect(done).toEqual([text, text])
  })

  test('a signal goes to the process that was meant, and to no other of its name', async () => {
    const signal = { do: 'signal', signal: 'TSTP' } as const
    expect(await asked(signal)).toEqual({ kind: 'answered', call: 'signal', fault: undefined })
    expect(done).toEqual(['info w:a', 'TSTP w:a'])
    info = NEWER
    expect(await asked(signal)).toMatchObject({ fault: { code: FaultCode.NOT_RUNNING } })
    fault = LOST
    expect(await asked(signal)).toEqual({ kind: 'answered', call: 'signal', fault: LOST })
    expect(done.slice(2)).toEqual(['info w:a', 'info w:a'])
  })

  test('what supervisord cannot have said is a defect, and is not swallowed', async () => {
    fault = new TypeError('x is not a function')
    await expect(asked({ do: 'stop' })).rejects.toThrow('x is not a function')
    await expect(asked({ do: 'look', afterMs: 0 })).rejects.toThrow('x is not a function')
  })

  test('a wait', async () => {
    expect(await asked({ do: 'wait', ms: 750, for: 'stop' })).toEqual({ kind: 'waited', for: 'stop' })
    expect(done).toEqual(['sleep 750'])
  })
})

test('its agent, which never fails by itself', async () => {
  const effect = { do: 'ask agent', withinMs: 35_000 } as const
  const of = { kind: 'agent answered', pid: PROCESS.pid }
  expect(await asked(effect)).toEqual({ ...of, answer: { kind: 'taken' } })
  agent = new Error('broken')
  expect(await asked(effect)).toEqual({ ...of, answer: { kind: 'failed', why: 'broken' } })
  expect(done).toEqual(Array(2).fill(`drain ${PROCESS.pid} within 35000 ms`))
})

describe('a command of the operator’s', () => {
  test.each([
    ['pre', 'pre_restart'],
    ['post', 'post_restart'],
    ['restart', 'restart'],
    ['drain', 'drain'],
    ['drain_check', 'drain_check'],
  ] as const)('%s is told that it is %s', async (name, event) => {
    expect(await asked({ do: 'run', hook: name, command: 'x' })).toEqual({
      kind: 'hook ended',
      hook: name,
      result: { ok: true },
    })
    expect(done).toEqual([`x ${event} 4711 -p a=50MB`])
  })

  test('for the pid that runs now', async () => {
    await asked({ do: 'run', hook: 'post', command: 'x', pid: 4712 })
    expect(done).toEqual(['x post_restart 4712 -p a=50MB'])
  })

  test.each<[CommandResult | Error, CommandResult]>([
    [
      { ok: false, why: 'exit code 75', exitCode: 75 },
      { ok: false, why: 'exit code 75', exitCode: 75 },
    ],
    [new Error('EMFILE'), { ok: false, why: 'EMFILE' }],
  ])('that fails: %j', async (fails, result) => {
    hook = fails
    expect(await asked({ do: 'run', hook: 'pre', command: 'x' })).toMatchObject({ hook: 'pre', result })
  })
})
