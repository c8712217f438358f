// Node's warnings, such as about NODE_TLS_REJECT_UNAUTHORIZED: lines of the log like any other.
import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'

/** Takes over Node's warnings, unless they are turned off (NODE_NO_WARNINGS). */
export function takeWarnings(log: Log): void {
  if (process.listenerCount('warning') === 0) return
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => log('WARN', `Node says: ${name}: ${message}`, trouble('node')))
}
