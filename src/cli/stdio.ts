// stdin and stdout are supervisord's: from here on nothing but the listener writes to stdout.
import { fstatSync, writeSync } from 'node:fs'
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { UsageError } from '../base/errors.ts'

export interface Stdio {
  /** Writes to supervisord. */
  readonly write: (text: string) => void
  /** Delivers stdin until it ends or breaks; a chunk is valid until the callback returns. */
  readonly onInput: (onChunk: (chunk: Uint8Array) => void, onEnd: () => void) => void
}

const STDIN = 0
const STDOUT = 1
const INPUT_BYTES = 16 * 1024
/** A pipe that supervisord does not empty is full for good: after this many tries it counts as gone. */
const WRITE_TRIES = 100
const RETRY_MS = 10

/** Throws a UsageError if a shell in command= has replaced supervisord's pipes. */
export function refuseRedirected(): void {
  const where = ['stdin', 'stdout'].filter((_, fd) => !isPipe(fd)).join(' and ')
  if (where !== '')
    throw new UsageError(
      `memmon's ${where} must be connected to supervisord: remove the redirection (< or >) from command=`,
    )
}

/** Takes stdout away from everything else: what a library prints goes to stderr, since one stray byte there deafens a listener. */
export function claimStdio(): Stdio {
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write
  let ended = () => {}
  return {
    write(text) {
      if (!writeWhole(text)) ended()
    },
    onInput(onChunk, onEnd) {
      ended = onEnd
      const input = openInput(onChunk)
      for (const event of ['end', 'close', 'error']) input.on(event, onEnd)
    },
  }
}

/** A pipe, as supervisord gives one, is read into one buffer for ever; process.stdin would make one for each event. */
function openInput(onChunk: (chunk: Uint8Array) => void): NodeJS.EventEmitter {
  if (!isPipe(STDIN)) return process.stdin.on('data', onChunk)
  const buffer = Buffer.alloc(INPUT_BYTES)
  const callback = (length: number) => {
    onChunk(buffer.subarray(0, length))
    return true
  }
  // The constructor takes onread, too (Node's net.js); its types forget that.
  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    fd: STDIN,
    readable: true,
    writable: false,
    onread: { buffer, callback },
  }
  return new Socket(options)
}

/** A socket also counts. */
function isPipe(fd: number): boolean {
  const stat = fstatSync(fd)
  return stat.isFIFO() || stat.isSocket()
}

/** ASCII: each character is a byte. */
function writeWhole(text: string): boolean {
  for (let at = 0, tries = 0; at < text.length && tries < WRITE_TRIES; ) {
    try {
      at += writeSync(STDOUT, at === 0 ? text : text.slice(at))
      if (at === text.length) return true
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') return false // EPIPE: supervisord has gone
      tries++
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS)
    }
  }
  return false
}
