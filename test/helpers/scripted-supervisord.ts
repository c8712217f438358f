// A supervisord whose XML-RPC answers are scripted, over a real unix socket or TCP: what a real one does only in
// rare moments, on demand. Every call is recorded.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Misbehaviour, reset, sendAnswer } from './misbehaviour.ts'
import { Faults, type ProgramScript, ScriptedFault, ScriptedProgram } from './scripted-programs.ts'
import { faultText, type ReplyValue, readCall, replyText } from './xmlrpc-text.ts'

export type { Misbehaviour }

export interface RecordedCall {
  /** Without `supervisor.`. */
  readonly method: string
  readonly params: readonly (string | number | boolean)[]
  readonly atMs: number
}

export interface ScriptedOptions {
  readonly programs?: readonly ProgramScript[]
  /** A unix socket at this path; else TCP on a free port. */
  readonly socketPath?: string
  /** Of TCP. Default: 127.0.0.1. */
  readonly host?: string
  /** Demanded by Basic auth. */
  readonly auth?: { readonly username: string; readonly password: string }
}

export class ScriptedSupervisord {
  readonly programs = new Map<string, ScriptedProgram>()
  readonly calls: RecordedCall[] = []
  /** Connections made so far, and those that are open. */
  connections = 0
  readonly open = new Set<Socket>()
  /** Every supervisor.* call answers SHUTDOWN_STATE. */
  shuttingDown = false
  readonly #options: ScriptedOptions
  readonly #server: Server
  readonly #script: { method: string; how: Misbehaviour; times: number }[] = []

  private constructor(options: ScriptedOptions) {
    this.#options = options
    for (const script of options.programs ?? []) this.add(script)
    this.#server = createServer({ keepAliveTimeout: 0 }, (call, answer) => this.#onRequest(call, answer))
    this.#server.on('connection', socket => {
      this.connections++
      this.open.add(socket)
      socket.on('close', () => this.open.delete(socket))
    })
  }

  static async start(options: ScriptedOptions = {}): Promise<ScriptedSupervisord> {
    const scripted = new ScriptedSupervisord(options)
    await new Promise<void>((resolve, reject) => {
      scripted.#server.on('error', reject)
      if (options.socketPath) scripted.#server.listen(options.socketPath, resolve)
      else scripted.#server.listen(0, options.host ?? '127.0.0.1', resolve)
    })
    return scripted
  }

  /** 0 with a unix socket. */
  get port(): number {
    return this.#options.socketPath ? 0 : (this.#server.address() as AddressInfo).port
  }

  /** As SUPERVISOR_SERVER_URL has it. */
  get url(): string {
    const { socketPath, host = '127.0.0.1' } = this.#options
    if (socketPath) return `unix://${socketPath}`
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  add(script: ProgramScript): ScriptedProgram {
    const program = new ScriptedProgram(script)
    this.programs.set(script.namespec, program)
    return program
  }

  program(namespec: string): ScriptedProgram {
    const program = this.programs.get(namespec)
    if (program) return program
    throw new ScriptedFault(Faults.BAD_NAME, `BAD_NAME: ${namespec}`)
  }

  /** The next `times` calls of the method (`*`: of any) are answered like this; several are taken in order. */
  misbehave(method: string, how: Misbehaviour, times = 1): void {
    this.#script.push({ method, how, times })
  }

  /** How often a method was called, or any. */
  count(method?: string): number {
    return this.calls.filter(call => !method || call.method === method).length
  }

  /** Closes every connection, as a supervisord does that reloads. */
  dropConnections(): void {
    for (const socket of this.open) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve))
    this.dropConnections()
    await closed
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => this.#onCall(request, Buffer.concat(chunks).toString('utf8'), response))
  }

  #onCall(request: IncomingMessage, text: string, response: ServerResponse): void {
    if (!this.#authorized(request.headers.authorization)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="default"', Connection: 'close' })
      return void response.end('<h1>Error response</h1>')
    }
    if (request.method !== 'POST' || request.url !== '/RPC2') {
      return void response.writeHead(404).end('<h1>Error response</h1>')
    }
    const { method: full, params } = readCall(text)
    const method = full.replace(/^supervisor\./, '')
    this.calls.push({ method, params, atMs: Date.now() })
    const how = this.#next(method)
    if (how?.kind === 'status') return void response.writeHead(how.status).end(how.body ?? '<h1>Error</h1>')
    if (how?.kind === 'reset' && how.effect === 'before') {
      reset(request.socket)
      return
    }
    const body = this.#bodyFor(method, params, how)
    sendAnswer(body, how, request.socket, response)
  }

  #bodyFor(
    method: string,
    params: readonly (string | number | boolean)[],
    how: Misbehaviour | undefined,
  ): Buffer {
    if (how?.kind === 'body') return Buffer.from(how.body as Buffer)
    const declaration = how?.kind === 'no declaration' ? '' : undefined
    try {
      if (how?.kind === 'fault') throw new ScriptedFault(how.code, how.text ?? `FAULT_${how.code}`)
      return Buffer.from(replyText(this.#answer(method, String(params[0])), declaration))
    } catch (thrown) {
      if (!(thrown instanceof ScriptedFault)) throw thrown
      return Buffer.from(faultText(thrown.code, thrown.message, declaration))
    }
  }

  #answer(method: string, namespec: string): ReplyValue {
    if (this.shuttingDown) throw new ScriptedFault(Faults.SHUTDOWN_STATE, 'SHUTDOWN_STATE')
    switch (method) {
      case 'getAllProcessInfo':
        return [...this.programs.values()].map(program => program.info())
      case 'getAllConfigInfo':
        return [...this.programs.values()].map(program => program.config())
      case 'getProcessInfo':
        return this.program(namespec).info()
      case 'stopProcess':
        this.program(namespec).stop()
        return true
      case 'startProcess':
        this.program(namespec).start()
        return true
      case 'getState':
        return { statecode: 1, statename: 'RUNNING' }
      case 'getPID':
        return process.pid
      default:
        throw new ScriptedFault(Faults.UNKNOWN_METHOD, `UNKNOWN_METHOD: ${method}`)
    }
  }

  #next(method: string): Misbehaviour | undefined {
    const entry = this.#script.find(wanted => wanted.method === method || wanted.method === '*')
    if (!entry) return undefined
    if (--entry.times === 0) this.#script.splice(this.#script.indexOf(entry), 1)
    return entry.how
  }

  #authorized(header: string | undefined): boolean {
    const { auth } = this.#options
    if (!auth) return true
    return header === `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`
  }
}
