// memmon/agent: connects a Node program that supervisord runs to memmon, for the program's whole life (docs/agent.md).
// What a program that ends at once pays for is one timer.
import { isMainThread, workerData } from 'node:worker_threads'
import { guarded } from './guarded.ts'
import { socketPaths } from './places.ts'
import { shared } from './shared.ts'
import type { WatchdogData } from './watched-link.ts'

/** The program has set its name and its callbacks by then, and a command of a moment is over. */
const START_AFTER_MS = 100

guarded(() => {
  const watchdog: WatchdogData | undefined = isMainThread ? undefined : workerData?.memmonWatchdog
  if (watchdog) void import('./watchdog-thread.ts').then(({ runWatchdog }) => runWatchdog(watchdog))
  else if (isMainThread) startOnce()
})

function startOnce(): void {
  const own = shared()
  const paths = socketPaths(process.env)
  if (own.isStarted || paths.length === 0) return
  own.isStarted = true
  setTimeout(() => {
    import('./worker.ts').then(({ startWorker }) => startWorker(paths)).catch(() => {})
  }, START_AFTER_MS).unref()
}
