// Real commands that take a mail: those that work, print, fail, hang, and do not listen.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { pipeToCommand, runCommand } from '../../src/base/pipe-command.ts'
import { createRedactor } from '../../src/base/redact.ts'
import { environmentSecrets } from '../../src/base/secrets.ts'
import { isAlive } from '../helpers/alive.ts'
import { waitFor } from '../helpers/wait.ts'

const MAIL = Buffer.from('Subject: x\n\nhéllo\n')
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-pipe-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const pipe = (command: string, timeoutMs = 20_000, input = MAIL) =>
  pipeToCommand(command, input, { timeoutMs })

test('the command gets the input as it is', async () => {
  expect(await pipe(`cat > ${folder}/mail`)).toEqual({ ok: true })
  expect(readFileSync(join(folder, 'mail'))).toEqual(MAIL)
})

test.each([
  ['echo no route >&2; exit 75', { ok: false, why: 'exit code 75; it said: no route', exitCode: 75 }],
  ['exit 1', { ok: false, why: 'exit code 1', exitCode: 1 }],
  ['kill -KILL $$', { ok: false, why: 'it was ended by SIGKILL' }],
  ['echo noise; exit 0', { ok: true }],
  ['exit 0', { ok: true }], // does not read
])('%s', async (command, result) => {
  expect(await pipe(command, 20_000, Buffer.alloc(1 << 20, 'x'))).toEqual(result)
})

test('a grandchild that keeps stderr is not waited for', async () => {
  expect(await pipe(`sleep 600 >/dev/null & echo $! > ${folder}/pid`)).toEqual({ ok: true })
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  expect(isAlive(pid)).toBe(true)
  process.kill(pid, 'SIGKILL')
})

test('a command that does not exist is told by the shell', async () => {
  const result = await pipe('/nonexistent/sendmail -t')
  expect(result).toMatchObject({
    ok: false,
    why: expect.stringMatching(/^exit code 127; it said: .*not found/),
  })
})

test('only the tail of what it said is kept', async () => {
  const result = await pipe('head -c 100000 /dev/zero | tr "\\0" x >&2; echo end >&2; exit 1')
  expect(result).toMatchObject({ ok: false, why: expect.stringMatching(/x end$|xend$/) })
  expect(JSON.stringify(result).length).toBeLessThan(600)
})

test('one that hangs is killed with all it has started, even if it ignores TERM', async () => {
  const file = join(folder, 'pid')
  const command = `trap '' TERM; sleep 300 & echo $! > ${file}.new; mv ${file}.new ${file}; wait; sleep 300`
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const result = pipe(command, 500)
    await waitFor('the grandchild', () => existsSync(file)) // by now TERM is ignored, by both
    const pid = Number(readFileSync(file, 'utf8'))
    vi.advanceTimersByTime(500)
    expect(isAlive(pid)).toBe(true)
    vi.advanceTimersByTime(2_000)
    expect(await result).toMatchObject({ ok: false, why: 'it had not ended after 0.5 s and was killed' })
    await waitFor('the grandchild to end', () => !isAlive(pid))
  } finally {
    vi.useRealTimers()
  }
})

test.each([
  'SUPERVISOR_USERNAME',
  'SUPERVISOR_PASSWORD',
  'MEMMON_SMTP_PASSWORD',
  'MEMMON_WEBHOOK_URL',
  'MEMMON_ALERTMANAGER_URL',
])('it does not learn %s, and what it says of that is masked', async name => {
  vi.stubEnv(name, 'https://u:hunter2@host/x')
  const redactor = createRedactor(environmentSecrets(process.env))
  await pipe(`env > ${folder}/env`)
  const said = redactor.quote('cannot reach https://u:hunter2@host/x')
  vi.unstubAllEnvs()
  expect(readFileSync(join(folder, 'env'), 'utf8')).toContain('PATH=')
  expect(readFileSync(join(folder, 'env'), 'utf8')).not.toContain('hunter2')
  expect(said).toBe('cannot reach ***')
})

test('the URL of an Alertmanager without a password is no secret', () => {
  expect(environmentSecrets({ MEMMON_ALERTMANAGER_URL: 'http://alerts:9093' })).toEqual([])
})

test('one whose leader dies of TERM is killed with all it has started', async () => {
  const file = join(folder, 'pid')
  const stubborn = `trap '' TERM; sleep 300 & echo $! > ${file}.new; mv ${file}.new ${file}; wait; sleep 300`
  const result = pipe(`sh -c "${stubborn.replaceAll('$', '\\$')}" & wait`, 1_000)
  expect(await result).toMatchObject({ ok: false, why: 'it had not ended after 1 s and was killed' })
  const pid = Number(readFileSync(file, 'utf8'))
  await waitFor('the grandchild to end', () => !isAlive(pid))
})

describe('what it prints', () => {
  const heard = async (command: string, enough = Number.POSITIVE_INFINITY) => {
    let text = ''
    const onOutput = (chunk: Buffer) => {
      text += chunk
      return text.length < enough
    }
    const result = await runCommand(['sh', '-c', command], Buffer.from(''), { timeoutMs: 60_000, onOutput })
    return { result, text }
  }

  test('is heard from both streams, and the end of stderr is quoted as before', async () => {
    const { result, text } = await heard('echo out; echo err >&2; exit 3')
    expect(text.split('\n').sort()).toEqual(['', 'err', 'out'])
    expect(result).toEqual({ ok: false, why: 'exit code 3; it said: err', exitCode: 3 })
  })

  test('is no longer read when it was enough', async () => {
    const { result, text } = await heard('yes', 100_000)
    expect(result.ok).toBe(false)
    expect(text.length).toBeGreaterThanOrEqual(100_000)
    expect(text.length).toBeLessThan(200_000)
  })
})
