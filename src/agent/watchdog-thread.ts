// The thread that holds the link to memmon: it hands requests to the main thread, and answers them itself while that hangs.
import { parentPort } from 'node:worker_threads'
import type { Line } from './conversation.ts'
import { type Link, openLink } from './link.ts'
import { mainStack } from './main-stack.ts'
import { osThreads } from './os-threads.ts'
import type { FromThread, ToThread, WatchdogData } from './watched-link.ts'

/** A program may well calculate for a second. */
const HANGS_AFTER_MS = 2_000
const LOOK_EVERY_MS = 500

export function runWatchdog({ paths, hello, beat }: WatchdogData): void {
  let currentHello = hello
  /** Requests that the main thread has neither answered nor begun. */
  const waiting = new Map<unknown, Line>()
  const hungMs = (): number => Date.now() - (beat[0] ?? 0)
  const toMain = (message: FromThread): void => parentPort?.postMessage(message)
  const look = (): void => {
    if (hungMs() < HANGS_AFTER_MS) return
    for (const [id, line] of waiting) {
      waiting.delete(id)
      given.add(id)
      void answerFor(line, hungMs()).then(answer => link.send({ id, ...answer }))
    }
  }
  /** Answered here: what the main thread says of them later is not sent. */
  const given = new Set<unknown>()
  const link: Link = openLink({
    paths,
    hello: () => currentHello,
    onRequest: request => {
      waiting.set(request.id, request)
      toMain({ request })
      look()
    },
    onLost: () => {
      waiting.clear()
      given.clear()
      toMain('lost')
    },
  })
  setInterval(look, LOOK_EVERY_MS)
  parentPort?.on('message', (message: ToThread) => {
    if ('hello' in message) {
      currentHello = message.hello
      const { can, name } = message.hello
      return link.send({ update: { can, name } })
    }
    const { id } = message.send
    waiting.delete(id)
    if (!given.has(id)) link.send(message.send)
    else if (!('progress' in message.send)) given.delete(id)
  })
}

/** What can be said without the main thread. */
async function answerFor({ do: verb, what }: Line, hungMs: number): Promise<Line> {
  const hung = { since_ms: Math.round(hungMs) }
  if (verb === 'status')
    return { finished: true, data: { ...NOT_KNOWN, rss_bytes: process.memoryUsage.rss(), hung } }
  if (verb !== 'dump' || what !== 'threads')
    return { failed: true, error: `the main thread has not answered for ${Math.round(hungMs / 1000)} s` }
  const threads = osThreads()
  const main = { hung, stack: await mainStack() }
  return { finished: true, data: { main, workers: [], thread_count: threads.length, threads } }
}

const NOT_KNOWN = {
  heap_used_bytes: null,
  heap_total_bytes: null,
  heap_limit_bytes: null,
  external_bytes: null,
  array_buffers_bytes: null,
  event_loop_delay_ms: null,
  gc_share: null,
  uptime_ms: null,
  fields: {},
}
