// `memmon analyse` by the built binary: series in, verdicts out; what cannot be read is named, and the rest is analysed.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { historyHeader } from '../../src/history/history-lines.ts'
import { trackedLine } from '../../src/history/kept-tracked.ts'
import { createTracked, sample } from '../../src/history/tracked.ts'
import { MEMMON } from '../helpers/supervisord.ts'
import { Terminal } from '../helpers/terminal.ts'
import { waitFor } from '../helpers/wait.ts'
import { firstAlarm, memmon } from '../trend/detector.ts'
import { generate } from '../trend/traces/generate.ts'
import { MB } from '../trend/watching.ts'

const folder = mkdtempSync(join(tmpdir(), 'memmon-analyse-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function fileOf(content: string | Buffer): string {
  const path = join(folder, `${++files}.jsonl`)
  writeFileSync(path, content)
  return path
}

const analyse = (args: readonly string[], input: string | Buffer = '') => {
  const run = spawnSync(process.execPath, [MEMMON, 'analyse', ...args], { input, encoding: 'utf8' })
  const documents = () =>
    run.stdout
      .split('\n')
      .filter(Boolean)
      .map(text => JSON.parse(text))
  return { code: run.status, stdout: run.stdout, stderr: run.stderr, documents }
}

/** By the minute for ten hours, `t` beginning at 1000. */
const series = (id: string, sizeMB: (hour: number) => number, more: object = {}) =>
  JSON.stringify({
    id,
    interval_s: 60,
    samples: Array.from({ length: 600 }, (_, at) => ({ t: 1000 + at * 60, rss: sizeMB(at / 60) * MB })),
    ...more,
  })

const LEAK = series('leak', hour => 100 + 50 * hour, { limit_bytes: 1000 * MB })
const BLOAT = series('bloat', hour => 100 + (hour > 2 ? 100 : 0))
const STEADY = series('steady', () => 100)

test('one line of JSON a series, with nothing else in it', () => {
  const { code, stderr, documents } = analyse(['--json', fileOf(`${LEAK}\n${BLOAT}\n\n${STEADY}\n`)])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [leak, ...others] = documents()
  expect(leak).toEqual({
    id: 'leak',
    verdict: 'leak',
    alarms: [{ t: expect.any(Number), ttl_s: expect.any(Number) }],
    slope_bytes_per_h: expect.any(Number),
  })
  expect(Math.abs(leak.slope_bytes_per_h / (50 * MB) - 1)).toBeLessThan(0.01)
  const [{ t, ttl_s }] = leak.alarms
  expect(Math.abs(ttl_s / (18 * 3600 - (t - 1000)) - 1)).toBeLessThan(0.02)
  expect(others).toEqual([
    { id: 'bloat', verdict: 'bloat', alarms: [] },
    { id: 'steady', verdict: 'steady', alarms: [] },
  ])
})

test('the alarms are those that npm run leak-score scores, in time and forecast', () => {
  const traces = generate(5, 1)
  const { documents } = analyse(['--json', '-'], gzipSync(traces.map(one => JSON.stringify(one)).join('\n')))
  const told = documents().map(({ id, alarms: [first] }) => [id, first?.t, first?.ttl_s])
  const scored = traces.map(trace => {
    const alarm = firstAlarm(trace, memmon)
    const seconds = alarm?.secondsToLimit
    return [trace.id, alarm?.t, seconds === undefined ? undefined : Math.round(seconds)]
  })
  expect(told).toEqual(scored)
  expect(scored.filter(([, t]) => t !== undefined).length).toBeGreaterThan(5)
})

test('an alarm that has ended says when, and another pid ends it', () => {
  const [sample, ...samples] = JSON.parse(LEAK).samples
  const restarted = { ...sample, t: 1000 + 600 * 60, pid: 7 }
  const { documents } = analyse([
    '--json',
    fileOf(series('x', () => 0, { samples: [sample, ...samples, restarted] })),
  ])
  expect(documents()).toMatchObject([{ verdict: 'steady', alarms: [{ until: restarted.t }] }])
})

test("memmon's own history: times are dates, what is missing is said", () => {
  const tracked = createTracked(60)
  for (const { t, rss } of JSON.parse(LEAK).samples) {
    const what = { bytes: rss, limitBytes: 1000 * MB, metric: 'rss', cumulative: false } as const
    sample(tracked, { atSeconds: t, atMs: 1.7e12 + t * 1000, run: { pid: 7, startSeconds: 1 }, ...what })
  }
  const path = fileOf(historyHeader('run', 1.8e12, 2) + trackedLine('web:web', tracked))
  const { code, stdout, stderr } = analyse([path])
  expect({ code, stderr }).toEqual({ code: 1, stderr: `${path}: 1 of 2 processes are missing at its end\n` })
  expect(stdout).toMatch(
    /^web:web: leak\n.*\n.* an hour .* its limit of 1000MB in .*\n {2}Leak alarm after .* \(2023-11-1\d \d\d:\d\d:\d\d\), /,
  )
})

test('in words: the verdict, a sparkline, the slope, the forecast, each alarm, and the sum', () => {
  const { code, stdout } = analyse([fileOf(`${LEAK}\n${BLOAT}\n${STEADY}\n{"id":"none","samples":[]}`)])
  expect(code).toBe(0)
  const [leak = '', bloat, steady, ...rest] = stdout.split('\n\n')
  expect(leak).toMatch(
    /^leak: leak\n {2}[▁-█]{32} {2}100MB to 599\.2MB in 9h 59m\n {2}Grows by 50MB an hour for \d+h \d+m without levelling off, and reaches its limit of 1000MB in \d+h \d+m\.\n {2}Leak alarm after \d+h \d+m \(t \d+\), forecasting the limit in \d+h \d+m\.$/,
  )
  expect(bloat).toMatch(/^bloat: bloat\n {2}[▁█]{32} {2}.*\n {2}Rose from 100MB to 200MB and levelled off\.$/)
  expect(steady).toMatch(/^steady: steady\n {2}▄{32} {2}100MB to 100MB in 9h 59m$/)
  expect(rest).toEqual(['none: nothing was measured', '4 series: 1 leak, 1 bloat, 2 steady\n'])
})

test('where the locale is not UTF-8 it is all ASCII', () => {
  const command = [MEMMON, 'analyse', fileOf(LEAK)]
  const { stdout } = spawnSync(process.execPath, command, { env: { LC_ALL: 'C' }, encoding: 'utf8' })
  expect(stdout).toMatch(/^leak: leak\n {2}[_.\-~=+*#]{32} {2}100MB/)
})

test('bad lines are named by file and number, the rest is analysed, and it exits with 1', () => {
  const first = fileOf(`{"id"\n${STEADY}\n\n{"id":"x","samples":[{"t":1,"rss":"big"}]}\n`)
  const second = fileOf(BLOAT)
  const { code, stderr, documents } = analyse(['--json', first, second])
  expect(code).toBe(1)
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(`^${first}, line 1: not JSON \\(`),
    `${first}, line 4: sample 1: "rss" must be bytes, from 0 to 2199023255551, or null`,
    '',
  ])
  expect(documents().map(({ id }) => id)).toEqual(['steady', 'bloat'])
})

test('a line beyond 64 MB is named and skipped', () => {
  const { code, stderr, documents } = analyse(
    ['--json', '-'],
    gzipSync(Buffer.concat([Buffer.alloc(64 * MB + 1, ' '), Buffer.from(`\n${STEADY}`)])),
  )
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'stdin, line 1: longer than 64MB; skipped\n' })
  expect(documents()).toHaveLength(1)
})

test.each([
  ['no such file', () => join(folder, 'none'), 'no such file'],
  ['a folder', () => folder, 'is a directory, not a file'],
  [
    'a cut gzip file',
    () => fileOf(gzipSync(STEADY).subarray(0, 40)),
    'damaged gzip file (unexpected end of file); the rest is not analysed',
  ],
  [
    'what only looks like one',
    () => fileOf(Buffer.from([0x1f, 0x8b, 1, 2, 3])),
    'damaged gzip file (unknown compression method); the rest is not analysed',
  ],
])('a file that cannot be read is one line, and the next one is analysed: %s', (_, pathOf, why) => {
  const path = pathOf()
  const { code, stderr, documents } = analyse(['--json', path, fileOf(STEADY)])
  expect({ code, stderr }).toEqual({ code: 1, stderr: `${path}: ${why}\n` })
  expect(documents()).toHaveLength(1)
})

test('whatever an id or a name of a file holds, it steers no terminal', () => {
  const evil = '\u001b[2J\n\u009bx'
  const named = join(folder, evil)
  mkdirSync(named)
  const line = series(evil, () => 100)
  const text = analyse([named, fileOf(line)])
  expect(text.stdout).toContain('\\x1b[2J\\x0a\\x9bx: steady\n')
  const json = analyse(['--json', named, fileOf(line)])
  expect(json.documents()[0].id).toBe(evil)
  for (const told of [text.stdout, text.stderr, json.stdout, json.stderr])
    expect(told.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f-\x9f]/)
})

test('a reader that has read enough ends it quietly', async () => {
  const path = fileOf(`${STEADY}\n`.repeat(2000))
  const child = spawn(process.execPath, [MEMMON, 'analyse', '--json', path])
  let stderr = ''
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  child.stdout.once('data', () => child.stdout.destroy())
  expect(await new Promise(resolve => child.on('close', resolve))).toBe(0)
  expect(stderr).toBe('')
})

test('on a terminal it says how far it is, and leaves nothing of that behind', async () => {
  const terminal = new Terminal(['analyse', '-'])
  await waitFor(
    () => `progress\n${terminal.output}`,
    () => {
      terminal.press('{"id":"a","samples":[]}\n')
      return /stdin, \d+B read/.test(terminal.output)
    },
  )
  terminal.press('\u0004')
  expect(await terminal.ended).toEqual({ code: 0, isRestored: true })
  expect(terminal.output.replace(/\r\u001b\[K[^\r]*\r\u001b\[K/g, '')).not.toContain('read')
})
