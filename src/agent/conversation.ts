// One connection to memmon, from hello to its end (docs/agent.md). It throws nothing and keeps no process alive.
import { connect, type Socket } from 'node:net'
import { guarded } from './guarded.ts'
import { LONGEST_LINE_BYTES, lineCutter } from './lines.ts'
import { prove } from './proof.ts'

/** What listens there and says nothing is not memmon, or hangs. */
const WELCOME_WITHIN_MS = 10_000
/** Drops an answer that memmon does not read for so long: until then the process cannot exit by itself. */
const TAKEN_WITHIN_MS = 5_000

export type Line = Readonly<Record<string, unknown>>

/** No memmon listens there; or one did, and accepted or refused this process. */
export type End = 'absent' | 'closed' | 'refused'

export interface Listener {
  readonly hello: () => Line
  readonly onWelcome: () => void
  readonly onRequest: (request: Line) => void
  readonly onEnd: (end: End) => void
}

export interface Conversation {
  readonly send: (line: Line) => void
  readonly end: () => void
}

/** What has been said so far. */
interface Progress {
  isOpen: boolean
  isWelcome: boolean
  isRefused: boolean
  proof: { close: () => void } | undefined
}

export function converse(path: string, listener: Listener): Conversation {
  const progress: Progress = { isOpen: false, isWelcome: false, isRefused: false, proof: undefined }
  const socket = connect(path)
  socket.unref()
  socket.setEncoding('utf8')
  const greeting = setTimeout(() => socket.destroy(), WELCOME_WITHIN_MS).unref()
  const cut = lineCutter(text => {
    const line = parsed(text)
    if (line && progress.isWelcome) guarded(() => listener.onRequest(line))
    else if (line) guarded(() => greet(line, socket, progress, listener))
    if (progress.isWelcome) clearTimeout(greeting)
  })
  socket.on('connect', () => {
    progress.isOpen = true
    guarded(() => write(socket, { hello: 'worker', version: 1, ...listener.hello() }))
  })
  socket.on('data', (piece: string) => {
    if (!cut(piece)) socket.destroy()
  })
  socket.on('error', () => {}) // 'close' follows
  socket.on('close', () => {
    clearTimeout(greeting)
    progress.proof?.close()
    guarded(() => listener.onEnd(endOf(progress)))
  })
  return { send: line => guarded(() => write(socket, line)), end: () => socket.destroy() }
}

const endOf = ({ isOpen, isRefused }: Progress): End => (isRefused ? 'refused' : isOpen ? 'closed' : 'absent')

function greet(line: Line, socket: Socket, progress: Progress, { onWelcome }: Listener): void {
  progress.proof?.close()
  progress.proof = undefined
  if ('prove' in line) {
    progress.proof = prove(line.prove, () => guarded(() => write(socket, { proved: line.prove })))
  } else if ('refused' in line) {
    progress.isRefused = true
    socket.destroy()
  } else if ('welcome' in line) {
    progress.isWelcome = true
    onWelcome()
  }
}

function write(socket: Socket, line: Line): void {
  if (socket.destroyed) return
  const text = `${JSON.stringify(line)}\n`
  if (text.length > LONGEST_LINE_BYTES) return void socket.destroy()
  const timer = setTimeout(() => socket.destroy(), TAKEN_WITHIN_MS).unref()
  socket.write(text, () => clearTimeout(timer))
}

/** Undefined for what is not an object: it is ignored. */
function parsed(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Line) : undefined
  } catch {
    return undefined
  }
}
