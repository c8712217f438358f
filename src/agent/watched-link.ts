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
}

export type ToThread = { readonly send: Line } | { readonly hello: Line }
export type FromThread = { readonly request: Line } | 'lost'

/** The same as openLink; if the thread ends, it goes on without one. */
export function openWatchedLink(ports: LinkPorts): Link {
  const beat = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
  beat[0] = Date.now()
  const data: WatchdogData = { paths: ports.paths, hello: ports.hello(), beat }
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
  worker.on('message', (message: FromThread) => guarded(() => pass(message, ports)))
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

function pass(message: FromThread, { onRequest, onLost }: LinkPorts): void {
  if (message === 'lost') onLost()
  else onRequest(message.request)
}
