// The link to memmon held by a thread of its own, which answers while the main thread hangs. Opt-in: it takes 9 MB.
import { Worker } from 'node:worker_threads'
import type { Line } from './conversation.ts'
import { guarded } from './guarded.ts'
import { type Link, type LinkPorts, openLink } from './link.ts'

/** The main thread says that it runs. */
const BEAT_MS = 500

/** What the thread is given. */
export interface WatchdogData {
  readonly paths: readonly string[]
  readonly hello: Line
  /** When the main thread was last there, in milliseconds of its epoch, in one number. */
  readonly beat: Float64Array
  /** The last request that either has taken: the main thread to carry it out, or the watchdog to answer in its place. */
  readonly taken: Int32Array
}

export type ToThread = { readonly send: Line } | { readonly hello: Line }
/** Requests are numbered from 1. */
export type FromThread = { readonly request: Line; readonly number: number } | 'lost'

/** The same as openLink; if the thread ends, it goes on without one. */
export function openWatchedLink(ports: LinkPorts): Link {
  const beat = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
  beat[0] = Date.now()
  const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const data: WatchdogData = { paths: ports.paths, hello: ports.hello(), beat, taken }
  const worker = new Worker(import.meta.filename, {
    name: 'memmon',
    // Nothing that the program has preloaded runs there.
    execArgv: [],
    env: {},
    workerData: { memmonWatchdog: data },
  })
  const beating = setInterval(() => (beat[0] = Date.now()), BEAT_MS).unref()
  let fallback: Link | undefined
  let isEnded = false
  worker.on('message', (message: FromThread) => guarded(() => pass(message, ports, taken)))
  worker.on('error', () => {}) // 'exit' follows
  worker.on('exit', () => {
    clearInterval(beating)
    if (!isEnded) fallback = openLink(ports)
  })
  worker.unref()
  const post = (message: ToThread): void => guarded(() => worker.postMessage(message))
  return {
    send: line =>
      fallback ? fallback.send(line) : post('update' in line ? { hello: ports.hello() } : { send: line }),
    end: () => {
      isEnded = true
      void worker.terminate()
      fallback?.end()
    },
  }
}

function pass(message: FromThread, { onRequest, onLost }: LinkPorts, taken: Int32Array): void {
  if (message === 'lost') {
    onLost()
    return
  }
  const { request, number } = message
  const isTaken = Atomics.compareExchange(taken, 0, number - 1, number) !== number - 1
  // memmon was told that it is not done. What memmon no longer wants ends in any case.
  if (!isTaken || request.do === 'cancel') onRequest(request)
}
