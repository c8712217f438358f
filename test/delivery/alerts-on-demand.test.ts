// The code of alerts while npm is replacing it: tried again at each check, and what comes meanwhile is kept, within bounds.
import { expect, test } from 'vitest'
import { createRedactor } from '../../src/base/redact.ts'
import { Alerts } from '../../src/delivery/alerts.ts'
import { AlertsOnDemand } from '../../src/delivery/alerts-on-demand.ts'
import type { RestartOutcome } from '../../src/rules/outcome.ts'
import { processNamed, requestFor } from '../helpers/values.ts'
import { waitFor } from '../helpers/wait.ts'

const noticed = (name: string): RestartOutcome => ({
  ...{ kind: 'noticed', what: 'alerted', detail: '', occurredAt: 0 },
  request: requestFor(processNamed(`shop:${name}`), 2 ** 21, '-a', '1MB'),
})

test('it is away for some checks: said once, and of what comes meanwhile the newest 1,000 are sent', async () => {
  const log: string[] = []
  const posted: string[] = []
  let tries = 0
  let isAway = true
  const target = {
    key: 'alertmanager 1',
    by: 'alertmanager alerts:9093',
    post: async (alerts: readonly { labels: { name?: string } }[]) => {
      posted.push(...alerts.map(({ labels }) => labels.name ?? ''))
      return { ok: true, said: 'HTTP 200' } as const
    },
  }
  const ports = {
    ...{ redactor: createRedactor(), nowMs: () => 0, random: () => 1, sleep: async () => {} },
    ...{ create: () => [target], context: () => ({ host: 'web1', name: undefined }), onFailure: () => {} },
    log: (level: string, text: string) => void log.push(`${level} ${text}`),
  }
  const alerts = new AlertsOnDemand({ alertmanagers: ['http://alerts:9093'] }, ports, async () => {
    tries++
    if (isAway) throw new Error('Cannot find module x\nRequire stack:\n- y')
    return { Alerts }
  })
  await waitFor('the failure', () => log.length > 0)
  for (let count = 0; count < 1_003; count++) alerts.tell(noticed(`p${count}`))
  alerts.look()
  await waitFor('another try', () => tries === 2)
  await new Promise(setImmediate)
  isAway = false
  alerts.look()
  const loaded = await waitFor('the code', () => alerts.now)
  await loaded.flush()
  await loaded.keep()
  expect([posted.length, posted[0], posted.at(-1)]).toEqual([1_000, 'p3', 'p1002'])
  expect(log.slice(0, 3)).toEqual([
    'WARN Alerts cannot be sent: Cannot find module x. Retrying at each check',
    'INFO Alerts go to the alertmanager alerts:9093',
    'INFO Alerts can be sent again',
  ])
})
