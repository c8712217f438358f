// `memmon analyse --json`, as documented in docs/history.md. Pure.
import type { RaisedAlarm } from '../trend/replay.ts'
import type { Analysis } from './analyse-text.ts'

/** One series: what is not known is left out. */
export const analysisJson = ({ id, verdict, alarms }: Analysis) => ({
  id,
  verdict: verdict.kind,
  alarms: alarms.map(alarmJson),
  slope_bytes_per_h: verdict.kind === 'leak' ? Math.round(verdict.slopeBytesPerHour) : undefined,
})

const alarmJson = ({ t, untilT, secondsToLimit }: RaisedAlarm) => ({
  t,
  until: untilT,
  ttl_s: secondsToLimit === undefined ? undefined : Math.round(secondsToLimit),
})
