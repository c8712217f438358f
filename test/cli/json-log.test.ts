// --log-format json with the built command: all that a listener writes on stderr is JSON, from wrong settings to its end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
import { Memmon, runMemmon } from '../helpers/memmon.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'

let folder = ''
let server: ScriptedSupervisord
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-json-'))
  server = await ScriptedSupervisord.start({ socketPath: join(folder, 's.sock') })
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const environment = () => ({ SUPERVISOR_ENABLED: '1', SUPERVISOR_SERVER_URL: server.url })
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}
const asJson = '[memmon]\nlog_format = json\n[any]\nmemory_limit = 100MB\n'

test('from the first line to the last: start, rules, a signal, a refused reload, a warning of Node, the end', async () => {
  const path = written('memmon.conf', asJson)
  const warn = written('warn.cjs', "process.on('SIGWINCH', () => process.emitWarning('odd\\nthings'))")
  const memmon = new Memmon(['--config', path], { ...environment(), NODE_OPTIONS: `--require=${warn}` })
  await memmon.waitForLog('"event":"started"')
  memmon.child.kill('SIGUSR1')
  memmon.child.kill('SIGWINCH')
  await memmon.waitForLog('odd')
  written('memmon.conf', `${asJson}warn = 20x\nmemory_limits = 1\n`)
  memmon.child.kill('SIGHUP')
  await memmon.waitForLog('memory_limits')
  written('memmon.conf', asJson.replace('json', 'text').replace('100', '200'))
  memmon.child.kill('SIGHUP')
  await memmon.waitForLog('log_format has changed')
  const lines = jsonLines((await memmon.end()).stderr)
  const eventOf = (text: string) => lines.filter(({ message }) => message.includes(text))
  expect(eventOf('memmon watches')).toMatchObject([
    { event: 'started', level: 'info', supervisord: server.url, dry_run: false },
  ])
  expect(eventOf('SIGUSR1: nothing to do')).toHaveLength(1)
  expect(eventOf('Node says: Warning: odd\\x0athings')).toMatchObject([
    { level: 'warn', event: 'trouble', part: 'node' },
  ])
  expect(eventOf('log_format has changed')).toMatchObject([{ event: 'doubtful' }])
  expect(lines.filter(({ event }) => event === 'settings')).toMatchObject([
    { level: 'error', message: expect.stringContaining('line 5: warn = 20x') },
    { level: 'error', message: expect.stringContaining('line 6: [any]: unknown key "memory_limits"') },
  ])
  expect(eventOf('memmon.conf reloaded')).toMatchObject([{ event: 'reloaded' }])
  expect(lines.at(-1)).toMatchObject({ event: 'ending', cause: 'eof' })
})

test('a defect ends it with a line like any other', async () => {
  const fail = written('fail.cjs', "process.on('SIGWINCH', () => { throw new Error('unforeseen') })")
  const env = { ...environment(), NODE_OPTIONS: `--require=${fail}` }
  const memmon = new Memmon(['--config', written('memmon.conf', asJson)], env)
  await memmon.waitForLog('"event":"started"')
  memmon.child.kill('SIGWINCH')
  expect(await memmon.ended).toBe(1)
  expect(jsonLines(memmon.stderr).find(({ event }) => event === 'defect')).toMatchObject({
    level: 'critical',
    is_end: true,
    message: expect.stringContaining('Error: unforeseen\\x0a'),
  })
})

describe('settings that are refused at the start', () => {
  const wrong = () => written('wrong.conf', `${asJson}hard_limit = 1x\nwarn = 20x\n`)
  test.each<[how: string, args: () => string[], faults: number]>([
    ['by a flag before the wrong one', () => ['--log-format', 'json', '-a', '1x'], 1],
    ['by a flag behind it', () => ['-a', '1x', '--log-format=json'], 1],
    ['by a flag behind one that does not exist', () => ['--nonsense', '--log-format', 'json'], 1],
    ['by a memmon.conf that is wrong, in two places', () => ['--config', wrong()], 2],
    ['where nothing is to be watched', () => ['--log-format', 'json'], 1],
  ])('are JSON, %s', async (_, args, faults) => {
    const { code, stderr, stdout } = await runMemmon(args(), environment())
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const lines = jsonLines(stderr)
    expect(lines).toHaveLength(faults)
    for (const line of lines) expect(line).toMatchObject({ event: 'settings', level: 'critical' })
  })

  test.each<[how: string, args: () => string[], env: () => Record<string, string>]>([
    ['of a listener that is to write text', () => ['-a', '1x'], environment],
    [
      'where a flag says other than the file',
      () => ['--config', wrong(), '--log-format', 'text'],
      environment,
    ],
    ['where the file cannot be read', () => ['--config', join(folder, 'none')], environment],
    ['by hand', () => ['--log-format', 'json', '-a', '1x'], () => ({})],
  ])('are text, %s', async (_, args, env) => {
    const { code, stderr } = await runMemmon(args(), env())
    expect(code).toBe(2)
    expect(stderr).toMatch(/^memmon: /)
  })

  test('an unknown format is one of them', async () => {
    const { stderr } = await runMemmon(['-a', '1GB', '--log-format', 'xml'], environment())
    expect(stderr).toContain('--log-format xml: "xml" is not a format of the log: use text or json')
  })
})
