// Commands of the operator's: how a command line is split, and what it is told.
import { expect, test } from 'vitest'
import { createRunHook, type HookResult } from '../../src/restart/hooks.ts'
import { MB, processNamed, requestFor } from '../helpers/values.ts'

const request = requestFor(processNamed('w:a'), 60 * MB, '-p', 'a=50MB')
const OK: HookResult = { ok: true }

test('a command is split as supervisord splits one, and a name is never part of it', async () => {
  const seen: (readonly string[])[] = []
  const run = createRunHook(
    async (words, input, environment) => {
      seen.push(words, [String(input)], [environment.MEMMON_PROCESS ?? '', environment.MEMMON_VALUE ?? ''])
      return OK
    },
    ({ process }, event) => ({ memmon: 1, event, process: process.name }),
  )
  const odd = { ...request, process: processNamed('w:$(reboot)') }
  expect(await run(`sh -c 'echo "$0"' a\\ b`, odd, 'x')).toEqual(OK)
  expect(seen).toEqual([
    ['sh', '-c', 'echo "$0"', 'a b'],
    ['{"memmon":1,"event":"x","process":"$(reboot)"}\n'],
    ['w:$(reboot)', String(60 * MB)],
  ])
})

test.each<[what: string, run: () => Promise<HookResult>, command: string, result: object]>([
  [
    'quotes that do not match',
    async () => OK,
    `sh -c 'open`,
    { ok: false, why: expect.stringMatching(/quot/i) },
  ],
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
