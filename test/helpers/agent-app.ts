// Node programs with the built agent, as supervisord would run them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SampleReport } from '../../src/agent/report.ts'
import { type AgentPeer, AgentServer } from './agent-server.ts'
import { ROOT } from './documents.ts'

/** Both as `memmon/agent` is found: by --require, and by --import. */
export const AGENT = join(ROOT, 'dist', 'agent.cjs')
export const AGENT_MODULE = join(ROOT, 'dist', 'agent.mjs')
export const AGENT_API = join(ROOT, 'dist', 'agent-api.cjs')
/** Another Node may be tried: AGENT_NODE=/path/to/node. */
const NODE = process.env.AGENT_NODE ?? process.execPath

export interface App {
  readonly child: ChildProcess
  readonly pid: number
  /** What it has written to stdout and stderr so far. */
  readonly output: () => string
  /** With its exit code, or the name of the signal. */
  readonly ended: Promise<number | string>
  readonly kill: () => Promise<void>
}

interface AppOptions {
  readonly socket?: string
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly node?: string
}

/** `args` as after `node`; by default with --import of the agent. */
export function startApp(args: readonly string[], options: AppOptions = {}): App {
  const { socket, flags = ['--import', AGENT_MODULE], env = {}, cwd, node = NODE } = options
  const child = spawn(node, [...flags, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env.PATH ?? '', ...(socket === undefined ? {} : { MEMMON_SOCKET: socket }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', piece => (said += String(piece)))
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | string)
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { child, pid: child.pid ?? 0, output: () => said, ended, kill }
}

const FIXTURES = join(ROOT, 'test', 'fixtures', 'leaks')

export const LEAKS = ['array', 'map', 'listener', 'timer', 'buffer', 'closure'] as const

/** A folder with the program, and each other fixture as a package of that name below its node_modules. */
function installLeaks(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-leaks-'))
  for (const file of readdirSync(FIXTURES)) {
    const name = file.replace('.cjs', '')
    const home = name === 'app' ? folder : join(folder, 'node_modules', name)
    mkdirSync(home, { recursive: true })
    copyFileSync(join(FIXTURES, file), join(home, name === 'app' ? 'app.cjs' : 'index.js'))
  }
  return folder
}

interface LeakSample {
  readonly kind: string
  readonly leakBytesASecond: number
  readonly churnBytesASecond: number
  readonly durationMs: number
}

/** Runs the program that leaks in that way, and samples it. */
export async function sampleLeak({
  kind,
  leakBytesASecond,
  churnBytesASecond,
  durationMs,
}: LeakSample): Promise<SampleReport> {
  const [server, folder] = [await new AgentServer().listen(), installLeaks()]
  const args = [join(folder, 'app.cjs'), `leak-${kind}`, String(leakBytesASecond), String(churnBytesASecond)]
  const app = startApp(args, { socket: server.path })
  try {
    const peer: AgentPeer = await server.worker(app.pid)
    return await peer.data<SampleReport>({ do: 'sample', duration_ms: durationMs, folder: server.folder })
  } finally {
    await app.kill()
    await server.end()
    rmSync(folder, { recursive: true, force: true })
  }
}
