// The supervisord of the demo and the tour: a real one in a temporary folder, with the caller's sections.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './setup.mjs'

const SHUTDOWN_WITHIN_MS = 15_000
/** Stands in for sendmail: keeps each mail as a file. The rename makes it appear whole. */
const KEEP_MAIL = '#!/bin/sh\ncd "$(dirname "$0")" && cat > "part.$$" && mv "part.$$" "mail.$$"\n'

/** Starts it with these sections and files; calls `onEnd` with the reason if it ends before stop(). */
export function startSupervisord({ sections, files }, onEnd) {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-demo-'))
  writeFileSync(join(folder, 'sendmail'), KEEP_MAIL, { mode: 0o755 })
  writeFileSync(join(folder, 'supervisord.conf'), GENERAL + sections)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 })
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(SUPERVISOR|MEMMON)_/.test(name)),
  )
  environment.STATE_DIRECTORY = join(folder, 'state')
  // A process group of its own: Ctrl-C in the terminal is the demo's to handle.
  const child = spawn('supervisord', ['-n', '-c', join(folder, 'supervisord.conf')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: environment,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output = (output + chunk).slice(-2000)
    })
  }
  let stopping = false
  const ended = new Promise(resolve => {
    child.on('error', error => resolve(`supervisord could not be run: ${error.message}`))
    child.on('close', (code, signal) => {
      const lines = output.trim().split('\n')
      const said = lines.find(line => line.startsWith('Error: ')) ?? lines.at(-1)
      resolve(`supervisord has ended (${signal ?? `exit code ${code}`})${said ? `: ${said}` : ''}`)
    })
  })
  ended.then(why => {
    if (!stopping) onEnd(why)
  })
  return {
    pid: child.pid,
    folder,
    environment,
    socket: join(folder, 'supervisor.sock'),
    memmonLog: () => readIfThere(join(folder, 'memmon.log')),
    mails: () =>
      readdirSync(folder)
        .filter(name => name.startsWith('mail.'))
        .map(name => readFileSync(join(folder, name), 'utf8')),
    /** Ends it with all it runs, and removes the folder. `pids` are its children, should it have to be killed. */
    async stop(pids) {
      stopping = true
      const timer = setTimeout(() => {
        for (const pid of [child.pid, ...pids]) killGroup(pid)
      }, SHUTDOWN_WITHIN_MS)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
      clearTimeout(timer)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** All paths but those of this checkout are relative to the folder, which is supervisord's and its children's own. */
const GENERAL = `[supervisord]
logfile=supervisord.log
pidfile=supervisord.pid
childlogdir=.
[unix_http_server]
file=supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/supervisor.sock
`

/** memmon's section with these arguments and further lines. */
export const memmonSection = (memmonArguments, lines = '') => `[eventlistener:memmon]
command=${nodeCommand('bin', 'memmon.js')} ${memmonArguments}
events=TICK_5
stderr_logfile=memmon.log
${lines}`

/** A file of this checkout, run with this Node. */
export const nodeCommand = (...path) => `${confWord(process.execPath)} ${confPath(...path)}`

/** A file of this checkout. */
export const confPath = (...path) => confWord(join(ROOT, ...path))

/** A word as supervisord's shlex and its %-expansion read it; quoted always, for a ; begins a comment. */
const confWord = text => `"${text.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`

const readIfThere = path => (existsSync(path) ? readFileSync(path, 'utf8') : '')

/** supervisord makes each of its children the leader of a process group. */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
