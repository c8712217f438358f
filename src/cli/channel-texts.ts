// Where messages go, for people, and whether the secrets for that can be read.
import { UsageError } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import { SecretDenied } from '../config/secret-file.ts'
import { alertmanagerText, createAlertmanagers } from '../delivery/alertmanager.ts'
import { channelText, createChannels } from '../delivery/channels.ts'
import type { RuleSource } from './rule-sources.ts'

/** A channel, or why there is none. */
export interface ChannelText {
  readonly ok: boolean
  readonly text: string
}

/** Of all memmons; what two of them share is named once. */
export function channelTexts(sources: readonly RuleSource[]): ChannelText[] {
  const all = sources.flatMap(textsOf)
  return all.filter(({ text }, at) => all.findIndex(other => other.text === text) === at)
}

function textsOf({ settings, environment, section }: RuleSource): ChannelText[] {
  try {
    const texts = [
      ...createChannels(settings, environment).map(channel => channelText(channel, settings)),
      ...createAlertmanagers(settings, environment, createRedactor()).map(alertmanagerText),
    ]
    return texts.map(text => ({ ok: true, text }))
  } catch (thrown) {
    // What was given here is wrong here; another memmon may be a user who can read its secrets.
    if (!(thrown instanceof UsageError) || (!section && !(thrown instanceof SecretDenied))) throw thrown
    return [{ ok: false, text: `Messages cannot be sent: ${thrown.message}` }]
  }
}
