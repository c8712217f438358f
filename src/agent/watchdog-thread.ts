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

export function runWatchdog({ paths, hello, beat, taken }: WatchdogData): void {
  let currentHello = hello
  /** Requests that the main thread has not answered, nor told any progress of. */
  const waiting = new Map<unknown, { readonly line: Line; readonly number: number }>()
  let lastNumber = 0
  const hungMs = (): number => Date.now() - (beat[0] ?? 0)
  const toMain = (message: FromThread): void => parentPort?.postMessage(message)
  const look = (): void => {
    if (hungMs() < HANGS_AFTER_MS) return
    const lastBegun = Atomics.exchange(taken, 0, lastNumber)
    for (const [id, { line, number }] of waiting) {
      // The main thread may yet do what it has begun, and ends in any case what is cancelled.
      if (number <= lastBegun ? !isOnlyAsking(line) : line.do === 'cancel') continue
      waiting.delete(id)
      if (number <= lastBegun) given.add(id)
      void answerFor(line, hungMs()).then(answer => link.send({ id, ...answer }))
    }
  }
  /** Begun by the main thread, and answered here: what it says of them later is not sent. */
  const given = new Set<unknown>()
  const link: Link = openLink({
    paths,
    hello: () => currentHello,
    onRequest: request => {
      waiting.set(request.id, { line: request, number: ++lastNumber })
      toMain({ request, number: lastNumber })
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

/** It can be answered here, and changes nothing, should the main thread do it, too. */
const isOnlyAsking = ({ do: verb, what }: Line): boolean =>
  verb === 'status' || (verb === 'dump' && what === 'threads')

/** What can be said without the main thread. */
async function answerFor(line: Line, hungMs: number): Promise<Line> {
  if (!isOnlyAsking(line))
    return { failed: true, error: `the main thread has not answered for ${Math.round(hungMs / 1000)} s` }
  const hung = { since_ms: Math.round(hungMs) }
  if (line.do === 'status')
    return { finished: true, data: { ...NOT_KNOWN, rss_bytes: process.memoryUsage.rss(), hung } }
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
