// The rules and the routes of examples/prometheus: promtool's unit tests of each rule, amtool's of each route, and a real
// Alertmanager that makes one mail of what happens on two hundred hosts.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ROOT } from '../helpers/documents.ts'
import { startMailServer } from '../helpers/mail-server.ts'
import { Alertmanager, EXAMPLES } from '../helpers/prometheus.ts'
import { waitFor } from '../helpers/wait.ts'

const RULES = join(EXAMPLES, 'memmon-alerts.yml')
const UNIT_TESTS = join(ROOT, 'test', 'fixtures', 'memmon-alerts.test.yml')

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  expect(status, stdout + stderr).toBe(0)
  return stdout + stderr
}

describe('the alert rules', () => {
  const text = readFileSync(RULES, 'utf8')
  const names = [...text.matchAll(/^ {6}- alert: (\w+)$/gm)].map(([, name = '']) => name)

  test('fire when they should, and not before: promtool test rules', () => {
    expect(run('promtool', 'test', 'rules', UNIT_TESTS)).toContain('SUCCESS')
  })

  test('and each is tested, also where it does not fire', () => {
    const tests = readFileSync(UNIT_TESTS, 'utf8')
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      expect(tests).toContain(`alertname: ${name}\n        exp_alerts:`)
      expect(tests).toContain(`alertname: ${name}, exp_alerts: [] }`)
    }
  })

  test('Prometheus takes its configuration, with them in it', () => {
    expect(run('promtool', 'check', 'config', join(EXAMPLES, 'prometheus.yml'))).not.toContain('WARNING')
  })
})

describe('the routes of Alertmanager', () => {
  test.each([
    ['team', 'alertname=MemmonProcessOverLimit', 'severity=warning'],
    ['team', 'alertname=MemmonProcessLeaking', 'severity=info'],
    ['on-call', 'alertname=MemmonAway', 'severity=critical'],
  ])('%s hears of %s, %s', (receiver, ...labels) => {
    const file = join(EXAMPLES, 'alertmanager.yml')
    run('amtool', 'check-config', file)
    expect(run('amtool', 'config', 'routes', 'test', `--config.file=${file}`, ...labels)).toContain(receiver)
  })
})

describe('a real Alertmanager', () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  async function start() {
    const { port, mails, close } = await startMailServer()
    closing.push(close)
    const alertmanager = await Alertmanager.start({ mailPort: port })
    closing.unshift(() => alertmanager.stop())
    return { alertmanager, mails }
  }
  const web = { group: 'shop', name: 'web' }
  const hosts = Array.from({ length: 200 }, (_, number) => `web${number}.example.com:9477`)

  test('what happens to one program on two hundred hosts is one mail that names them all', async () => {
    const { alertmanager, mails } = await start()
    const leak = { ...web, alertname: 'MemmonLeakReachesLimit', severity: 'warning' }
    await alertmanager.post(hosts.map(instance => ({ ...leak, instance })))
    await waitFor('its mail', () => mails.length > 0)
    // What comes after it is a mail of its own: the first one has waited for all of its group.
    const down = { ...web, alertname: 'MemmonProcessDown', severity: 'critical', instance: hosts[0] ?? '' }
    await alertmanager.post([down])
    await waitFor('the other mail', () => mails.length > 1)
    expect(mails.map(({ to }) => to)).toEqual(['team@example.com', 'on-call@example.com'])
    expect(mails[0]?.text).toContain('[FIRING:200]')
    for (const host of hosts) expect(mails[0]?.text).toContain(host)
  })

  test('a memmon that is away silences what it last knew, and no other', async () => {
    const { alertmanager } = await start()
    const [a = '', b = ''] = hosts
    await alertmanager.post([
      { alertname: 'MemmonAway', severity: 'critical', instance: a },
      { alertname: 'MemmonDeaf', severity: 'critical', instance: a },
      ...[a, b].map(instance => ({
        ...web,
        alertname: 'MemmonProcessOverLimit',
        severity: 'warning',
        instance,
      })),
      { ...web, alertname: 'MemmonLeakReachesLimit', severity: 'warning', instance: b },
      ...['web', 'api'].map(name => ({
        group: 'shop',
        name,
        alertname: 'MemmonProcessLeaking',
        severity: 'info',
        instance: b,
      })),
    ])
    const states = await waitFor('all to be judged', async () => {
      const alerts = await alertmanager.alerts()
      const count = (state: string) => alerts.filter(({ status }) => status.state === state).length
      // An alert is active until the one that silences it has been processed, too.
      return count('unprocessed') === 0 && count('active') <= 4 && alerts.length === 7 && alerts
    })
    const shown = states.map(({ labels: { alertname, instance, name = '' }, status }) =>
      [alertname, instance === a ? 'a' : 'b', name, status.state].join(' '),
    )
    expect(shown.sort()).toEqual([
      'MemmonAway a  active',
      'MemmonDeaf a  suppressed',
      'MemmonLeakReachesLimit b web active',
      'MemmonProcessLeaking b api active',
      'MemmonProcessLeaking b web suppressed',
      'MemmonProcessOverLimit a web suppressed',
      'MemmonProcessOverLimit b web active',
    ])
  })
})
