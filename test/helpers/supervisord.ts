// A real supervisord in a folder of its own, with memmon under it as an operator would put it there.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessInfo } from '../../src/core/process.ts'
import { ProcessState } from '../../src/core/process.ts'
import { parseServerUrl } from '../../src/core/server-url.ts'
import { createClient, type SupervisorClient } from '../../src/supervisor/client.ts'
import { createHttpCaller } from '../../src/supervisor/http-call.ts'
import { waitFor } from './wait.ts'

export const MEMMON = join(import.meta.dirname, '..', '..', 'bin', 'memmon.js')
const PYTHON = '/usr/bin/python3'

export interface SupervisordOptions {
  /** [program:x], [group:x] and further sections; `@hold 30` in a command holds 30 MB, see holdCommand. */
  readonly programs: string
  /** memmon's arguments as they stand in command=; absent: no memmon. */
  readonly memmon?: string
  /** Further lines of the [eventlistener:memmon] section. */
  readonly listenerLines?: string
  /** Default: TICK_5. */
  readonly events?: string
  readonly identifier?: string
  /** Of supervisord's own log: at `debug` it notes each event that it sends and each answer that it takes. */
  readonly loglevel?: 'info' | 'debug'
  /** Use TCP with this user and password instead of the unix socket. */
  readonly inet?: { readonly username: string; readonly password: string }
  /** The environment of supervisord itself. */
  readonly env?: Record<string, string>
}

/** A command for a process that really holds that many megabytes, then sleeps; `more` is Python run before it sleeps. */
export const holdCommand = (megabytes: number, more = ''): string =>
  `${PYTHON} -c "import time; b = b'x' * (${megabytes} << 20)${more ? `; ${more}` : ''}; time.sleep(3600)"`

/** A [program:x] section of a process that holds that many megabytes. */
export const holder = (name: string, megabytes: number, lines = ''): string =>
  `[program:${name}]\ncommand=${holdCommand(megabytes)}\n${lines}\n`

export class Supervisord {
  readonly folder: string
  /** As SUPERVISOR_SERVER_URL has it for the children. */
  readonly serverUrl: string
  readonly #options: SupervisordOptions
  readonly #child: ChildProcess
  readonly client: SupervisorClient

  /** The port is that of `inet`; start() finds a free one. */
  constructor(options: SupervisordOptions, port = 0) {
    this.#options = options
    this.folder = mkdtempSync(join(tmpdir(), 'memmon-e2e-'))
    this.serverUrl = options.inet ? `http://127.0.0.1:${port}` : `unix://${this.folder}/supervisor.sock`
    mkdirSync(join(this.folder, 'mail'))
    this.writeConfig(options.programs)
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      STATE_DIRECTORY: join(this.folder, 'state'),
      ...options.env,
    }
    delete env.SUPERVISOR_SERVER_URL
    this.#child = spawn('supervisord', ['-n', '-c', join(this.folder, 'supervisord.conf')], {
      stdio: 'ignore',
      env,
    })
    this.client = createClient(createHttpCaller(parseServerUrl(this.serverUrl), options.inet, 10_000))
  }

  /** A supervisord whose programs, those with autostart=false aside, have all left STARTING. */
  static async start(options: SupervisordOptions): Promise<Supervisord> {
    const supervisord = new Supervisord(options, options.inet && (await freePort()))
    await waitFor('supervisord to have started its programs', async () => {
      const all = await supervisord.client.getAllProcessInfo().catch(() => [])
      return all.length > 0 && all.every(({ state }) => state !== ProcessState.STARTING)
    })
    return supervisord
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The sendmail stand-in of memmon's -s: keeps each mail as a file. */
  get sendmail(): string {
    return join(this.folder, 'sendmail')
  }

  writeConfig(programs: string): void {
    const { folder } = this
    writeFileSync(
      this.sendmail,
      `#!/bin/sh\nf=$(mktemp ${folder}/mail/.XXXXXX) && cat > $f && mv $f ${folder}/mail/m$(date +%s%N)\n`,
      {
        mode: 0o755,
      },
    )
    writeFileSync(
      join(folder, 'supervisord.conf'),
      configText(this.#options, programs, folder, this.serverUrl),
    )
  }

  log(): string {
    return readIfThere(join(this.folder, 'supervisord.log'))
  }

  /** What memmon wrote on stderr. */
  memmonLog(): string {
    return readIfThere(join(this.folder, 'memmon.log'))
  }

  /** The mails that were sent, oldest first, as they were handed to sendmail. */
  mails(): string[] {
    const folder = join(this.folder, 'mail')
    return readdirSync(folder)
      .filter(name => name.startsWith('m'))
      .sort()
      .map(name => readFileSync(join(folder, name), 'utf8'))
  }

  process(namespec: string): Promise<ProcessInfo> {
    return this.client.getProcessInfo(namespec)
  }

  /** Waits until the process is RUNNING as another pid than `old`. */
  waitForRestart(old: ProcessInfo, withinMs = 30_000): Promise<ProcessInfo> {
    return waitFor(
      `${old.namespec} to be restarted\n${this.memmonLog()}`,
      async () => {
        const now = await this.process(old.namespec)
        return now.state === ProcessState.RUNNING && now.pid !== old.pid && now
      },
      withinMs,
    )
  }

  /** Waits until memmon's log holds the text, or matches it. */
  waitForLog(wanted: string | RegExp, withinMs = 30_000): Promise<string> {
    return waitFor(
      `memmon's log to hold ${wanted}, in ${this.folder}`,
      () => {
        const log = this.memmonLog()
        return (typeof wanted === 'string' ? log.includes(wanted) : wanted.test(log)) && log
      },
      withinMs,
    )
  }

  waitForMails(count: number, withinMs = 30_000): Promise<string[]> {
    return waitFor(
      `${count} mails\n${this.memmonLog()}`,
      () => {
        const mails = this.mails()
        return mails.length >= count && mails
      },
      withinMs,
    )
  }

  /** supervisorctl with the arguments; what it printed. */
  async ctl(...args: string[]): Promise<string> {
    const child = spawn('supervisorctl', ['-c', join(this.folder, 'supervisord.conf'), ...args])
    let output = ''
    child.stdout.on('data', chunk => {
      output += chunk
    })
    child.stderr.on('data', chunk => {
      output += chunk
    })
    await new Promise(resolve => child.on('close', resolve))
    return output
  }

  /** Ends supervisord with all it runs, and removes its folder. */
  async stop(): Promise<void> {
    this.client.close()
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise(resolve => this.#child.on('exit', resolve))
      this.#child.kill('SIGTERM')
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 20_000)
      await ended
      clearTimeout(timer)
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function configText(
  options: SupervisordOptions,
  programs: string,
  folder: string,
  serverUrl: string,
): string {
  const { inet, identifier = 'supervisor', events = 'TICK_5', loglevel = 'info' } = options
  const listener =
    options.memmon === undefined
      ? ''
      : `[eventlistener:memmon]
command="${process.execPath}" "${MEMMON}" ${options.memmon.replaceAll('@sendmail', `${folder}/sendmail`)}
events=${events}
stderr_logfile=${folder}/memmon.log
${options.listenerLines ?? ''}
`
  // One server only: with both, the listener would be told of the unix socket.
  const login = inet ? `username=${inet.username}\npassword=${inet.password}\n` : ''
  const server = inet
    ? `[inet_http_server]\nport=${serverUrl.slice('http://'.length)}\n${login}`
    : `[unix_http_server]\nfile=${folder}/supervisor.sock\n`
  return `[supervisord]
logfile=${folder}/supervisord.log
pidfile=${folder}/supervisord.pid
childlogdir=${folder}
identifier=${identifier}
loglevel=${loglevel}
${server}[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=${serverUrl}
${login}${listener}
${programs}
`
}

const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')

/** A port that was free a moment ago: supervisord takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
