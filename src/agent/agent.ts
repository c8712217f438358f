// memmon/agent: connects a Node program that supervisord runs to memmon, for the program's whole life (docs/agent.md).
// A program that ends at once pays for one timer only.
import { realpathSync } from 'node:fs'
import { guarded } from './guarded.ts'
import { isLauncher } from './launchers.ts'
import { socketPaths } from './places.ts'
import { shared } from './shared.ts'
import type { WatchdogData } from './watched-link.ts'

/** The program has set its name and its callbacks by then, and a command of a moment is over. */
const START_AFTER_MS = 100

/** In a worker thread Node disables this function; asking node:worker_threads would take 0.7 MB of RSS. */
const isWorkerThread = (process.chdir as { readonly disabled?: boolean }).disabled === true

guarded(() => {
  if (isWorkerThread) void runWatchdogHere().catch(() => {})
  else startOnce()
})

/** The program's own threads have no agent. */
async function runWatchdogHere(): Promise<void> {
  const { workerData } = await import('node:worker_threads')
  const watchdog: WatchdogData | undefined = workerData?.memmonWatchdog
  if (watchdog) (await import('./watchdog-thread.ts')).runWatchdog(watchdog)
}

function startOnce(): void {
  const own = shared()
  const paths = socketPaths(process.env)
  if (own.isStarted || paths.length === 0 || isLauncher(ownScript())) return
  own.isStarted = true
  setTimeout(() => {
    import('./worker.ts').then(({ startWorker }) => startWorker(paths)).catch(() => {})
  }, START_AFTER_MS).unref()
}

/** Empty without one. */
function ownScript(): string {
  try {
    return realpathSync(process.argv[1] ?? '')
  } catch {
    return ''
  }
}
