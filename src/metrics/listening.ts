// A few short connections at a time, by TCP or a unix socket for memmon's user and the group of its folder.

import { stat } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import type { ListenAddress } from '../base/listen-address.ts'

/** Prometheus has one, a pair of them twice that, and people look by hand. */
const MOST_CONNECTIONS = 16
/** From the connection to the end of the answer. */
const CONNECTION_MS = 10_000
const SOCKET_MODE = 0o660

export interface Listening {
  /** Stops listening, and closes connections. */
  close(): void
}

/** Each goes to the HTTP server, which does not listen itself. Rejects if the address is unavailable. */
export async function listenOn(address: ListenAddress, http: Server): Promise<Listening> {
  const sockets = new Set<Socket>()
  const onConnection = (socket: Socket) => {
    sockets.add(socket)
    const timer = setTimeout(() => socket.destroy(), CONNECTION_MS).unref()
    socket.once('close', () => {
      clearTimeout(timer)
      sockets.delete(socket)
    })
    http.emit('connection', socket)
  }
  const close = await (address.kind === 'unix'
    ? listenOnSocket(address.path, onConnection)
    : listenOnPort(address, onConnection))
  return {
    close() {
      close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

type OnConnection = (socket: Socket) => void

function listenOnPort(
  { host, port }: { readonly host: string; readonly port: number },
  onConnection: OnConnection,
): Promise<() => void> {
  const server = createServer({ allowHalfOpen: true }, onConnection).unref()
  server.maxConnections = MOST_CONNECTIONS
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      // Later errors are connections that failed, as when no descriptor is left.
      server.on('error', () => {})
      resolve(() => server.close())
    })
  })
}

/** Loaded for the first one: it is in the room of agents. */
async function listenOnSocket(path: string, onConnection: OnConnection): Promise<() => void> {
  const { openSocket } = await import('../agents/open-socket.ts')
  const gid = await groupOf(dirname(path))
  const socket = await openSocket({
    ...{ path, mode: SOCKET_MODE, gid, folder: 'given', mostConnections: MOST_CONNECTIONS },
    ...{ onConnection, onDropped: () => {} },
  })
  return () => socket.close()
}

/** The folder's group, if we may give it to a file; undefined: our own. */
async function groupOf(folder: string): Promise<number | undefined> {
  const { gid } = await stat(folder)
  return process.geteuid?.() === 0 || process.getgroups?.().includes(gid) ? gid : undefined
}
