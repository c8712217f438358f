// A command's connection: it asks for the list of workers, or asks one of them for something, and gets the answer.
import { type Ask, isBulk } from './asks.ts'
import type { Desk } from './desk.ts'
import type { LineSocket } from './line-socket.ts'
import { type Answer, type ClientLine, failed, LINE_BYTES, parseClientLine } from './protocol.ts'
import type { Registry } from './registry.ts'
import type { Worker } from './worker.ts'

/** An answer may be as large as a worker's, and the one before it may still be under way. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024
const MOST_PENDING = 8
const STATUS_WITHIN_MS = 1_000

type Asking = Extract<ClientLine, { kind: 'agents' | 'ask' | 'listener' | 'act' }>

export interface PeoplePorts {
  readonly registry: Registry
  /** Runs what may take long, if no more than a few such are under way. */
  readonly askBulk: (work: () => Promise<Answer>) => Promise<Answer>
  readonly desk: Desk
  readonly onClose: () => void
}

/** How long a worker may take for it. */
function patienceMs(ask: Ask): number {
  if (ask.do === 'sample') return ask.duration_ms + (ask.classes ? 60_000 : 30_000)
  if (ask.do === 'dump') return ask.what === 'heap' ? 600_000 : 30_000
  return STATUS_WITHIN_MS
}

/** Answers its questions until it disconnects, and then cancels the open ones. */
export function servePerson(socket: LineSocket, { registry, askBulk, desk, onClose }: PeoplePorts): void {
  const pending = new Map<number, AbortController>()
  const send = (said: object) => {
    // What cannot be written again was nested as no agent's answer is.
    if (!attempt(() => socket.send(said, MOST_UNREAD_BYTES))) socket.destroy()
  }
  const answer = (id: number, { kind, ...rest }: Answer) => send({ id, [kind]: true, ...rest })

  const ask = async (id: number, pid: number, what: Ask, signal: AbortSignal): Promise<Answer> => {
    const worker = registry.of(pid)
    if (typeof worker === 'string') return failed(worker)
    const why = whyNot(worker, what)
    if (why !== undefined) return failed(why)
    const terms = {
      timeoutMs: patienceMs(what),
      signal,
      onProgress: ({ text, leftMs }: { text: string; leftMs: number | undefined }) =>
        send({ id, progress: { text, left_ms: leftMs } }),
    }
    const work = () => worker.ask(what, terms)
    return await (isBulk(what) ? askBulk(work) : work())
  }

  const answerOf = async (line: Asking, signal: AbortSignal): Promise<Answer> => {
    const { id } = line
    switch (line.kind) {
      case 'agents':
        return await agentsOf(registry, signal)
      case 'listener':
        return { kind: 'finished', data: { ...desk.listener(), agents: registry.count } }
      case 'act':
        return await desk.act(line.act, text => send({ id, progress: { text } }), signal)
      case 'ask':
        return await ask(id, line.process, line.ask, signal)
    }
  }

  const take = async (line: Asking) => {
    const { id } = line
    if (pending.size >= MOST_PENDING || pending.has(id)) {
      answer(id, failed(`${MOST_PENDING} requests, each with an "id" of its own, may wait`))
      return
    }
    const controller = new AbortController()
    pending.set(id, controller)
    const { signal } = controller
    const what = await answerOf(line, signal)
    pending.delete(id)
    answer(id, what)
  }

  socket.mostLineBytes = LINE_BYTES
  socket.ports = {
    onLine: text => {
      const line = parseClientLine(text)
      if (line.kind === 'cancel') pending.get(line.of)?.abort()
      else if (line.kind !== 'wrong') void take(line)
      else if (line.id !== undefined) answer(line.id, failed(line.reason))
      else socket.destroy()
    },
    onClose: () => {
      for (const controller of pending.values()) controller.abort()
      onClose()
    },
  }
}

function whyNot({ hello }: Worker, ask: Ask): string | undefined {
  const what = ask.do === 'dump' ? `dump ${ask.what}` : ask.do
  if (hello.can.includes(what)) return undefined
  return `the agent of pid ${hello.pid} (${hello.language} ${hello.runtime}) cannot do "${what}"`
}

/** All that are connected, with what each says of itself; null of one that does not answer. */
async function agentsOf({ all }: Registry, signal: AbortSignal): Promise<Answer> {
  const rows = await Promise.all(
    all.map(async worker => {
      const { hello, programPid, connectedAtMs } = worker
      const heardAtMs = worker.heardAtMs
      const status = await worker.ask({ do: 'status' }, { timeoutMs: STATUS_WITHIN_MS, signal })
      return {
        pid: hello.pid,
        program_pid: programPid,
        start_ticks: hello.startTicks,
        name: hello.name,
        language: hello.language,
        runtime: hello.runtime,
        can: hello.can,
        connected_at_ms: connectedAtMs,
        heard_at_ms: status.kind === 'finished' ? worker.heardAtMs : heardAtMs,
        status: status.kind === 'finished' ? status.data : null,
      }
    }),
  )
  return { kind: 'finished', data: { agents: rows } }
}

function attempt(work: () => boolean): boolean {
  try {
    return work()
  } catch {
    return false
  }
}
