// memmon/agent: connects a Node program that supervisord runs to memmon, for the program's whole life (docs/agent.md).
// What a program that ends at once pays for is one timer.
import { isMainThread } from 'node:worker_threads'
import { guarded } from './guarded.ts'
import { socketPaths } from './places.ts'
import { shared } from './shared.ts'

/** The program has set its name and its callbacks by then, and a command of a moment is over. */
const START_AFTER_MS = 100

guarded(() => {
  const own = shared()
  const paths = socketPaths(process.env)
  if (!isMainThread || own.isStarted || paths.length === 0) return
  own.isStarted = true
  setTimeout(() => {
    import('./worker.ts').then(
      ({ startWorker }) => guarded(() => startWorker(paths)),
      () => {},
    )
  }, START_AFTER_MS).unref()
})
