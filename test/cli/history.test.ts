// `memmon history` by the built binary: what a listener has left in its state folder, drawn, as JSON and as CSV.
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runMemmon } from '../helpers/memmon.ts'
import { RecordedState } from '../helpers/recorded.ts'
import { ScriptedSupervisord } from '../helpers/scripted-supervisord.ts'
import { MEMMON } from '../helpers/supervisord.ts'
import { Terminal } from '../helpers/terminal.ts'

const state = new RecordedState()
let server: ScriptedSupervisord
beforeAll(async () => {
  server = await ScriptedSupervisord.start({ socketPath: state.socketPath })
  state.write([
    { namespec: 'db:db', hours: 30, sizeMB: () => 120, limitMB: 1000 },
    {
      namespec: 'web:web',
      hours: 12,
      sizeMB: hour => 100 + 40 * (hour % 6),
      limitMB: 500,
      restartsAtHour: [6],
    },
    ...['worker_00', 'worker_01'].map(name => ({
      namespec: `worker:${name}`,
      hours: 24,
      sizeMB: (hour: number) => 180 + 90 * Math.min(2, Math.floor(hour / 2)),
      limitMB: 365,
    })),
  ])
})
afterAll(async () => {
  await server.close()
  state.remove()
})

const history = (...args: string[]) => runMemmon(['history', '-C', state.conf, ...args])

test('many processes are a line each, whole in a pipe, what needs a person first on top', async () => {
  const { code, stdout, stderr } = await history()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [head, ...lines] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^PROCESS +SIZE +LIMIT +LAST 1d$/)
  expect(lines.map(line => line.split(/ {2,}/).filter(text => !/^ *[▁-█]+$/.test(text)))).toEqual([
    [
      'web',
      '100.0MB',
      '500MB',
      expect.stringMatching(/^grew by 40MB .*: a leak \(very sure\); at this rate .*\d\d:\d\d$/),
    ],
    [
      'worker:worker_00',
      '360.0MB',
      '365MB',
      'grew and levelled off at 360MB: bloat; a limit of 390MB would fit',
    ],
    ['worker:worker_01', '360.0MB', '365MB', expect.any(String)],
    ['db', '120.0MB', '1000MB', 'steady at about 120MB'],
  ])
  for (const line of lines) expect(line).toMatch(/ [▁-█]{8,16} /)
})

test('what is named is a chart, with the limit, the restarts, the sentence and the forecast', async () => {
  const { code, stdout } = await history('web', 'db')
  expect(code).toBe(0)
  const [web = '', db = ''] = stdout.split('\n\n')
  expect(web).toMatch(/^web: grew by 40MB an hour .* leak \(very sure\); at\nthis rate it reaches its limit/)
  expect(web).toMatch(/\nlimit 500MB │╌{50}/)
  expect(web).toMatch(/\n +└[─┬]+▲[─┬]+\n.*\d\d:00.*\n.*▲ restart/)
  expect(web).toMatch(/\n {2}Forecast +limit in [34]h.*\n {2}Restarts +1 seen, 1 of them by memmon\n/)
  expect(db).toMatch(/^db: steady at about 120MB\n/)
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('patterns select as those of check do, and one that selects nothing names what is near', async () => {
  expect((await history('worker')).stdout.match(/^worker:worker_0\d: /gm)).toHaveLength(2)
  expect((await history('w*:*0?', 'd?')).stdout.match(/^[\w:]+: /gm)).toHaveLength(3)
  expect(await history('web', 'wokers')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'memmon: memmon has recorded no process or group "wokers"; did you mean worker?\n',
  })
})

test('a leak of days is seen from where it began', async () => {
  const slow = new RecordedState()
  slow.write([{ namespec: 'web:web', hours: 60, sizeMB: hour => 100 + 4 * hour, limitMB: 500 }])
  const { stdout } = await runMemmon(['history', '-C', slow.conf])
  const day = await runMemmon(['history', '-C', slow.conf, '--since', '1d'])
  slow.remove()
  const filled = (text: string) => text.split('█').length
  expect(stdout).toMatch(/^web: grew by 4MB an hour for 2d .*: a leak/)
  expect(filled(stdout)).toBeLessThan(0.8 * filled(day.stdout))
})

test('--since looks back so far', async () => {
  const { stdout } = await history('web', '--since', '2h')
  expect(stdout).not.toContain('▲')
  expect(stdout.match(/\d\d:[03]0/g)?.length).toBeGreaterThan(3)
  expect((await history('db', '--since', '1s')).stdout).toContain('Nothing was measured in the last 1s.')
})

test('JSON has each life with its points', async () => {
  const { code, stdout } = await history('--json', 'web')
  expect(code).toBe(0)
  const { problems, processes } = JSON.parse(stdout)
  expect({ problems, count: processes.length }).toEqual({ problems: [], count: 1 })
  const [{ lives, ...web }] = processes
  expect(web).toEqual({
    namespec: 'web:web',
    metric: 'rss',
    cumulative: false,
    limit_bytes: 524288000,
    as_of: expect.stringMatching(/^\d{4}-.*Z$/),
    verdict: 'leak',
    sentence: expect.stringContaining('grew by 40MB'),
    slope_bytes_per_h: expect.any(Number),
    limit_at: expect.stringMatching(/^\d{4}-.*Z$/),
    sureness: expect.any(Number),
  })
  expect(lives).toMatchObject([
    { pid: 100, ended_by: 'memmon', rule: '-a 500MB', start_bytes: 104857600 },
    { pid: 101, ended_by: null, rule: null, start_bytes: 104857600 },
  ])
  expect(lives[1].points.at(-1)).toEqual({
    from: expect.any(String),
    until: web.as_of,
    low_bytes: expect.any(Number),
    high_bytes: lives[1].end_bytes,
  })
  const since = JSON.parse((await history('--json', 'web', '--since', '2h')).stdout)
  expect(since.processes[0].lives).toHaveLength(1)
  expect(since.processes[0].lives[0].points.length).toBeLessThan(lives[1].points.length)
})

test('CSV has a row for each point', async () => {
  const { code, stdout } = await history('--csv', 'web', 'db')
  expect(code).toBe(0)
  const [head, ...rows] = stdout.trimEnd().split('\r\n')
  expect(head).toBe('process,from,until,low_bytes,high_bytes,life')
  for (const row of rows) expect(row).toMatch(/^(web:web|db:db),[\d:.TZ-]+,[\d:.TZ-]+,\d+,\d+,[12]$/)
  expect(rows.filter(row => row.startsWith('web:web,') && row.endsWith(',2')).length).toBeGreaterThan(50)
  expect(await history('--csv', '--json')).toMatchObject({
    code: 2,
    stderr: 'memmon: --json and --csv: give one of them\nmemmon history --help shows its options.\n',
  })
})

test.each([50, 80, 140])('a terminal of %s columns gets no line that is wider', async columns => {
  const terminal = new Terminal(['history', '-C', state.conf], 24, columns)
  expect(await terminal.ended).toEqual({ code: 0, isRestored: true })
  const lines = terminal.output.trimEnd().split('\r\n')
  expect(lines).toHaveLength(5)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
  expect(lines[1]).toMatch(columns === 140 ? /grew by 40MB an hour/ : /leak, limit in 4h$/)
})

test('a supervisord that does not answer: what was recorded is drawn, and one line says so', async () => {
  const lonely = new RecordedState()
  lonely.write([{ namespec: 'db:db', hours: 2, sizeMB: () => 120 }], Date.now() - 3 * 86_400_000)
  const { code, stdout, stderr } = await runMemmon(['history', '-C', lonely.conf])
  lonely.remove()
  expect(code).toBe(0)
  expect(stderr).toMatch(/^no answer from supervisord at .*\n$/)
  expect(stdout).toMatch(
    /^db: steady at about 120MB\n[\s\S]*\n\nNothing was measured after \d{4}-\d\d-\d\d \d\d:\d\d\.\n$/,
  )
})

test('nothing recorded: one line says why and what to do', async () => {
  const empty = new RecordedState()
  const socket = await ScriptedSupervisord.start({ socketPath: empty.socketPath })
  const { code, stdout, stderr } = await runMemmon(['history', '-C', empty.conf])
  await socket.close()
  empty.remove()
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^.*history\.jsonl does not exist: memmon writes it after five minutes\n$/)
})

test('a memmon that has never run, and none at all', async () => {
  const never = new RecordedState()
  const socket = await ScriptedSupervisord.start({ socketPath: never.socketPath })
  rmSync(join(never.folder, 'state'), { recursive: true })
  const unmade = await runMemmon(['history', '-C', never.conf])
  writeFileSync(never.conf, `[unix_http_server]\nfile=${never.socketPath}\n`)
  const none = await runMemmon(['history', '-C', never.conf])
  await socket.close()
  never.remove()
  expect(unmade.code).toBe(1)
  expect(unmade.stderr).toMatch(
    /^Of \[eventlistener:memmon\] nothing can be read: .*\/state\/memmon-\w+ cannot be found here; memmon makes it when it runs.*\n$/,
  )
  expect(none.code).toBe(1)
  expect(none.stderr).toMatch(
    /^No history: no \[eventlistener:\*\] section of .* runs memmon; memmon --help shows .*\n$/,
  )
})

test('another user is told who can read it', () => {
  const path = join(state.folder, 'state')
  chmodSync(state.folder, 0o755)
  // root becomes somebody else; anybody else gives up what is his.
  const other = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  if (other.uid === undefined) chmodSync(path, 0)
  const env = { PATH: process.env.PATH, HOME: '/' }
  const args = [MEMMON, 'history', '-C', state.conf]
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { ...other, env, encoding: 'utf8' })
  chmodSync(path, 0o700)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toContain(
    `Of [eventlistener:memmon] nothing can be read: permission denied: ${path}/memmon-`,
  )
  expect(stderr).toContain("; ask as root, or as memmon's own user\n")
})
