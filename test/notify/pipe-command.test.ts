// Real commands that take a mail: those that work, print, fail, hang, and do not listen.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pipeToCommand } from '../../src/notify/pipe-command.ts'
import { isAlive } from '../helpers/alive.ts'
import { waitFor } from '../helpers/wait.ts'

const MAIL = Buffer.from('Subject: x\n\nhéllo\n')
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-pipe-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const pipe = (command: string, timeoutMs = 20_000, input = MAIL) => pipeToCommand(command, input, timeoutMs)

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
  ['sleep 60 >/dev/null & exit 0', { ok: true }], // a grandchild keeps stderr
])('%s', async (command, result) => {
  expect(await pipe(command, 20_000, Buffer.alloc(1 << 20, 'x'))).toEqual(result)
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
  const command = `trap '' TERM; (trap '' TERM; echo $$ > ${folder}/a; sleep 300) & echo $! > ${folder}/b; wait; sleep 300`
  const result = await pipe(command, 500)
  expect(result).toMatchObject({ ok: false, why: 'it had not ended after 0.5 s and was killed' })
  const pid = Number(readFileSync(join(folder, 'b'), 'utf8'))
  await waitFor('the grandchild to end', () => !isAlive(pid))
})

test('it does not learn the password of supervisord', async () => {
  process.env.SUPERVISOR_PASSWORD = 'hunter2'
  await pipe(`env > ${folder}/env`)
  delete process.env.SUPERVISOR_PASSWORD
  expect(readFileSync(join(folder, 'env'), 'utf8')).toContain('PATH=')
  expect(readFileSync(join(folder, 'env'), 'utf8')).not.toContain('hunter2')
})
