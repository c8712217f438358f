// Whoever connects: the first line says who it is, within a time and a size, and /proc whether that is true.
import type { Socket } from 'node:net'
import type { Kinship } from './kinship.ts'
import { LineSocket } from './line-socket.ts'
import { type Hello, parseHello, parseWorkerLine, type WorkerHello } from './protocol.ts'

/** From the connection to the first line, and from the question for a proof to the answer. */
const HELLO_WITHIN_MS = 5_000
const LINE_HELD_BYTES = 4 * 1024

export interface ReceptionPorts {
  readonly kinship: (hello: WorkerHello) => Kinship
  readonly newNonce: () => string | undefined
  readonly whyUnproved: (pid: number, nonce: string) => Promise<string | undefined>
  readonly onWorker: (socket: LineSocket, hello: WorkerHello, programPid: number) => void
  readonly onPerson: (socket: LineSocket) => void
  readonly onRefused: (reason: string) => void
}

/** Of the socket it came by. */
export interface Door {
  /** Other users can connect to it: a worker must prove its pid, and no command gets an answer. */
  readonly isOpenToOthers: boolean
}

export class Reception {
  readonly #ports: ReceptionPorts
  /** Those that have not said who they are, or not proved it. */
  readonly #waiting = new Set<LineSocket>()
  /** One proof is looked at after the other: each reads a list of the whole machine's sockets. */
  #proofs: Promise<void> = Promise.resolve()

  constructor(ports: ReceptionPorts) {
    this.#ports = ports
  }

  receive(socket: Socket, door: Door): void {
    const line = new LineSocket(socket, {
      onLine: text => this.#onHello(line, parseHello(text), door),
      onClose: () => this.#waiting.delete(line),
    })
    this.#waiting.add(line)
    const timer = setTimeout(() => this.#waiting.has(line) && line.destroy(), HELLO_WITHIN_MS)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  }

  close(): void {
    for (const line of this.#waiting) line.destroy()
  }

  #onHello(line: LineSocket, hello: Hello, door: Door): void {
    if (hello.kind === 'wrong') this.#refuse(line, hello.reason)
    else if (hello.kind === 'worker') this.#onWorker(line, hello, door)
    else if (door.isOpenToOthers)
      this.#refuse(line, 'commands of people use the socket that ends in -own.sock')
    else {
      this.#waiting.delete(line)
      line.send({ welcome: 1 }, LINE_HELD_BYTES)
      this.#ports.onPerson(line)
    }
  }

  #onWorker(line: LineSocket, hello: WorkerHello, { isOpenToOthers }: Door): void {
    const kinship = this.#ports.kinship(hello)
    if ('refusal' in kinship) this.#refuse(line, kinship.refusal)
    else if (isOpenToOthers) this.#askForProof(line, hello)
    else this.#admit(line, hello)
  }

  #askForProof(line: LineSocket, hello: WorkerHello): void {
    const nonce = this.#ports.newNonce()
    if (nonce === undefined) {
      this.#refuse(line, '/dev/urandom cannot be read now')
      return
    }
    const onLine = (text: string) => {
      const said = parseWorkerLine(text)
      // Whatever else it says meanwhile has not been asked.
      line.ports = { ...line.ports, onLine: () => line.destroy() }
      if (said.kind === 'proved' && said.nonce === nonce)
        this.#proofs = this.#proofs.then(() => this.#prove(line, hello, nonce))
      else this.#refuse(line, `pid ${hello.pid} did not answer with a proof`)
    }
    line.ports = { ...line.ports, onLine }
    line.send({ prove: nonce }, LINE_HELD_BYTES)
  }

  async #prove(line: LineSocket, hello: WorkerHello, nonce: string): Promise<void> {
    if (line.isClosed) return
    const reason = await this.#ports.whyUnproved(hello.pid, nonce)
    if (line.isClosed) return
    if (reason === undefined) this.#admit(line, hello)
    else this.#refuse(line, reason)
  }

  /** Looks again: a pid may have been given to another process during the proof. */
  #admit(line: LineSocket, hello: WorkerHello): void {
    const kinship = this.#ports.kinship(hello)
    if ('refusal' in kinship) {
      this.#refuse(line, kinship.refusal)
      return
    }
    this.#waiting.delete(line)
    line.send({ welcome: 1 }, LINE_HELD_BYTES)
    this.#ports.onWorker(line, hello, kinship.programPid)
  }

  #refuse(line: LineSocket, reason: string): void {
    this.#ports.onRefused(reason)
    line.ports = { ...line.ports, onLine: () => {} }
    line.end({ refused: reason })
  }
}
