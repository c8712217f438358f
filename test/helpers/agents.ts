// Agents with a socket of their own, processes that connect to it, and raw connections.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { Agents } from '../../src/agents/agents.ts'
import type { AgentsTerms } from '../../src/agents/doors.ts'
import { waitFor } from './wait.ts'

const WELCOME_WITHIN_MS = 30_000
const FIXTURE = join(import.meta.dirname, '..', 'fixtures', 'agent.mjs')

export interface OpenAgents {
  readonly agents: Agents
  readonly log: readonly string[]
}

/** Of descendants of this process, at that path; resolves when it is open or has said why not. */
export async function openAgents(
  path: string,
  terms: Partial<AgentsTerms> = {},
  supervisordPid = process.pid,
): Promise<OpenAgents> {
  const log: string[] = []
  const agents = new Agents(
    { agentSocket: path, ...terms },
    {
      serverUrl: 'unix:///x',
      environment: {},
      uid: process.geteuid?.() ?? 0,
      stateRoot: undefined,
      log: (level, text) => void log.push(`${level} ${text}`),
      nowMs: Date.now,
      desk: {
        act: async ({ do: what, program }) => ({ kind: 'finished', data: { text: `${what} ${program}` } }),
        listener: () => ({ run: 'run' }),
      },
    },
  )
  agents.begin(supervisordPid)
  await waitFor('a line about the socket', () => log.length > 0)
  return { agents, log }
}

export interface FakeWorker {
  readonly child: ChildProcess
  readonly pid: number
  /** What it has printed: welcome, refused, cancelled. */
  said(): string
  end(): Promise<void>
}

/** A process whose agent connects there. */
export function startWorker(
  path: string,
  how = '',
  user?: { readonly uid: number; readonly gid: number },
): FakeWorker {
  const env = { PATH: process.env.PATH, MEMMON_SOCKET: path, FAKE_AGENT: how }
  const child = spawn(process.execPath, [FIXTURE], { env, stdio: ['ignore', 'pipe', 'inherit'], ...user })
  let said = ''
  child.stdout?.on('data', chunk => {
    said += chunk
  })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  return {
    child,
    pid: child.pid ?? 0,
    said: () => said,
    end: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Resolves when memmon has taken it. */
export async function welcomed(worker: FakeWorker): Promise<FakeWorker> {
  await waitFor(
    () => `a welcome: ${worker.said().slice(0, 1000)}`,
    () => worker.said().includes('welcome'),
    WELCOME_WITHIN_MS,
  )
  return worker
}

/** Field 22 of its stat (proc(5)). */
export function startTicksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}

export interface RawConnection {
  readonly socket: Socket
  /** All that has come. */
  received(): string
  readonly closed: Promise<void>
  isClosed(): boolean
}

/** A connection that says only what it is told to. */
export async function rawConnection(path: string): Promise<RawConnection> {
  const socket = connect(path)
  let received = ''
  let isClosed = false
  socket.on('data', chunk => {
    received += chunk
  })
  socket.on('error', () => {})
  const closed = new Promise<void>(resolve =>
    socket.once('close', () => {
      isClosed = true
      resolve()
    }),
  )
  await new Promise<void>(resolve => {
    socket.once('connect', () => resolve())
    socket.once('close', () => resolve())
  })
  return { socket, received: () => received, closed, isClosed: () => isClosed }
}

/** The first line of a worker with that pid. */
export const helloOf = (pid: number, more: object = {}): string =>
  `${JSON.stringify({
    hello: 'worker',
    version: 1,
    pid,
    start_ticks: startTicksOf(pid),
    language: 'node',
    runtime: 'v20',
    can: ['status', 'sample', 'dump heap'],
    ...more,
  })}\n`
