// Real Node programs with agents under a supervisord whose memmon, workers and socket files are taken away again and again: one
// program lasts, the other ends by itself every moment and notes how.
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectHost } from '../../src/agents/client.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { AGENT_MODULE } from './agent-app.ts'
import { ROOT } from './documents.ts'
import { Supervisord } from './supervisord.ts'
import { confPath } from './supervisord-conf.ts'
import { waitFor } from './wait.ts'

/** Of the agent: it starts after 100 ms, and tries again after 100 ms at least. */
const SHORTEST_WAIT_MS = 100
const IDLE = 'setInterval(() => {}, 60_000)\n'
const MEMMON = 'memmon:memmon'
export const LASTING = 'lasting:lasting'

export class HarmedAgents {
  readonly supervisord: Supervisord
  readonly socket: string
  readonly #folder: string

  private constructor(supervisord: Supervisord, folder: string) {
    this.supervisord = supervisord
    this.#folder = folder
    this.socket = join(folder, 'agents.sock')
  }

  static async start(): Promise<HarmedAgents> {
    const folder = mkdtempSync(join(tmpdir(), 'memmon-harms-'))
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'lasting.cjs'), IDLE)
    const program = (name: string, script: string, more: string) => `[program:${name}]
command=${confPath(process.execPath)} --import ${confPath(AGENT_MODULE)} ${script}
environment=MEMMON_SOCKET="${join(folder, 'agents.sock')}"
stdout_logfile=NONE
stderr_logfile=${join(folder, `${name}.stderr`)}
autorestart=true
${more}
`
    const brief = `${confPath(join(ROOT, 'test', 'fixtures', 'brief.cjs'))} ${join(folder, 'brief.ends')}`
    const supervisord = await Supervisord.start({
      programs: `${program('lasting', confPath(join(folder, 'lasting.cjs')), '')}${program('brief', brief, 'startsecs=0')}`,
      memmon: `-a 1GB --agent-socket ${join(folder, 'agents.sock')}`,
      loglevel: 'info',
    })
    return new HarmedAgents(supervisord, folder)
  }

  async stop(): Promise<void> {
    await this.supervisord.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** The pid of the lasting worker, once memmon has an answer of its agent. */
  async connected(): Promise<number> {
    return await waitFor(
      () => `the agent of ${LASTING}\n${this.supervisord.memmonLog().slice(-3_000)}`,
      async () => {
        const { pid } = await this.supervisord.process(LASTING)
        return pid > 0 && (await this.#isAnswering(pid)) && pid
      },
    )
  }

  async #isAnswering(pid: number): Promise<boolean> {
    const host = await connectHost(this.socket)
    if (!('ask' in host)) return false
    const answer = await host.ask({ do: 'status', process: pid }, { timeoutMs: 5_000 })
    host.close()
    return answer.kind === 'finished'
  }

  /** supervisord gives up what ends four times in a row before it is RUNNING. */
  async #kill(namespec: string): Promise<void> {
    const pid = await waitFor(`${namespec} to run`, async () => {
      const info = await this.supervisord.process(namespec)
      return info.state === ProcessState.RUNNING && info.pid
    })
    process.kill(pid, 'SIGKILL')
  }

  readonly killMemmon = (): Promise<void> => this.#kill(MEMMON)
  readonly killWorker = (): Promise<void> => this.#kill(LASTING)
  readonly deleteSocket = async (): Promise<void> => rmSync(this.socket, { force: true })

  /** How each run of the program that ends by itself has ended: its exit code, and how long it waited for anything after its work. */
  ends(): { readonly code: string | undefined; readonly waitedMs: number }[] {
    const lines = this.#read('brief.ends').split('\n').slice(0, -1)
    return lines.map(line => ({ code: line.split(' ')[0], waitedMs: Number(line.split(' ')[1]) }))
  }

  /** What both programs have written to stderr. */
  complaints(): string {
    return this.#read('lasting.stderr') + this.#read('brief.stderr')
  }

  /** The files of the socket's folder, and the command lines that name it, apart from those of the programs. */
  leftovers(): string[] {
    const own = ['lasting.cjs', 'lasting.stderr', 'brief.ends', 'brief.stderr']
    const files = readdirSync(this.#folder).filter(name => !own.includes(name))
    const scripts = ['lasting.cjs', 'brief.ends'].map(name => join(this.#folder, name))
    const commands = commandLines().filter(
      words => words.some(word => word.includes(this.#folder)) && !words.some(word => scripts.includes(word)),
    )
    return [...files, ...commands.map(words => words.join(' '))]
  }

  #read(name: string): string {
    const path = join(this.#folder, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
}

/** Of all processes. */
function commandLines(): string[][] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return pids.map(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    } catch {
      return [] // it has ended meanwhile
    }
  })
}

/** memmon is restarted so often, killed and by supervisorctl in turns, with the agents back in between; then what the programs have felt of it. */
export async function restartMemmon(harmed: HarmedAgents, times: number) {
  const pidBefore = await harmed.connected()
  const memmonPids = new Set<number>()
  for (let round = 0; round < times; round++) {
    await (round % 2 === 0 ? harmed.killMemmon() : harmed.supervisord.ctl('restart', 'memmon'))
    await harmed.connected()
    memmonPids.add((await harmed.supervisord.process(MEMMON)).pid)
  }
  const ends = harmed.ends()
  return {
    memmons: memmonPids.size,
    isSameWorker: (await harmed.connected()) === pidBefore,
    ends: ends.length,
    crashes: ends.filter(({ code }) => code !== '0').length,
    delayed: ends.filter(({ waitedMs }) => !(waitedMs < SHORTEST_WAIT_MS)),
    complaints: harmed.complaints(),
  }
}
