// The process that one monitor runs in, in a process group and with memory of its own. Nothing that it does reaches
// memmon but lines of bounded length: what it prints, and what it answers over descriptor 3.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { environmentOfChild, signalGroup } from '../base/pipe-command.ts'
import { boundedLines } from './bounded-lines.ts'
import { type Reply, type Request, replyIn } from './messages.ts'

/** Of dist/, where scripts/bundle.mjs names the file; else it is the module beside this one, built. */
declare const MONITOR_HOST: string | undefined
export const HOST_PATH = join(
  import.meta.dirname,
  typeof MONITOR_HOST === 'undefined' ? 'host.js' : MONITOR_HOST,
)

const HEAP_MB = 64
const MOST_RSS_BYTES = 256 * 1024 * 1024
const MOST_ANSWER_BYTES = 256 * 1024
const MOST_PRINTED_BYTES = 500
/** Between two questions: what is printed beyond is dropped, and that is said. */
const MOST_PRINTED_LINES = 20
/** A monitor that prints so much would keep memmon busy: memmon ends it. */
const MOST_PRINTED_MB = 4
/** What it has started may keep its output open. */
const OUTPUT_GRACE_MS = 200
const CHANNEL = 3

export interface MonitorProcessPorts {
  readonly path: string
  readonly hostPath: string
  readonly onReply: (reply: Reply) => void
  readonly onPrinted: (line: string) => void
  /** It has ended by itself; not called after `end`. */
  readonly onEnd: (why: string) => void
}

export interface MonitorProcess {
  ask(request: Request): void
  /** Kills it and all that it has started. */
  end(): void
}

/** Never throws: a process that cannot be started is one that has ended. */
export function startMonitorProcess(ports: MonitorProcessPorts): MonitorProcess {
  let isOver = false
  let child: ChildProcess | undefined
  const end = () => {
    isOver = true
    if (child?.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
  }
  const over = (why: string) => {
    if (isOver) return
    end()
    ports.onEnd(why)
  }
  const printed = printedLines(ports.onPrinted, () =>
    over(`it printed more than ${MOST_PRINTED_MB}MB before its next answer`),
  )
  try {
    child = spawnHost(ports)
  } catch (thrown) {
    setImmediate(() => over(`it could not be run: ${(thrown as Error).message}`))
    return { ask: () => {}, end }
  }
  child.on('error', thrown => over(`it could not be run: ${thrown.message}`))
  onEnded(child, (code, signal) => over(endText(code, signal, printed.last())))
  for (const stream of child.stdio) stream?.on('error', () => {})
  for (const output of [child.stdout, child.stderr]) printed.of(output)
  const channel = child.stdio[CHANNEL] as Duplex | null | undefined
  const onReply = (line: string) => {
    if (!isOver) ports.onReply(replyIn(line))
  }
  const kilobytes = MOST_ANSWER_BYTES / 1024
  channel?.on(
    'data',
    boundedLines(MOST_ANSWER_BYTES, onReply, () => over(`it answered more than ${kilobytes}KB`)),
  )
  return {
    ask(request) {
      printed.goOn()
      channel?.write(`${JSON.stringify(request)}\n`)
    },
    end,
  }
}

/** stdin says nothing: it ends when memmon does. */
const spawnHost = ({ path, hostPath }: MonitorProcessPorts): ChildProcess =>
  spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, hostPath, path, String(MOST_RSS_BYTES)], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env: environmentOfChild(),
  })

/** Its end, once all that it has printed is here. */
function onEnded(
  child: ChildProcess,
  ended: (code: number | null, signal: NodeJS.Signals | null) => void,
): void {
  child.on('exit', (code, signal) => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
    const grace = setTimeout(() => ended(code, signal), OUTPUT_GRACE_MS)
    child.on('close', () => {
      clearTimeout(grace)
      ended(code, signal)
    })
  })
}

function endText(code: number | null, signal: NodeJS.Signals | null, last: string): string {
  if (signal === 'SIGABRT' && /heap out of memory/.test(last))
    return `its objects used more than ${HEAP_MB}MB`
  const how = code === null ? `it was ended by ${signal}` : `it has ended with exit code ${code}`
  return last === '' ? how : `${how}; it said last: ${last}`
}

/** What it prints, line by line and not too much of it. */
function printedLines(onPrinted: (line: string) => void, onTooMuch: () => void) {
  let count = 0
  let bytes = 0
  let last = ''
  const take = (line: string) => {
    if (line.trim() === '') return
    // V8's last words stand above a trace.
    if (!/heap out of memory/.test(last)) last = line
    count++
    if (count <= MOST_PRINTED_LINES) onPrinted(line)
    if (count === MOST_PRINTED_LINES) onPrinted('... (what it prints before its next answer is dropped)')
  }
  return {
    of(output: Readable | null) {
      const lines = boundedLines(MOST_PRINTED_BYTES, take, beginning => take(`${beginning}...`))
      output?.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MOST_PRINTED_MB * 1024 * 1024) onTooMuch()
        else lines(chunk)
      })
    },
    last: () => last,
    goOn() {
      count = 0
      bytes = 0
    },
  }
}
