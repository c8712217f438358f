// `memmon test-notify`: one marked message by every channel, and what each of them answered.
import { hostname } from 'node:os'
import { UsageError } from '../base/errors.ts'
import type { Settings } from '../config/settings.ts'
import { createChannels } from '../delivery/channels.ts'
import { messageId } from '../messages/message.ts'
import { testMessage } from '../messages/own-message.ts'

const EXIT_FAILED = 1

/** Sends and prints; 0 if every channel took it, 1 if one did not. Throws a UsageError if there is none. */
export async function testNotify(settings: Settings): Promise<number> {
  const channels = createChannels(settings, process.env)
  if (channels.length === 0) {
    throw new UsageError('no channel to test: set -m, as in -m bob@example.com, or a webhook')
  }
  const now = Date.now()
  const message = testMessage({ host: hostname(), name: settings.name }, now)
  const id = messageId(now, process.pid, Math.random())
  const results = await Promise.all(
    channels.map(async channel => {
      const delivery = await channel.deliver({
        ...message,
        id,
        event: { ...message.event, id },
        createdAt: now,
      })
      const what = `${channel.whatText(message.subject)} by ${channel.by}`
      if (!delivery.ok) {
        process.stdout.write(`Failed to send ${what}: ${delivery.why}\n`)
        return false
      }
      process.stdout.write(`Sent ${what}${delivery.said ? `: ${delivery.said}` : ''}\n`)
      return true
    }),
  )
  return results.every(Boolean) ? 0 : EXIT_FAILED
}
