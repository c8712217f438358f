// A real supervisord in a folder of its own, with memmon under it as an operator would put it there.
import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseServerUrl } from '../../src/base/server-url.ts'
import type { ProcessInfo } from '../../src/rules/process.ts'
import { ProcessState } from '../../src/rules/process.ts'
import { createClient, type SupervisorClient } from '../../src/supervisor/client.ts'
import { createHttpCaller } from '../../src/supervisor/http-call.ts'
import { freePort } from './free-port.ts'
import { endAllOf } from './leftovers.ts'
import { configText, type SupervisordOptions } from './supervisord-conf.ts'

export type { SupervisordOptions } from './supervisord-conf.ts'

import { WITHIN_MS, waitFor } from './wait.ts'

export { holdCommand, holder, holdsThen } from './programs.ts'
export { MEMMON } from './supervisord-conf.ts'

/** Those that no test has stopped, as after a hook that failed, end with the tests. */
const started = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of started) child.kill('SIGTERM')
})

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
    writeFileSync(this.sendmail, keepMail(join(this.folder, 'mail')), { mode: 0o755 })
    this.writeConfig(options.programs)
    const output = openSync(this.#outputPath, 'w')
    this.#child = spawn('supervisord', ['-n', '-c', this.conf], {
      stdio: ['ignore', output, output],
      env: { ...environment(), STATE_DIRECTORY: this.#stateFolder, ...options.env },
    })
    closeSync(output)
    this.#child.on('error', () => {}) // no pid: hasEnded
    started.add(this.#child)
    this.client = createClient(createHttpCaller(parseServerUrl(this.serverUrl), options.inet, 30_000))
  }

  /** A supervisord whose programs, those with autostart=false aside, have all left STARTING. */
  static async start(options: SupervisordOptions): Promise<Supervisord> {
    for (;;) {
      const supervisord = new Supervisord(options, options.inet && (await freePort()))
      if (await supervisord.#hasStarted()) return supervisord
      const output = readFileSync(supervisord.#outputPath, 'utf8')
      await supervisord.stop()
      // Somebody else was faster: the port was free, and is not any more.
      if (!output.includes('already listening')) throw new Error(`supervisord has ended: ${output}`)
    }
  }

  /** False if it has ended instead. */
  async #hasStarted(): Promise<boolean> {
    await waitFor(
      () => `supervisord to have started its programs\n${this.log()}`,
      async () => {
        const all = await this.client.getAllProcessInfo().catch(() => [])
        return this.#hasEnded || (all.length > 0 && all.every(({ state }) => state !== ProcessState.STARTING))
      },
    )
    return !this.#hasEnded
  }

  get #hasEnded(): boolean {
    const { pid, exitCode, signalCode } = this.#child
    return pid === undefined || exitCode !== null || signalCode !== null
  }

  get #outputPath(): string {
    return join(this.folder, 'supervisord.out')
  }

  /** supervisord.conf. */
  get conf(): string {
    return join(this.folder, 'supervisord.conf')
  }

  get #stateFolder(): string {
    return join(this.folder, 'state')
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The sendmail stand-in of memmon's -s: keeps each mail as a file. */
  get sendmail(): string {
    return join(this.folder, 'sendmail')
  }

  writeConfig(programs: string): void {
    const text = configText(this.#options, programs, this.folder, this.serverUrl)
    writeFileSync(this.conf, text)
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
  waitForRestart(old: ProcessInfo): Promise<ProcessInfo> {
    return waitFor(
      () => `${old.namespec} to be restarted\n${this.memmonLog()}`,
      async () => {
        const now = await this.process(old.namespec)
        return now.state === ProcessState.RUNNING && now.pid !== old.pid && now
      },
    )
  }

  /** Waits until memmon's log holds the text, or matches it, so often; the log. */
  waitForLog(wanted: string | RegExp, { times = 1, withinMs = WITHIN_MS } = {}): Promise<string> {
    return waitFor(
      () => `memmon's log to hold ${wanted}, ${times} times\n${this.memmonLog()}`,
      () => {
        const log = this.memmonLog()
        return occurrences(log, wanted) >= times && log
      },
      withinMs,
    )
  }

  /** Waits until so many mails that hold the text were sent; all mails that hold it. */
  waitForMails(count: number, text = ''): Promise<string[]> {
    return waitFor(
      () => `${count} mails${text && ` with "${text}"`}\n${this.memmonLog()}`,
      () => {
        const mails = this.mails().filter(mail => mail.includes(text))
        return mails.length >= count && mails
      },
    )
  }

  /** supervisorctl with the arguments; what it printed. */
  async ctl(...args: string[]): Promise<string> {
    const child = spawn('supervisorctl', ['-c', this.conf, ...args])
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

  /** Ends supervisord with all that runs under it, and removes its folder. */
  async stop(): Promise<void> {
    this.client.close()
    // Killed: programs that take their time, or restarts under way, are not waited for.
    if (!this.#hasEnded) {
      const ended = new Promise(resolve => this.#child.on('exit', resolve))
      this.#child.kill('SIGKILL')
      await ended
    }
    started.delete(this.#child)
    await endAllOf(`STATE_DIRECTORY=${this.#stateFolder}`)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** supervisord's own environment: nothing of a supervisord or a memmon that this test may run under. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SUPERVISOR|MEMMON)_/.test(name))),
  LC_ALL: 'C.UTF-8', // it reads its configuration and names by this
})

/** Takes the place of sendmail: each mail becomes a file of its own, which appears whole. */
const keepMail = (folder: string): string =>
  `#!/bin/sh\nf=$(mktemp '${folder}/.XXXXXX') && cat > "$f" && mv "$f" '${folder}'/m$(date +%s%N)\n`

const occurrences = (text: string, wanted: string | RegExp): number =>
  typeof wanted === 'string'
    ? text.split(wanted).length - 1
    : [...text.matchAll(new RegExp(wanted, `${wanted.flags.replace('g', '')}g`))].length

const readIfThere = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
