// What runs in a monitor's own process: loads the module, and speaks for it over descriptor 3, one JSON object a line.
// A worker thread ends the process when memmon has ended, whatever the module is busy with, and before it takes the
// machine's memory.
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { isMainThread, Worker } from 'node:worker_threads'
import type { Monitor } from '../rules/monitor-types.ts'
import type { Request } from './messages.ts'

const STDIN = 0
const STDERR = 2
const CHANNEL = 3
const MEMORY_LOOK_MS = 250
const MOST_TEXT = 500

if (isMainThread) void speak(process.argv[2] ?? '')
else guard(Number(process.argv[3]))

/** stdin is open for as long as memmon lives. */
function guard(mostBytes: number): void {
  const end = () => process.kill(-process.pid, 'SIGKILL')
  const lifeline = new Socket({ fd: STDIN })
  for (const event of ['end', 'close', 'error']) lifeline.on(event, end)
  lifeline.resume()
  setInterval(() => {
    if (process.memoryUsage.rss() <= mostBytes) return
    writeSync(STDERR, `\nit uses more than ${mostBytes / 1024 / 1024}MB of memory\n`)
    end()
  }, MEMORY_LOOK_MS)
}

async function speak(path: string): Promise<void> {
  const worker = new Worker(import.meta.filename, { argv: process.argv.slice(2) })
  await once(worker, 'online')
  worker.unref()
  process.on('uncaughtException', thrown => fail(thrown))
  const channel = new Socket({ fd: CHANNEL })
  const say = (text: string) => void channel.write(`${text}\n`)
  try {
    const monitor = monitorIn(await import(pathToFileURL(path).href))
    say(JSON.stringify({ kind: 'ready', name: monitor.name, needs: monitor.needs }))
    createInterface({ input: channel }).on('line', line => void answer(monitor, line).then(say))
  } catch (thrown) {
    fail(thrown)
  }
}

/** Its last words. */
function fail(thrown: unknown): never {
  writeSync(CHANNEL, `${JSON.stringify({ kind: 'failed', text: textOf(thrown) })}\n`)
  process.exit(1)
}

function monitorIn(module: { readonly default?: unknown }): Monitor {
  const found = [module, module.default].find(
    (one): one is Monitor => typeof (one as Partial<Monitor> | undefined)?.evaluate === 'function',
  )
  if (!found) throw new Error('it exports no function "evaluate"')
  return found
}

async function answer(monitor: Monitor, line: string): Promise<string> {
  const { samples, context } = JSON.parse(line) as Request
  try {
    return JSON.stringify({ kind: 'answer', verdicts: await monitor.evaluate(samples, context) })
  } catch (thrown) {
    return JSON.stringify({ kind: 'failed', text: textOf(thrown) })
  }
}

/** What was thrown, and where in the module. */
function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `it threw ${String(thrown)}`.slice(0, MOST_TEXT)
  const frames = (thrown.stack ?? '').split('\n').filter(line => /^ +at /.test(line))
  const own = frames.find(frame => !frame.includes('node:') && !frame.includes(import.meta.filename))
  return `${thrown.name}: ${thrown.message}${own === undefined ? '' : `, ${own.trim()}`}`.slice(0, MOST_TEXT)
}
