// Metrics under a real supervisord, as a real Prometheus reads them: at an address, by both of its formats, and in a file.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../helpers/free-port.ts'
import { runMemmon } from '../helpers/memmon.ts'
import { Prometheus } from '../helpers/prometheus.ts'
import { holder, holdsThen, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let supervisord: Supervisord | undefined
let prometheus: Prometheus | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-metrics-'))
})
afterEach(async () => {
  await prometheus?.stop()
  prometheus = undefined
  await supervisord?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('Prometheus scrapes sizes, limits and a restart, and promtool has nothing to say', async () => {
  const port = await freePort()
  supervisord = await Supervisord.start({
    programs: `${holdsThen('big', 60, 10)}${holder('small', 10)}`,
    memmon: `-a 40MB --metrics-listen ${port}`,
  })
  prometheus = await Prometheus.scraping([`127.0.0.1:${port}`])
  await prometheus.waitFor('memmon_restarts_total{reason="limit"} == 1', ({ length }) => length === 1)
  const below = 'memmon_process_memory_bytes / memmon_process_limit_bytes < 1'
  const sizes = await prometheus.waitFor(below, ({ length }) => length === 2)
  expect(sizes.map(({ metric }) => `${metric.group}:${metric.name} ${metric.metric}`).sort()).toEqual([
    'big:big rss',
    'small:small rss',
  ])
  expect(await prometheus.query('sum(memmon_process_up)')).toMatchObject([{ value: 2 }])
  expect(await prometheus.query('memmon_tick_interval_seconds')).toMatchObject([{ value: 5 }])
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stdout: '',
  })
  // Prometheus 2 asks for OpenMetrics, which its parser takes more strictly.
  const open = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { accept: 'application/openmetrics-text; version=1.0.0' },
  })
  expect(await open.text()).toMatch(/\nmemmon_restarts_total\{reason="limit"\} 1\n(.*\n)*# EOF\n$/)
  expect(await prometheus.query('up')).toMatchObject([{ value: 1 }])
  // Whoever looks by hand is told where they are, and what keeps others from there.
  const { folder: own, serverUrl } = supervisord
  const byHand = (...args: string[]) => runMemmon(['check', ...args], {})
  expect((await byHand('-C', join(own, 'supervisord.conf'))).stdout).toContain(
    `\nMetrics are served at 127.0.0.1:${port}, path /metrics\n`,
  )
  const second = ['-a', '1GB', '--server-url', serverUrl, '--metrics-listen', `${port}`, '--json']
  expect(JSON.parse((await byHand(...second)).stdout)).toMatchObject({
    metrics: [{ ok: false, text: expect.stringContaining('another process listens there') }],
  })
})

test('a file for the textfile collector follows the checks, and the settings as they change', async () => {
  const [first, second] = ['first.prom', 'second.prom'].map(name => join(folder, name)) as [string, string]
  const conf = join(folder, 'memmon.conf')
  const settings = (file: string) => `[memmon]\nmetrics_file = ${file}\n[any]\nmemory_limit = 1GB\n`
  writeFileSync(conf, settings(first), { mode: 0o600 })
  supervisord = await Supervisord.start({
    programs: holder('small', 10),
    memmon: `--config ${conf} -n shop`,
  })
  const holds = (path: string, wanted: RegExp) =>
    waitFor(
      () => `${wanted} in ${path}\n${supervisord?.memmonLog()}`,
      () => existsSync(path) && wanted.test(readFileSync(path, 'utf8')),
    )
  await holds(
    first,
    /^memmon_process_memory_bytes\{metric="rss",memmon="shop",group="small",name="small"\} \d{8}$/m,
  )
  expect(statSync(first).mode & 0o777).toBe(0o644)
  writeFileSync(conf, settings(second), { mode: 0o600 })
  await holds(second, /^memmon_checks_total\{memmon="shop"\} [1-9]/m)
})

test('beyond this machine it refuses to start without a password, and says what to add', async () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../../bin/memmon.js'), '-a', '1GB', '--metrics-listen', '0.0.0.0:9477'],
    { env: { SUPERVISOR_SERVER_URL: 'unix:///nonexistent.sock' }, input: '', encoding: 'utf8' },
  )
  expect(status).toBe(2)
  expect(stderr).toMatch(
    /other machines can connect there: add --metrics-auth-file, or listen on 127\.0\.0\.1/,
  )
})
