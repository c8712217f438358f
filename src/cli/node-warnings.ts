// What Node has to say, such as of NODE_TLS_REJECT_UNAUTHORIZED: a line of the log like any other.
import type { Log } from '../base/log.ts'
import { trouble } from '../base/log-facts.ts'

/** Takes Node's warnings over, unless it is told to give none (NODE_NO_WARNINGS). */
export function takeWarnings(log: Log): void {
  if (process.listenerCount('warning') === 0) return
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => log('WARN', `Node says: ${name}: ${message}`, trouble('node')))
}
