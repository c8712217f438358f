// stdin and stdout are supervisord's: from here on nothing but the listener writes to stdout.
import { writeSync } from 'node:fs'

export interface Stdio {
  /** Writes to supervisord. */
  readonly write: (text: string) => void
  /** Delivers stdin until it ends or breaks. */
  readonly onInput: (onChunk: (chunk: Uint8Array) => void, onEnd: () => void) => void
}

const STDOUT = 1
/** A pipe that supervisord does not empty is full for good: after this many tries it counts as gone. */
const WRITE_TRIES = 100
const RETRY_MS = 10

/** Takes stdout away from everything else: what a library prints goes to stderr, since one stray byte there deafens a listener. */
export function claimStdio(): Stdio {
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write
  let ended = () => {}
  return {
    write(text) {
      if (!writeWhole(Buffer.from(text))) ended()
    },
    onInput(onChunk, onEnd) {
      ended = onEnd
      process.stdin.on('data', onChunk)
      process.stdin.on('end', onEnd)
      process.stdin.on('close', onEnd)
      process.stdin.on('error', onEnd)
    },
  }
}

function writeWhole(bytes: Buffer): boolean {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  for (let at = 0, tries = 0; at < bytes.length && tries < WRITE_TRIES; ) {
    try {
      at += writeSync(STDOUT, bytes, at)
      if (at === bytes.length) return true
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') return false // EPIPE: supervisord has gone
      tries++
      Atomics.wait(sleeper, 0, 0, RETRY_MS)
    }
  }
  return false
}
