// memmon/agent/api: what a program tells memmon about itself. Without an agent in the process the calls do nothing.
import { shared } from './shared.ts'

/**
 * Figures and texts of the program's own for `memmon agents`, in place of those that were set before; a function is asked
 * each time. At most 20 are shown.
 */
export function setStatus(
  fields: Readonly<Record<string, string | number>> | (() => Readonly<Record<string, string | number>>),
): void {
  shared().fields = fields
}

/** What `memmon agents` calls this process, beside its pid and supervisord's name for it. */
export function setName(name: string): void {
  const own = shared()
  own.name = String(name)
  own.onChange()
}

/**
 * Called when memmon asks the process to finish, at its soft limit: take no new work, and end when the present work is
 * done. memmon then sends no signal.
 */
export function onDrain(callback: () => unknown): void {
  const own = shared()
  own.drain = callback
  own.onChange()
}

/** A thread that answers memmon while the main thread hangs, as MEMMON_WATCHDOG=1 starts it. It takes 9 MB. */
export function startWatchdog(): void {
  const own = shared()
  own.wantsWatchdog = true
  own.onChange()
}
