// What memmon says of its settings at the start: one line a rule, in bytes and as written.
import type { Settings } from '../config/settings.ts'
import type { Rule } from '../core/rules.ts'
import { formatServerUrl, type ServerAddress } from '../core/server-url.ts'
import type { Log } from '../observe/log.ts'

/** A bare number below this was probably meant in another unit. */
const SUSPICIOUSLY_SMALL_BYTES = 1024 * 1024

export function logStart(settings: Settings, address: ServerAddress, source: string, log: Log): void {
  log('INFO', `memmon watches supervisord at ${formatServerUrl(address)}, by ${source}`)
  for (const rule of settings.rules) {
    log('INFO', ruleText(rule, settings.cumulative))
    if (/^\d+$/.test(rule.limitWritten) && rule.limitBytes < SUSPICIOUSLY_SMALL_BYTES) {
      log('WARN', `${rule.written} means ${rule.limitBytes} bytes: did you mean ${rule.limitWritten}MB?`)
    }
  }
  if (settings.mailTo.length > 0)
    log('INFO', `Mail goes to ${settings.mailTo.join(', ')} by ${settings.sendmailCommand}`)
}

function ruleText(rule: Rule, cumulative: boolean): string {
  const what = cumulative ? 'RSS with descendants' : 'RSS'
  return `${rule.written}: restarts ${whom(rule)} over ${rule.limitBytes} bytes (${rule.limitWritten}) of ${what}`
}

function whom({ scope, selector }: Rule): string {
  if (scope === 'any') return 'any process'
  if (scope === 'group') return `each process of the group ${selector.group}`
  return selector.group === undefined ? `${selector.name} in any group` : `${selector.group}:${selector.name}`
}
