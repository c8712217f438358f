// memmon's side of an agent's socket, small: what a worker says, and requests to it.
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { waitFor } from './wait.ts'

type Line = Readonly<Record<string, unknown>>

/** One connection of a worker's. */
export class AgentPeer {
  readonly lines: Line[] = []
  isClosed = false
  /** Of its lines. */
  longestBytes = 0
  readonly #socket: Socket
  #lastId = 0

  constructor(socket: Socket, onLine: (peer: AgentPeer, line: Line) => void) {
    this.#socket = socket
    const reader = createInterface({ input: socket })
    reader.on('error', () => {}) // it hands on those of the socket
    reader.on('line', text => {
      this.longestBytes = Math.max(this.longestBytes, Buffer.byteLength(text))
      const line = JSON.parse(text)
      this.lines.push(line)
      onLine(this, line)
    })
    socket
      .on('error', () => {})
      .on('close', () => {
        this.isClosed = true
      })
  }

  get hello(): Line | undefined {
    return this.lines.find(line => 'hello' in line)
  }

  send(line: Line): void {
    this.#socket.write(`${JSON.stringify(line)}\n`)
  }

  sendRaw(text: string): void {
    this.#socket.write(text)
  }

  /** Sends it and returns its id. */
  ask(request: Line): number {
    this.send({ id: ++this.#lastId, ...request })
    return this.#lastId
  }

  /** The last line for that id. */
  answer(id: number): Promise<Line> {
    return waitFor(
      () => `an answer to request ${id}, there is ${JSON.stringify(this.lines.slice(-3))}`,
      () => this.lines.find(line => line.id === id && ('finished' in line || 'failed' in line)),
    )
  }

  async data<T = Record<string, never>>(request: Line): Promise<T> {
    const answer = await this.answer(this.ask(request))
    if (answer.data === undefined) throw new Error(String(answer.error))
    return answer.data as T
  }

  async error(request: Line): Promise<string> {
    return String((await this.answer(this.ask(request))).error)
  }

  end(): void {
    this.isClosed = true
    this.#socket.destroy()
  }
}

interface Manner {
  /** What is answered to a hello: a welcome, a demand for proof before it, a refusal, or nothing. */
  readonly greets?: 'welcome' | 'proof' | 'refuse' | 'silence'
}

export class AgentServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'memmon-agents-'))
  readonly path: string
  readonly peers: AgentPeer[] = []
  #server: Server | undefined
  #greets: NonNullable<Manner['greets']>

  constructor({ greets = 'welcome' }: Manner = {}, name = 'agent.sock') {
    this.path = join(this.folder, name)
    this.#greets = greets
  }

  async listen(greets = this.#greets): Promise<this> {
    this.#greets = greets
    const server = createServer(socket =>
      this.peers.push(new AgentPeer(socket, (...said) => this.#take(...said))),
    )
    this.#server = server
    await new Promise<void>(resolve => server.listen(this.path, resolve))
    return this
  }

  #take(peer: AgentPeer, line: Line): void {
    if ('hello' in line && this.#greets === 'welcome') peer.send({ welcome: 1 })
    if ('hello' in line && this.#greets === 'refuse')
      peer.send({ refused: 'not a child of this supervisord' })
    if ('hello' in line && this.#greets === 'proof') peer.send({ prove: NONCE })
    if ('proved' in line && socketOwners(NONCE).includes(Number(peer.hello?.pid))) peer.send({ welcome: 1 })
  }

  /** A connected worker with that pid, or any. */
  worker(pid?: number): Promise<AgentPeer> {
    return waitFor(`a worker ${pid ?? ''} at ${this.path}`, () =>
      this.peers.find(
        ({ hello, isClosed }) => hello && !isClosed && (pid === undefined || hello.pid === pid),
      ),
    )
  }

  /** As memmon does when it ends. */
  async stop(): Promise<void> {
    for (const peer of this.peers.splice(0)) peer.end()
    await new Promise(resolve => (this.#server ? this.#server.close(resolve) : resolve(undefined)))
  }

  async end(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const NONCE = '0123456789abcdef'.repeat(4)

/** The pids that hold the abstract socket of that nonce, as memmon finds them. Old libuv pads the name with zeros. */
export function socketOwners(nonce: string): number[] {
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n')
  const inodes = lines.flatMap(line => {
    const [, , , , , , inode, name = ''] = line.split(/\s+/)
    return name.replace(/@+$/, '') === `@memmon-${nonce}` ? [`socket:[${inode}]`] : []
  })
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return pids.filter(pid => descriptorsOf(pid).some(target => inodes.includes(target))).map(Number)
}

export function descriptorsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(fd => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`)
      } catch {
        return ''
      }
    })
  } catch {
    return []
  }
}
