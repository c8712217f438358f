// What each signal means to a listener; docs/restarts.md has the table. Signals without a meaning do nothing, since
// `supervisorctl signal NAME all` sends them to memmon as well.
import type { Log } from '../base/log.ts'

/** stopsignal= may name any of them; INT also comes from a terminal. */
const ENDING = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const
const WITHOUT_MEANING = ['SIGUSR1', 'SIGUSR2'] as const

export type EndingSignal = (typeof ENDING)[number]

export interface SignalPorts {
  readonly end: (signal: EndingSignal) => void
  readonly reload: () => void
  readonly log: Log
}

export function takeSignals({ end, reload, log }: SignalPorts): void {
  for (const signal of ENDING) process.on(signal, () => end(signal))
  process.on('SIGHUP', reload)
  process.on('SIGPIPE', () => {}) // a closed pipe must not leave programs unwatched
  for (const signal of WITHOUT_MEANING) {
    process.on(signal, () => log('INFO', `${signal}: nothing to do. SIGHUP reloads memmon.conf`))
  }
}
