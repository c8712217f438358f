// The fleet of docs/fleet.md, small: two memmons under two supervisords, scraped by a real Prometheus with the rules of the
// examples, whose alerts a real Alertmanager mails; and every query of the dashboard, put to that Prometheus.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FAMILIES } from '../../src/metrics/families.ts'
import { ROOT, readDocument } from '../helpers/documents.ts'
import { freePort } from '../helpers/free-port.ts'
import { type MailServer, startMailServer } from '../helpers/mail-server.ts'
import { holdsThen } from '../helpers/programs.ts'
import { Alertmanager, EXAMPLES, Prometheus, type Sample } from '../helpers/prometheus.ts'
import { holder, Supervisord } from '../helpers/supervisord.ts'
import { waitFor } from '../helpers/wait.ts'

const dashboard = JSON.parse(readFileSync(join(ROOT, 'examples', 'grafana', 'memmon.json'), 'utf8'))
const PASSWORD = 'scrape-me-please'
/** FATAL after its only try. */
const DOWN = '[program:down]\ncommand=/bin/false\nstartretries=0\n'

let folder = ''
let first: Supervisord
let second: Supervisord
let mailServer: MailServer
let alertmanager: Alertmanager
let prometheus: Prometheus
let addresses: readonly string[] = []

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}

/** A supervisord whose memmon serves its metrics there. */
const fleetMember = (address: string, programs: string, args: string): Promise<Supervisord> =>
  Supervisord.start({
    programs,
    memmon: `${args} --metrics-listen ${address} --metrics-auth-file ${join(folder, 'auth')}`,
  })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memmon-fleet-'))
  file('auth', `prometheus:${PASSWORD}\n`)
  addresses = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const [a = '', b = ''] = addresses
  first = await fleetMember(a, holder('web', 60) + DOWN, '-a 40MB --action alert')
  second = await fleetMember(b, holdsThen('web', 60, 5), '-a 40MB')
  mailServer = await startMailServer()
  alertmanager = await Alertmanager.start({ mailPort: mailServer.port })
  const targets = JSON.stringify([{ targets: addresses, labels: { service: 'web' } }])
  const files = { 'memmon-targets/web.json': targets, 'memmon.password': PASSWORD }
  prometheus = await Prometheus.start(files, alertmanager.address)
})
afterAll(async () => {
  for (const one of [prometheus, alertmanager, first, second]) await one?.stop()
  await mailServer?.close()
  rmSync(folder, { recursive: true, force: true })
})

const valuesBy = (samples: readonly Sample[]) =>
  Object.fromEntries(samples.map(({ metric: { instance = '' }, value }) => [instance, value]))

test('both are scraped, with the password, and a restart is counted', async () => {
  const [a = '', b = ''] = addresses
  await prometheus.waitFor(
    'up{job="memmon"}',
    samples => samples.filter(({ value }) => value === 1).length === 2,
  )
  const counted = await prometheus.waitFor('memmon_restarts_total{reason="limit"}', samples =>
    samples.some(({ value }) => value > 0),
  )
  expect(valuesBy(counted)).toEqual({ [a]: 0, [b]: 1 })
  const [web] = await prometheus.query(`memmon_process_memory_bytes{instance="${a}", name="web"}`)
  expect(web?.metric).toMatchObject({ group: 'web', name: 'web', metric: 'rss', service: 'web' })
  expect(web?.value).toBeGreaterThan(60 * 1024 * 1024)
})

test('it costs as many series as docs/fleet.md reckons with, and the page reckons rightly', async () => {
  const page = readDocument('docs/fleet.md')
  /** The number at that place of the page. */
  const figure = (place: RegExp) => Number(place.exec(page)?.[1]?.replaceAll(',', ''))
  const own = figure(/up, memory and limit: (\d+) \+ 3 × 20/)
  const each = figure(/up, memory and limit: \d+ \+ (\d) × 20/)
  const added = figure(/\(\d+ \+ (\d)\) × 1,000: Prometheus adds five/)
  const isCounted = async (wanted: number, selector: string) => {
    const query = `count({job="memmon", instance="${addresses[1]}", ${selector}})`
    await prometheus.waitFor(query, ([all]) => all?.value === wanted)
  }
  await isCounted(own, '__name__=~"memmon_.*", name=""')
  await isCounted(each, '__name__=~"memmon_.*", name="web"')
  await isCounted(added, '__name__=~"up|scrape_.*"')

  const series = figure(/series of one memmon \| ([\d,]+) /)
  const fleet = figure(/series of the fleet \| ([\d,]+) /)
  expect(series).toBe(own + each * 20)
  expect(fleet).toBe((series + added) * 1000)
  expect(figure(/samples a second \| ([\d,]+) /)).toBe(Math.round(fleet / 30))
  expect(figure(/there are (\d+) series a\smemmon/)).toBe(own + each * 100 + added)
})

test('rules and dashboard name no metric that memmon does not export, and docs/fleet.md has each rule', () => {
  const rules = readFileSync(join(EXAMPLES, 'memmon-alerts.yml'), 'utf8')
  const exported = FAMILIES.map(({ name }) => name)
  const named = [...`${rules} ${JSON.stringify(dashboard)}`.matchAll(/\bmemmon_\w+/g)].map(([name]) => name)
  expect(named.length).toBeGreaterThan(30)
  expect(exported).toEqual(expect.arrayContaining(named))
  const rows = [...readDocument('docs/fleet.md').matchAll(/^\| `(Memmon\w+)` +\| (\w+)/gm)]
  const alerts = [...rules.matchAll(/- alert: (\w+)\n[\s\S]*? severity: (\w+)/g)]
  expect(alerts.length).toBeGreaterThan(10)
  expect(rows.map(([, ...row]) => row)).toEqual(alerts.map(([, ...row]) => row))
})

describe('the dashboard', () => {
  /** What Grafana puts in their place. */
  const chosen = (query: string) => query.replace(/\$(instance|group|name)\b/g, '.*')
  interface Panel {
    readonly title: string
    readonly type: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly targets?: readonly { readonly expr: string }[]
  }
  const panels: readonly Panel[] = dashboard.panels
  const queries = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  )

  /** Nothing leaks here, as they say themselves. */
  const EMPTY = ['Leaks, soonest at their limit first', 'Growth of leaks per hour']

  test.each(queries)('%s: %s', async (title, expression) => {
    const query = chosen(expression)
    expect(query).not.toContain('$')
    if (!EMPTY.includes(title)) await prometheus.waitFor(query, samples => samples.length > 0)
    else expect(await prometheus.query(query)).toEqual([])
  })

  test('and what is chosen from', async () => {
    for (const { name, query } of dashboard.templating.list.slice(1)) {
      const [, metric = '', label] = /^label_values\((.*), (\w+)\)$/.exec(query.query) ?? []
      expect(label).toBe(name)
      const wanted = name === 'instance' ? [...addresses].sort() : ['down', 'web']
      await prometheus.waitFor(`group by (${label}) (${chosen(metric)})`, all => {
        const names = all.map(({ metric }) => metric[name] ?? '').sort()
        return names.join() === wanted.join()
      })
    }
  })

  test('what is empty where nothing leaks says so, and no two panels lie upon each other', () => {
    for (const title of EMPTY)
      expect(panels.find(panel => panel.title === title)).toMatchObject({
        description: expect.stringMatching(/^Empty if nothing leaks/),
      })
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
  })
})

test('what is down, over its limit and away becomes an alert, and a mail to whoever has to look', async () => {
  const [a = '', b = ''] = addresses
  const firing = (alertname: string, instance: string) =>
    prometheus.waitFor(
      `ALERTS{alertname="${alertname}", instance="${instance}", alertstate="firing"}`,
      all => all.length > 0,
    )
  const [down] = await firing('MemmonProcessDown', a)
  expect(down?.metric).toMatchObject({ group: 'down', name: 'down', severity: 'critical', service: 'web' })
  await firing('MemmonProcessOverLimit', a)
  await second.ctl('stop', 'memmon')
  await firing('MemmonAway', b)
  const sent = (to: string, alertname: string, instance: string) =>
    waitFor(`a mail to ${to} about ${alertname}`, () =>
      mailServer.mails.some(
        ({ to: address, text }) => address === to && text.includes(alertname) && text.includes(instance),
      ),
    )
  await sent('on-call@example.com', 'MemmonProcessDown', a)
  await sent('on-call@example.com', 'MemmonAway', b)
  await sent('team@example.com', 'MemmonProcessOverLimit', a)
})

test('a memmon whose ticks have stopped is deaf, and well again when they come', async () => {
  const deaf = `ALERTS{alertname="MemmonDeaf", instance="${addresses[0]}", alertstate="firing"}`
  await prometheus.waitFor(deaf, all => all.length === 0)
  process.kill(first.pid, 'SIGSTOP')
  try {
    await prometheus.waitFor(deaf, all => all.length === 1)
  } finally {
    process.kill(first.pid, 'SIGCONT')
  }
  await prometheus.waitFor(deaf, all => all.length === 0)
})
