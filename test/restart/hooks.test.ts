// Commands of the operator's: how a command line is split, and what it is told.
import { expect, test } from 'vitest'
import { createRunHook, type HookResult } from '../../src/restart/hooks.ts'
import { splitCommand } from '../../src/restart/split-command.ts'
import { MB, processNamed, requestFor } from '../helpers/values.ts'

const request = requestFor(processNamed('w:a'), 60 * MB, '-p', 'a=50MB')
const OK: HookResult = { ok: true }

test('a command is told about its request, and a name is never part of it', async () => {
  const seen: string[] = []
  const run = createRunHook(
    async (command, input, environment) => {
      seen.push(command, String(input), environment.MEMMON_PROCESS ?? '', environment.MEMMON_VALUE ?? '')
      return OK
    },
    ({ process }, event) => ({ memmon: 1, event, process: process.name }),
  )
  const odd = { ...request, process: processNamed('w:$(reboot)') }
  expect(await run('drain --now', odd, 'x')).toEqual(OK)
  expect(seen).toEqual([
    'drain --now',
    '{"memmon":1,"event":"x","process":"$(reboot)"}\n',
    'w:$(reboot)',
    String(60 * MB),
  ])
})

test.each<[command: string, split: object]>([
  [`sh -c 'echo "$0"' a\\ b`, { ok: true, words: ['sh', '-c', 'echo "$0"', 'a b'] }],
  [`sh -c 'open`, { ok: false, why: expect.stringMatching(/quot/i) }],
])('%s: split as supervisord splits one', async (command, split) => {
  expect(await splitCommand(command)).toEqual(split)
})

test.each<[what: string, run: () => Promise<HookResult>, command: string, result: object]>([
  [
    'a program that fails',
    async () => ({ ok: false, why: 'exit code 75', exitCode: 75 }),
    'x',
    { ok: false, why: 'exit code 75', exitCode: 75 },
  ],
  [
    'a system that gives no process',
    () => Promise.reject(new Error('EAGAIN')),
    'x',
    { ok: false, why: 'EAGAIN' },
  ],
])('%s: a result, never a rejection', async (_, run, command, result) => {
  expect(await createRunHook(run, () => ({}))(command, request, 'x')).toEqual(result)
})

test('a document that cannot be made is a result, too', async () => {
  const run = createRunHook(
    async () => OK,
    () => {
      throw new Error('too deep')
    },
  )
  expect(await run('x', request, 'x')).toEqual({ ok: false, why: 'too deep' })
})
