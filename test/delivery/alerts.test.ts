// Alerts on their way: gathered, refreshed, tried again, kept on disk; the Alertmanagers are in the test's hands.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import type { PostedAlert } from '../../src/delivery/alert-board.ts'
import type { Alertmanager } from '../../src/delivery/alertmanager.ts'
import { Alerts } from '../../src/delivery/alerts.ts'
import { readAlerts, writeAlerts } from '../../src/delivery/alerts-file.ts'
import type { Delivery } from '../../src/delivery/channel.ts'
import type { Noticed, RestartOutcome } from '../../src/rules/outcome.ts'
import { processNamed, requestFor } from '../helpers/values.ts'
import { waitFor } from '../helpers/wait.ts'

const OK: Delivery = { ok: true, said: 'HTTP 200' }
const AWAY: Delivery = { ok: false, why: 'ECONNREFUSED', permanent: false }

let folder = ''
let log: string[] = []
let failures: string[] = []
let posts: (readonly PostedAlert[])[] = []
let answer: Delivery = OK
const made: Alerts[] = []
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  vi.setSystemTime(Date.UTC(2026, 10, 21, 12))
  folder = mkdtempSync(join(tmpdir(), 'memmon-alerts-'))
  log = []
  failures = []
  posts = []
  answer = OK
})
afterEach(async () => {
  vi.useRealTimers()
  for (const one of made.splice(0)) await one.keep()
  rmSync(folder, { recursive: true, force: true })
})

const target = (key = 'alertmanager 1'): Alertmanager => ({
  key,
  by: 'alertmanager alerts:9093',
  async post(alerts) {
    posts.push(alerts)
    return answer
  },
})

let targets: readonly Alertmanager[] = []
const TERMS = { alertmanagers: [] }

function start(given = [target()]): Alerts {
  targets = given
  const redactor = createRedactor([{ text: 'hunter22' }])
  const alerts = new Alerts(TERMS, {
    create: () => [...targets],
    ...{ redactor, nowMs: Date.now, random: () => 1, sleep: async () => {} },
    log: (level, text) => void log.push(`${level} ${text}`),
    context: () => ({ host: 'web1', name: undefined }),
    onFailure: key => void failures.push(key),
  })
  made.push(alerts)
  return alerts
}

const noticed = (what: Noticed['what'], name = 'web', rule = ['-a', '1MB']): RestartOutcome => ({
  ...{ kind: 'noticed', what, detail: '', occurredAt: Date.now() },
  request: requestFor(processNamed(`shop:${name}`), 2 ** 21, ...rule),
})
const names = (alerts: readonly PostedAlert[] = []) =>
  alerts.map(({ labels }) => `${labels.alertname} ${labels.name}`)
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('what one check brings about goes in one post, again each minute, and at its end', async () => {
  const alerts = start()
  alerts.tell(noticed('alerted'))
  alerts.tell(noticed('leaking', 'api'))
  await pass(100)
  expect(posts.map(names)).toEqual([['MemmonProcessOverLimit web', 'MemmonProcessLeaking api']])
  await pass(60_000)
  await pass(60_000)
  expect(posts).toHaveLength(3)
  alerts.tell(noticed('relieved'))
  await pass(100)
  expect(posts[3]?.map(({ endsAt }) => Date.parse(endsAt) <= Date.now())).toEqual([true, false])
  await pass(60_000)
  expect(posts.map(names).at(-1)).toEqual(['MemmonProcessLeaking api'])
  expect(log).toEqual([
    'INFO Alerts go to the alertmanager alerts:9093',
    'INFO Sent 2 alerts by alertmanager alerts:9093',
    'INFO Sent the end of 1 by alertmanager alerts:9093',
  ])
})

test('with nothing to say nothing is posted', async () => {
  const alerts = start()
  alerts.tell(noticed('relieved'))
  alerts.tell(noticed('held'))
  alerts.onTable([])
  await pass(600_000)
  expect(posts).toEqual([])
})

test('one that is away is tried again after growing waits, and then told what is so by then', async () => {
  answer = AWAY
  const alerts = start()
  alerts.tell(noticed('alerted'))
  await pass(100)
  alerts.tell(noticed('leaking', 'api'))
  await pass(29_000)
  expect(posts).toHaveLength(1)
  await pass(1_000)
  await pass(60_000)
  await pass(120_000)
  // Four minutes at most: an alert of which nothing is heard for five is over.
  await pass(240_000)
  await pass(240_000)
  expect(posts).toHaveLength(6)
  alerts.tell(noticed('relieved'))
  answer = OK
  await pass(240_000)
  expect(names(posts.at(-1))).toEqual(['MemmonProcessLeaking api'])
  expect(failures).toHaveLength(6)
  expect(log.filter(line => line.startsWith('ERRO'))).toHaveLength(2)
  expect(log[1]).toBe(
    'ERRO Failed to send 1 alert by alertmanager alerts:9093: ECONNREFUSED. Retrying in 30 s',
  )
  expect(log.at(-1)).toBe('INFO Sent 1 alert by alertmanager alerts:9093')
})

test('one whose post throws has not taken it: tried again, and memmon lives', async () => {
  const thrower: Alertmanager = { ...target(), post: () => Promise.reject(new Error('a defect')) }
  start([thrower]).tell(noticed('alerted'))
  await pass(100)
  expect(log.at(-1)).toBe(
    'ERRO Failed to send 1 alert by alertmanager alerts:9093: a defect. Retrying in 30 s',
  )
})

test('each Alertmanager by itself; one that is no longer set hears nothing more', async () => {
  const heard: string[] = []
  const noting = (key: string): Alertmanager => ({
    ...target(key),
    post: async () => {
      heard.push(key)
      return key === 'away' ? AWAY : OK
    },
  })
  const alerts = start([noting('away'), noting('here')])
  alerts.tell(noticed('alerted'))
  await pass(100)
  expect(heard.sort()).toEqual(['away', 'here'])
  targets = [noting('here')]
  alerts.use(TERMS)
  await pass(60_000)
  expect(heard.filter(key => key === 'away')).toHaveLength(1)
  expect(heard.filter(key => key === 'here')).toHaveLength(2)
})

test('a secret in a rule is in no annotation', async () => {
  start().tell(noticed('alerted', 'web', ['-p', 'hunter22=1MB', '-p', 'web=1MB']))
  await pass(100)
  expect(posts).toHaveLength(1)
  expect(JSON.stringify(posts)).not.toContain('hunter22')
})

test('what was not taken waits on disk for the next memmon, and what goes on is known to it', async () => {
  vi.useRealTimers()
  const own = { path: folder, isIntact: async () => true }
  answer = AWAY
  const first = start()
  await first.attach(own)
  first.tell(noticed('alerted'))
  await first.flush()
  await first.keep()
  expect(readdirSync(folder)).toEqual(['alerts.json'])
  expect(statSync(join(folder, 'alerts.json')).mode & 0o777).toBe(0o600)
  answer = OK
  posts = []
  const second = start()
  await second.attach(own)
  await waitFor('the post', () => posts.length === 1)
  expect(names(posts[0])).toEqual(['MemmonProcessOverLimit web'])
  second.tell(noticed('relieved'))
  await second.flush()
  await second.keep()
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['', '{'],
  ['another version', '{"version":2,"alerts":{"k":[]}}'],
  ['no object', '{"version":1,"alerts":7}'],
  ['no entries', '{"version":1,"alerts":{"k":{"a":1}}}'],
  ['odd entries', '{"version":1,"alerts":{"k":[null,7,{"isSent":true,"alert":{"labels":{"alertname":7}}}]}}'],
])('a file that holds %s is left out', async (_, text) => {
  writeFileSync(join(folder, 'alerts.json'), text, { mode: 0o600 })
  expect([...(await readAlerts(folder)).values()].flat()).toEqual([])
})

test('a file of another hand is not read, and a time that no calendar has is none', async () => {
  const alerts = start()
  await alerts.attach({ path: folder, isIntact: async () => true })
  alerts.tell(noticed('alerted'))
  await pass(100)
  await alerts.keep()
  const path = join(folder, 'alerts.json')
  const kept = await readAlerts(folder)
  expect([...kept.values()].flat()).toHaveLength(1)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(/"startsAtMs":\d+/, '"startsAtMs":9e15'))
  expect([...(await readAlerts(folder)).values()].flat()).toEqual([])
  await writeAlerts(folder, new Map())
  expect(readdirSync(folder)).toEqual([])
})
