// memmon check --why, the built command, on real processes: on a terminal, in a pipe, as JSON; and that nothing is read without.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import widthOf from 'string-width'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProcessState } from '../../src/rules/process.ts'
import { LOCKED_THREADS } from '../helpers/locked-threads.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { PythonProcess } from '../helpers/python-process.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { Terminal } from '../helpers/terminal.ts'

let folder = ''
let server: ScriptedSupervisord
let locked: PythonProcess
let quiet: PythonProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-why-'))
  locked = new PythonProcess(LOCKED_THREADS)
  quiet = new PythonProcess(`print('1'); import sys; sys.stdin.read()`)
  await locked.next()
  await quiet.next()
  server = await ScriptedSupervisord.start({
    socketPath: join(folder, 's.sock'),
    programs: [
      { namespec: 'web:web', pid: locked.pid },
      { namespec: 'quiet:quiet', pid: quiet.pid },
      { namespec: 'off:off', state: ProcessState.FATAL },
    ],
  })
})
afterAll(async () => {
  await server.close()
  await locked.end()
  await quiet.end()
  rmSync(folder, { recursive: true, force: true })
})

const check = (...args: string[]) => runMemmon(['check', ...args, '--server-url', server.url])
const WAIT = '114 of 115 threads wait in a futex (a lock, or a queue without work)'

test('in a pipe: one more column, the last one', async () => {
  const { code, stdout, stderr } = await check('--why', '-a', '1GB')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const cells = stdout.split('\n').map(line => line.split(/ {2,}/))
  expect(cells[0]?.slice(-2)).toEqual(['RULE', 'WHY'])
  const whyOf = (name: string) => cells.find(([first]) => first === name)?.[10]
  expect(whyOf('web')).toBe(WAIT)
  expect(whyOf('off')).toBe('-')
  expect(whyOf('quiet')).not.toBe(WAIT)
})

test('on a terminal: below its row, no wider than the terminal', async () => {
  const terminal = new Terminal(['check', '--why', 'web', '--server-url', server.url], 24, 50)
  expect((await terminal.ended).code).toBe(0)
  const lines = terminal.output.replace(/\u001b\[\d+m/g, '').split('\r\n')
  const at = lines.findIndex(line => line.startsWith('web '))
  expect(lines[at + 1]).toMatch(/^ {4}114 of 115 threads wait in a futex/)
  expect(lines.join(' ').replace(/ +/g, ' ')).toContain(WAIT)
  for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(50)
})

test('as JSON: the sentence, its rule, and what was not read; null where it was not asked or does not run', async () => {
  const document = JSON.parse((await check('--why', '--json')).stdout)
  const whyOf = (name: string, { processes } = document) =>
    processes.find((one: { name: string }) => one.name === name).why
  expect(whyOf('web')).toMatchObject({ text: WAIT, rule: 'threads_wait' })
  expect(whyOf('off')).toBeNull()
  expect(Object.keys(whyOf('quiet'))).toEqual(['text', 'rule', 'unread'])
  expect(whyOf('web', JSON.parse((await check('--json')).stdout))).toBeNull()
  expect((await check()).stdout).not.toMatch(/WHY|threads/)
})

test('--over: of those alone that are over their limit', async () => {
  const { code, stdout } = await check('--over', '--why', '-p', 'web=1MB')
  expect(code).toBe(1)
  expect(stdout).toContain(WAIT)
  expect(stdout).not.toMatch(/^quiet/m)
})
