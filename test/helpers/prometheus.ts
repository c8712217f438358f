// A real Prometheus and a real Alertmanager, each in a folder of its own on a free port of 127.0.0.1.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './documents.ts'
import { freePort } from './free-port.ts'
import { waitFor } from './wait.ts'

export const EXAMPLES = join(ROOT, 'examples', 'prometheus')

/** Those that no test has stopped end with the tests. */
const started = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

/** One of the two programs: it reads `config` in a folder that also holds a copy of the examples. */
class Program {
  readonly folder: string
  /** Host and port. */
  readonly address: string
  readonly #child: ChildProcess
  readonly #ended: Promise<void>

  constructor(name: string, port: number, files: Readonly<Record<string, string>>, args: readonly string[]) {
    this.folder = mkdtempSync(join(tmpdir(), `${name}-`))
    cpSync(EXAMPLES, this.folder, { recursive: true })
    for (const [path, text] of Object.entries(files)) writeFileSync(join(this.folder, path), text)
    this.address = `127.0.0.1:${port}`
    const output = openSync(join(this.folder, 'output'), 'w')
    const listen = `--web.listen-address=${this.address}`
    this.#child = spawn(name, [listen, ...args], { cwd: this.folder, stdio: ['ignore', output, output] })
    closeSync(output)
    started.add(this.#child)
    this.#ended = new Promise(resolve => this.#child.on('close', () => resolve()))
  }

  /** Of its API, as JSON; undefined while it does not answer so. */
  async get(path: string): Promise<unknown> {
    const answer = await fetch(`http://${this.address}${path}`).catch(() => undefined)
    return answer?.ok ? await answer.json() : undefined
  }

  async whenReady(): Promise<void> {
    await waitFor(
      () => `${this.address} to be ready\n${readFileSync(join(this.folder, 'output'), 'utf8')}`,
      async () => (await fetch(`http://${this.address}/-/ready`).catch(() => undefined))?.ok === true,
    )
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
    started.delete(this.#child)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export class Prometheus extends Program {
  /**
   * With the examples and these files, which take the place of examples or stand beside them. It scrapes each second, and a rule
   * of the examples waits for nothing before it fires.
   */
  static async start(files: Readonly<Record<string, string>>, alertmanager: string): Promise<Prometheus> {
    const config = readFileSync(join(EXAMPLES, 'prometheus.yml'), 'utf8')
      .replace(/_interval: \w+/g, '_interval: 1s')
      .replace('localhost:9093', alertmanager)
      .replace('db1.example.com:9100', '127.0.0.1:9')
    const rules = readFileSync(join(EXAMPLES, 'memmon-alerts.yml'), 'utf8')
      .replace(/^ +for: .*\n/gm, '')
      .replace(' + 120', '')
    const all = { 'prometheus.yml': config, 'memmon-alerts.yml': rules, ...files }
    const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', '--log.level=warn']
    const prometheus = new Prometheus('prometheus', await freePort(), all, args)
    await prometheus.whenReady()
    return prometheus
  }

  /** Of these addresses alone, without rules and without a password. */
  static scraping(targets: readonly string[]): Promise<Prometheus> {
    const job = { job_name: 'memmon', scrape_interval: '1s', static_configs: [{ targets }] }
    // JSON is YAML.
    return Prometheus.start({ 'prometheus.yml': JSON.stringify({ scrape_configs: [job] }) }, '')
  }

  /** What a query gives now; throws if Prometheus refuses it. */
  async query(expression: string): Promise<Sample[]> {
    const answer = await fetch(`http://${this.address}/api/v1/query?query=${encodeURIComponent(expression)}`)
    const { status, error, data } = (await answer.json()) as {
      status: string
      error?: string
      data: { result: { metric: Record<string, string>; value: [number, string] }[] }
    }
    if (status !== 'success') throw new Error(`${expression}: ${error}`)
    return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }))
  }

  /** Waits until the query gives what is wanted. */
  async waitFor(expression: string, isWanted: (samples: readonly Sample[]) => boolean): Promise<Sample[]> {
    let last: Sample[] = []
    return await waitFor(
      () => `${expression}, which gives ${JSON.stringify(last)}`,
      async () => {
        last = await this.query(expression)
        return isWanted(last) && last
      },
    )
  }
}

export interface AlertStatus {
  readonly labels: Readonly<Record<string, string>>
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] }
}

export class Alertmanager extends Program {
  /** As in the example, but by the mail server of this port, and without waiting for what else comes. */
  static async start({
    mailPort,
    port,
  }: {
    readonly mailPort: number
    readonly port?: number
  }): Promise<Alertmanager> {
    const args = ['--config.file=alertmanager.yml', '--storage.path=data', '--cluster.listen-address=']
    const text = readFileSync(join(EXAMPLES, 'alertmanager.yml'), 'utf8')
      .replace("'mail.example.com:587'", `'127.0.0.1:${mailPort}'\n  smtp_require_tls: false`)
      .replace(/group_(wait|interval): \w+/g, 'group_$1: 1s')
    const files = { 'alertmanager.yml': text }
    const alertmanager = new Alertmanager('prometheus-alertmanager', port ?? (await freePort()), files, args)
    await alertmanager.whenReady()
    return alertmanager
  }

  /** As Prometheus posts them. */
  async post(alerts: readonly Readonly<Record<string, string>>[]): Promise<void> {
    const body = JSON.stringify(
      alerts.map(labels => ({ labels, annotations: { summary: labels.alertname } })),
    )
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(`http://${this.address}/api/v2/alerts`, { method: 'POST', headers, body })
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
  }

  async alerts(): Promise<AlertStatus[]> {
    return ((await this.get('/api/v2/alerts')) ?? []) as AlertStatus[]
  }
}
