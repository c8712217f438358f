// How a scripted supervisord answers a call otherwise than well.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How one call is answered otherwise than well. Unless it says so, the call takes effect all the same. */
export type Misbehaviour =
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'never' }
  /** The whole length is announced, then the connection breaks after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** The same, but the connection stays open. */
  | { readonly kind: 'stall'; readonly bytes: number }
  | { readonly kind: 'reset'; readonly effect: 'before' | 'after' }
  /** No effect. */
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  | { readonly kind: 'body'; readonly body: string | Buffer }
  | { readonly kind: 'chunked' }
  /** Chunks without end, for as long as they are taken. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'no declaration' }
  /** No effect. */
  | { readonly kind: 'fault'; readonly code: number; readonly text?: string }
  /** Answers well, then closes the connection without having said so. */
  | { readonly kind: 'close' }

/** Sends the body as the misbehaviour has it; the kinds that have no body are not for here. */
export function sendAnswer(
  body: Buffer,
  how: Misbehaviour | undefined,
  socket: Socket,
  response: ServerResponse,
): void {
  const headers = { 'Content-Type': 'text/xml', 'Content-Length': body.length }
  switch (how?.kind) {
    case 'never':
      return
    case 'reset':
      reset(socket)
      return
    case 'late':
      setTimeout(() => response.writeHead(200, headers).end(body), how.ms).unref()
      return
    case 'cut':
      response.writeHead(200, headers).write(body.subarray(0, how.bytes), () => socket.destroy())
      return
    case 'stall':
      response.writeHead(200, headers).write(body.subarray(0, how.bytes))
      return
    case 'endless':
      response.writeHead(200, { 'Content-Type': 'text/xml' })
      writeForEver(response)
      return
    case 'chunked':
      response.writeHead(200, { 'Content-Type': 'text/xml' })
      for (let at = 0; at < body.length; at += 100) response.write(body.subarray(at, at + 100))
      return void response.end()
    case 'close':
      return void response.writeHead(200, headers).end(body, () => socket.end())
    default:
      response.writeHead(200, headers).end(body)
  }
}

/** With an RST where there is one, so that the other side sees an error and no end. */
export function reset(socket: Socket): void {
  if (socket.remoteAddress) socket.resetAndDestroy()
  else socket.destroy()
}

function writeForEver(response: ServerResponse): void {
  if (response.destroyed) return
  response.write(Buffer.alloc(1 << 20, ' '), () => setImmediate(writeForEver, response))
}
