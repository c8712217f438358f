// The agents of workers, as a listener with a socket for them has them: keeps it in place, and knows who is connected.
// Nothing that happens here ends memmon, and a check does nothing here.
import { faultText } from '../base/file-fault.ts'
import type { Log } from '../base/log.ts'
import { trouble, troubleOver } from '../base/log-facts.ts'
import { type Ask, isBulk } from './asks.ts'
import type { Desk } from './desk.ts'
import { type AgentsTerms, type Doors, openDoors, type Surroundings } from './doors.ts'
import { kinshipOf } from './kinship.ts'
import type { LineSocket } from './line-socket.ts'
import { servePerson } from './people.ts'
import { newNonce, whyUnproved } from './proof.ts'
import { type Answer, failed, lacking, type WorkerHello } from './protocol.ts'
import { Reception } from './reception.ts'
import { RefusalLog } from './refusal-log.ts'
import { Registry } from './registry.ts'
import { type AskTerms, Worker } from './worker.ts'

const MOST_WORKERS = 256
const MOST_PEOPLE = 16
/** Those that have just connected, too. */
const MOST_CONNECTIONS = MOST_WORKERS + 2 * MOST_PEOPLE
/** Samples and dumps under way at a time: each answer may be 8 MB. */
const MOST_BULK = 4
const LOOK_EVERY_MS = 30_000

export interface AgentsPorts extends Surroundings {
  /** Answers what people ask memmon itself. */
  readonly desk: Desk
  readonly log: Log
  readonly nowMs: () => number
}

export class Agents {
  readonly #ports: AgentsPorts
  readonly #registry = new Registry()
  readonly #reception: Reception
  readonly #refusals: RefusalLog
  readonly #people = new Set<LineSocket>()
  #terms: AgentsTerms
  #supervisordPid: number | undefined
  #doors: Doors | undefined
  #isOpening = false
  #timer: NodeJS.Timeout | undefined
  #bulkCount = 0
  /** Logged once, until it changes. */
  #trouble = ''

  constructor(terms: AgentsTerms, ports: AgentsPorts) {
    this.#terms = terms
    this.#ports = ports
    this.#refusals = new RefusalLog(ports.log, ports.nowMs)
    this.#reception = new Reception({
      kinship: hello =>
        this.#registry.count < MOST_WORKERS
          ? kinshipOf(hello, this.#supervisordPid ?? -1)
          : { refusal: `${MOST_WORKERS} agents are connected already` },
      newNonce,
      whyUnproved,
      onWorker: (socket, hello, programPid) => this.#onWorker(socket, hello, programPid),
      onPerson: socket => this.#onPerson(socket),
      onRefused: reason => this.#refusals.add(reason),
    })
  }

  /** supervisord has this pid: opens the socket if the settings ask for one, and keeps it in place. */
  begin(supervisordPid: number): void {
    this.#supervisordPid = supervisordPid
    if (this.#terms.agentSocket === 'off') return
    this.#timer ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref()
    this.look()
  }

  /** Other settings. */
  use(terms: AgentsTerms): void {
    const before = this.#terms
    this.#terms = terms
    const keys = ['agentSocket', 'agentSocketMode', 'agentSocketGroup'] as const
    if (keys.every(key => before[key] === terms[key])) return
    this.close()
    if (this.#supervisordPid !== undefined) this.begin(this.#supervisordPid)
  }

  /** Opens the socket if it is missing. */
  look(): void {
    if (this.#timer === undefined || this.#isOpening || this.#doors?.isInPlace()) return
    this.#isOpening = true
    void this.#open().finally(() => {
      this.#isOpening = false
    })
  }

  /** Asks the agent of a process. Never rejects. */
  async ask(pid: number, ask: Ask, terms: AskTerms): Promise<Answer> {
    const worker = this.#registry.of(pid)
    if (typeof worker === 'string') return lacking('absent', worker)
    const work = () => worker.ask(ask, terms)
    return await (isBulk(ask) ? this.#bulk(work) : work())
  }

  /** Closes the socket and every connection. */
  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#doors?.close()
    this.#doors = undefined
    this.#reception.close()
    for (const worker of this.#registry.all) worker.close()
    for (const person of this.#people) person.destroy()
  }

  /** Never rejects. */
  async #open(): Promise<void> {
    const { log } = this.#ports
    const terms = this.#terms
    this.#doors?.close()
    this.#doors = undefined
    try {
      const doors = await openDoors(terms, this.#ports, {
        mostConnections: MOST_CONNECTIONS,
        onConnection: (socket, door) => this.#reception.receive(socket, door),
        onDropped: () => this.#refusals.add(`${MOST_CONNECTIONS} connections are open already`),
      })
      // Settings may have changed, or memmon may be about to end.
      if (this.#timer === undefined || terms !== this.#terms) {
        doors.close()
        return
      }
      this.#doors = doors
      log('INFO', openText(doors), this.#trouble === '' ? undefined : troubleOver('agents'))
      this.#trouble = ''
    } catch (thrown) {
      this.#tellTrouble(faultText(thrown))
    }
  }

  #tellTrouble(message: string): void {
    if (message === this.#trouble) return
    this.#trouble = message
    this.#ports.log(
      'WARN',
      `Agents of workers cannot connect: ${message}. Retrying every ${LOOK_EVERY_MS / 1000} s`,
      trouble('agents'),
    )
  }

  #onWorker(socket: LineSocket, hello: WorkerHello, programPid: number): void {
    const { nowMs } = this.#ports
    const onClose = () => this.#registry.remove(worker)
    const worker: Worker = new Worker(socket, { hello, programPid, nowMs, onClose })
    this.#registry.add(worker)
  }

  #onPerson(socket: LineSocket): void {
    if (this.#people.size >= MOST_PEOPLE) {
      socket.destroy()
      return
    }
    this.#people.add(socket)
    servePerson(socket, {
      registry: this.#registry,
      desk: this.#ports.desk,
      askBulk: work => this.#bulk(work),
      onClose: () => this.#people.delete(socket),
    })
  }

  async #bulk(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#bulkCount >= MOST_BULK)
      return failed(
        `busy: memmon takes ${MOST_BULK} samples and dumps at a time; try again when one has ended`,
      )
    this.#bulkCount++
    try {
      return await work()
    } finally {
      this.#bulkCount--
    }
  }
}

const openText = ({ path, isKnown }: Doors): string =>
  isKnown
    ? `Agents of workers connect to ${path}`
    : `Agents of workers connect to ${path}, and do not find it by themselves: add environment=MEMMON_SOCKET="${path}" to the sections of their programs`
