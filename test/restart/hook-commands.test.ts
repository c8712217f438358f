// Commands of the operator's, run for real: what each is told, by its environment and on stdin.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import { sleep } from '../../src/base/sleep.ts'
import { HookCommands } from '../../src/restart/hook-commands.ts'
import type { Failed } from '../../src/rules/outcome.ts'
import { MB, processNamed, requestFor } from '../helpers/values.ts'

const AT = 1_700_000_000_000
const request = requestFor(processNamed('w:$(reboot)'), 60 * MB, '-p', '$(reboot)=50MB')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-hooks-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const commands = (secret = '') =>
  new HookCommands(
    { hookTimeoutSeconds: 30, name: 'shop' },
    { redactor: createRedactor([{ text: secret }]), host: 'web1', sleep, nowMs: () => AT },
  )

/** A command that keeps what it is told. */
function keeper() {
  const path = join(folder, 'keep.sh')
  writeFileSync(path, `#!/bin/sh\nenv > ${folder}/environment\ncat > ${folder}/stdin\n`, { mode: 0o755 })
  return path
}
const document = () => JSON.parse(readFileSync(join(folder, 'stdin'), 'utf8'))
const environment = () => readFileSync(join(folder, 'environment'), 'utf8')

test('a hook is told about its request under its own event, and a name is never part of its command', async () => {
  expect(await commands().runHook(keeper(), request, 'pre_restart')).toEqual({ ok: true })
  expect(document()).toMatchObject({
    memmon: 1,
    event: 'pre_restart',
    text: expect.stringMatching(/^pre_restart w:\$\(reboot\): 60MB RSS/),
    host: 'web1',
    name: 'shop',
    at: new Date(AT).toISOString(),
    process: { namespec: 'w:$(reboot)' },
    value: 60 * MB,
    limit: 50 * MB,
  })
  expect(environment()).toContain('MEMMON_EVENT=pre_restart\n')
  expect(environment()).toContain('MEMMON_PROCESS=w:$(reboot)\n')
  expect(environment()).toContain(`MEMMON_VALUE=${60 * MB}\n`)
})

test('on_alert_command gets the document of the outcome, as a webhook does', async () => {
  const outcome: Failed = {
    kind: 'failed',
    request,
    occurredAt: AT,
    phase: 'start',
    fault: 'SPAWN_ERROR',
    evidence: { path: '/state/evidence/x.json', sentences: ['187 of 200 threads wait in a futex'] },
  }
  expect(await commands().runOnAlert(keeper(), outcome, 'memmon: failed')).toEqual({ ok: true })
  expect(document()).toMatchObject({
    text: expect.stringMatching(/^memmon: failed on web1: 60MB RSS .*\. Somebody has to look$/),
    event: 'failed',
    phase: 'start',
    fault: 'SPAWN_ERROR',
    evidence: {
      path: '/state/evidence/x.json',
      problem: null,
      sentences: ['187 of 200 threads wait in a futex'],
    },
  })
  expect(environment()).toContain('MEMMON_EVENT=failed\n')
  expect(environment()).toContain('MEMMON_EVIDENCE=/state/evidence/x.json\n')
})

test('a secret that stands in a sentence is masked', async () => {
  await commands('reboot').runHook(keeper(), request, 'pre_restart')
  expect(document()).toMatchObject({ rule: '-p $(***)=50MB', text: expect.not.stringContaining('reboot') })
  expect(environment()).toContain('MEMMON_RULE=-p $(***)=50MB\n')
  expect(environment()).toMatch(/^MEMMON_REASON=.*\*\*\*/m)
  expect(environment()).toContain('MEMMON_PROCESS=w:$(reboot)\n') // what names a process stays
})

test.each<[command: string, result: object]>([
  ['sh -c "exit 75"', { ok: false, why: 'exit code 75', exitCode: 75 }],
  [`sh -c 'open`, { ok: false, why: expect.stringMatching(/quot/i) }],
  ['/nowhere/x', { ok: false, why: expect.stringMatching(/ENOENT/) }],
])('%s: a result, never a rejection', async (command, result) => {
  expect(await commands().runHook(command, request, 'pre_restart')).toEqual(result)
})
