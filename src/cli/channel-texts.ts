// Where messages go, for people, and whether the secrets for that can be read.
import { UsageError } from '../base/errors.ts'
import { channelText, createChannels } from '../delivery/channels.ts'
import type { ChannelText } from './check-json.ts'
import type { RuleSource } from './rule-sources.ts'

/** Of all memmons; what two of them share is named once. */
export function channelTexts(sources: readonly RuleSource[]): ChannelText[] {
  const all = sources.flatMap(textsOf)
  return all.filter(({ text }, at) => all.findIndex(other => other.text === text) === at)
}

function textsOf({ settings, environment }: RuleSource): ChannelText[] {
  try {
    return createChannels(settings, environment).map(channel => ({
      ok: true,
      text: channelText(channel, settings),
    }))
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    return [{ ok: false, text: `Messages cannot be sent: ${thrown.message}` }]
  }
}
