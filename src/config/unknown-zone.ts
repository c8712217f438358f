// A TZ that Node does not know: growth_window then uses another time than the operator's clock.
import { timestamp } from '../base/text.ts'
import type { Settings } from './settings.ts'

/** POSIX accepts `:/etc/localtime` and `CET-1CEST`, Node only names: it uses UTC, or a named zone without its summer time. */
export function zoneTexts({ rules }: Pick<Settings, 'rules'>, tz: string | undefined): string[] {
  if (!tz || !rules.some(({ growth }) => growth?.window)) return []
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return isKnown(tz, timeZone) ? [] : [unknownZoneText(tz, new Date())]
}

/** `zone` is the one that Node uses. */
export function isKnown(tz: string, zone: string | undefined): boolean {
  if (zone === undefined || zone === 'Etc/Unknown') return false
  return zone !== 'UTC' || /^:?(Etc\/)?(UTC|UCT|GMT|Universal|Zulu|Greenwich)/i.test(tz)
}

export const unknownZoneText = (tz: string, now: Date): string =>
  `Node does not know the time zone TZ=${tz}, so for growth_window it is ${timestamp(now).slice(11, 16)} now: set TZ to a name, such as Europe/Berlin`
