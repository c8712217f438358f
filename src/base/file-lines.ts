// The lines of a file or of stdin, gzipped or not, one after the other: of any file, no more than one line is in memory.
import { createReadStream } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

const NEWLINE = 10
const GZIP_MAGIC = [0x1f, 0x8b] as const

export interface FileLine {
  /** From 1. */
  readonly number: number
  /** undefined if it is longer than may be. */
  readonly text: string | undefined
}

export interface LinePorts {
  readonly mostBytes: number
  /** Told how much has been read of the file as it is, gzipped or not. */
  readonly onRead: (bytes: number) => void
}

/** `path`, or stdin for `-`. Throws what reading throws, and zlib's error if the file is gzipped and damaged. */
export async function* fileLines(path: string, { mostBytes, onRead }: LinePorts): AsyncGenerator<FileLine> {
  const source = path === '-' ? process.stdin : createReadStream(path)
  let number = 0
  let parts: Buffer[] = []
  let length = 0
  const take = (): FileLine => {
    const text = length > mostBytes ? undefined : Buffer.concat(parts).toString('utf8')
    parts = []
    length = 0
    return { number: ++number, text: number === 1 ? text?.replace(/^\ufeff/, '') : text }
  }
  const add = (part: Buffer) => {
    length += part.length
    if (length <= mostBytes) parts.push(part)
    else parts = []
  }
  for await (const chunk of unzipped(counted(source, onRead))) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, end))
      from = end + 1
      yield take()
    }
    if (from < chunk.length) add(chunk.subarray(from))
  }
  if (length > 0) yield take()
}

async function* counted(chunks: AsyncIterable<Buffer>, onRead: (bytes: number) => void) {
  for await (const chunk of chunks) {
    onRead(chunk.length)
    yield chunk
  }
}

/** Recognises gzip by its first two bytes: stdin has no file name to go by. */
async function* unzipped(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0)
  while (head.length < GZIP_MAGIC.length) {
    const next = await chunks.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const whole = following(head, chunks)
  if (!GZIP_MAGIC.every((byte, at) => head[at] === byte)) yield* whole
  else yield* pipeline(Readable.from(whole, { objectMode: false }), createGunzip(), () => {})
}

async function* following(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* rest
}
