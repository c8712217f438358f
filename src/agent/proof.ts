// Proves to memmon which process this is, where memmon cannot see it otherwise: only this one can have a socket of that
// name among its descriptors.
import { createServer, type Server } from 'node:net'

const NONCE = /^[0-9a-f]{64}$/

/** Listens on the abstract socket of that nonce until `close` is called. Undefined if it is not a nonce. */
export function prove(nonce: unknown, onProved: () => void): { close: () => void } | undefined {
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) return undefined
  const server: Server = createServer(socket => socket.destroy())
  server.on('error', () => {})
  // Exclusive: a worker of node:cluster would else ask its primary for the socket, who would then hold it, too.
  server.listen({ path: `\0memmon-${nonce}`, exclusive: true }, onProved)
  server.unref()
  return { close: () => server.close() }
}
