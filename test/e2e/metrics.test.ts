// Metrics under a real supervisord, as a real Prometheus reads them: at an address, by both of its formats, and in a file.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../helpers/free-port.ts'
import { holder, holdsThen, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

let folder = ''
let supervisord: Supervisord | undefined
let prometheus: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-metrics-'))
})
afterEach(async () => {
  if (prometheus?.kill('SIGKILL')) await new Promise(resolve => prometheus?.once('close', resolve))
  await supervisord?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A Prometheus that scrapes these addresses each second; its own address. */
async function startPrometheus(targets: readonly string[]): Promise<string> {
  const port = await freePort()
  const config = join(folder, 'prometheus.yml')
  writeFileSync(
    config,
    `scrape_configs:\n- job_name: memmon\n  scrape_interval: 1s\n  static_configs:\n  - targets: ${JSON.stringify(targets)}\n`,
  )
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  )
  return `http://127.0.0.1:${port}`
}

/** What a query finds now: values by their labels; nothing while Prometheus starts. */
async function query(at: string, text: string): Promise<{ labels: Record<string, string>; value: number }[]> {
  const answer = await fetch(`${at}/api/v1/query?query=${encodeURIComponent(text)}`).catch(() => undefined)
  if (!answer?.ok) return []
  const { data } = (await answer.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] }
  }
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}

test('Prometheus scrapes sizes, limits and a restart, and promtool has nothing to say', async () => {
  const port = await freePort()
  supervisord = await Supervisord.start({
    programs: `${holdsThen('big', 60, 10)}${holder('small', 10)}`,
    memmon: `-a 40MB --metrics-listen ${port}`,
  })
  const at = await startPrometheus([`127.0.0.1:${port}`])
  const log = () => `${supervisord?.memmonLog()}`
  await waitFor(
    () => `the restart to be counted\n${log()}`,
    async () => (await query(at, 'memmon_restarts_total{reason="limit"} == 1')).length === 1,
  )
  const sizes = await waitFor('both sizes below their limits', async () => {
    const found = await query(at, 'memmon_process_memory_bytes / memmon_process_limit_bytes < 1')
    return found.length === 2 && found
  })
  expect(sizes.map(({ labels }) => `${labels.group}:${labels.name} ${labels.metric}`).sort()).toEqual([
    'big:big rss',
    'small:small rss',
  ])
  expect(await query(at, 'sum(memmon_process_up)')).toMatchObject([{ value: 2 }])
  expect(await query(at, 'memmon_tick_interval_seconds')).toMatchObject([{ value: 5 }])
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
  expect(await query(at, 'up')).toMatchObject([{ value: 1 }])
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
