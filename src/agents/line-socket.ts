// One connection as lines: bounded in what it holds of either direction, and closed once.
import type { Socket } from 'node:net'
import { LineReader } from './line-reader.ts'
import { HELLO_BYTES } from './protocol.ts'

export interface LinePorts {
  readonly onLine: (line: string) => void
  /** Called once, whichever side closes it. */
  readonly onClose: () => void
}

export class LineSocket {
  /** How long a line may be by now. */
  mostLineBytes = HELLO_BYTES
  /** Who gets what comes; another one after the first line. */
  ports: LinePorts
  readonly #socket: Socket
  readonly #reader = new LineReader()

  constructor(socket: Socket, ports: LinePorts) {
    this.#socket = socket
    this.ports = ports
    socket.on('data', chunk => {
      const isShort = this.#reader.push(
        chunk,
        () => this.mostLineBytes,
        line => {
          // Lines that came in one piece with that which has ended it.
          if (!socket.destroyed) this.ports.onLine(line)
        },
      )
      if (!isShort) this.destroy()
    })
    socket.on('error', () => {}) // 'close' follows
    socket.on('end', () => this.destroy())
    socket.once('close', () => this.ports.onClose())
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  /** False if the other end does not read: more than `mostHeldBytes` wait for it. */
  send(said: object, mostHeldBytes: number): boolean {
    if (this.#socket.destroyed || this.#socket.writableLength > mostHeldBytes) return false
    this.#socket.write(`${JSON.stringify(said)}\n`)
    return true
  }

  /** Sends it as the last line. */
  end(said: object): void {
    this.#socket.end(`${JSON.stringify(said)}\n`, () => this.destroy())
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
