// `memmon test-notify`: one marked message by every channel, and what each of them answered.
import { hostname } from 'node:os'
import { UsageError } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import { environmentSecrets } from '../base/secrets.ts'
import type { Settings } from '../config/settings.ts'
import { createAlertmanagers, testAlert } from '../delivery/alertmanager.ts'
import type { Delivery } from '../delivery/channel.ts'
import { createChannels } from '../delivery/channels.ts'
import { messageId } from '../messages/message.ts'
import { testMessage } from '../messages/own-message.ts'

const EXIT_FAILED = 1

/** Sends and prints; 0 if every channel took it, 1 if one did not. Throws a UsageError if there is none. */
export async function testNotify(settings: Settings): Promise<number> {
  const redactor = createRedactor(environmentSecrets(process.env))
  const channels = createChannels(settings, process.env, redactor)
  const alertmanagers = createAlertmanagers(settings, process.env, redactor)
  if (channels.length + alertmanagers.length === 0) {
    throw new UsageError(
      'no channel to test: set -m, as in -m bob@example.com, a webhook or an Alertmanager',
      { about: 'command line' },
    )
  }
  const now = Date.now()
  const message = testMessage({ host: hostname(), name: settings.name }, now)
  const id = messageId(now, process.pid, Math.random())
  const results = await Promise.all([
    ...channels.map(async channel => {
      const delivery = await channel.deliver({
        ...message,
        id,
        event: { ...message.event, id },
        createdAt: now,
      })
      return printed(`${channel.whatText(message.subject)} by ${channel.by}`, delivery)
    }),
    ...alertmanagers.map(async one =>
      printed(`alert MemmonTest by ${one.by}`, await one.post([testAlert(now)])),
    ),
  ])
  return results.every(Boolean) ? 0 : EXIT_FAILED
}

/** Whether it was delivered. */
function printed(what: string, delivery: Delivery): boolean {
  const text = delivery.ok
    ? `Sent ${what}${delivery.said ? `: ${delivery.said}` : ''}`
    : `Failed to send ${what}: ${delivery.why}`
  process.stdout.write(`${text}\n`)
  return delivery.ok
}
