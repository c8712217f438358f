// `npm run chaos [seconds]`: ten programs over their limit, memmon killed again and again at random moments; in the
// end every program must run, and what a hook has done must be undone. Some are drained, some have hooks, two are
// restarted together, one gives way to a budget. Prints kills, restarts, programs left down; exits 1 if any is down.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT, setup } from './setup.mjs'

setup()
const { createClient } = await import('../build/supervisor/client.js')
const { createHttpCaller } = await import('../build/supervisor/http-call.js')

const seconds = Number(process.argv[2] ?? 300)
const PROGRAMS = 10
const RUNNING = 20
/** A tick comes every 5 s: after two of them nobody has anything left to do. */
const CALM_SECONDS = 11
const folder = mkdtempSync(join(tmpdir(), 'memmon-chaos-'))
const path = name => join(folder, name)

// Each takes one to two seconds to stop, or to exit when it is asked to finish; half of them supervisord would not
// start again by itself, as it does not start those that exit with 0.
const programs = Array.from({ length: PROGRAMS }, (_, index) => {
  const stopSeconds = 1 + index / PROGRAMS
  return `[program:p${index}]
command=python3 -c "import signal, sys, time; end = lambda *a: (time.sleep(${stopSeconds}), sys.exit(0)); signal.signal(15, end); signal.signal(10, end); time.sleep(3600)"
autorestart=${index % 2 === 0 ? 'unexpected' : 'false'}
`
})
const hook = `sh -c 'echo $MEMMON_PROCESS $MEMMON_EVENT >> ${path('hooks')}'`
const conf = limit => `[memmon]
most_specific = true
hook_timeout = 2s
max_parallel = 0
stagger = 0
restart_backoff = 0
[any]
memory_limit = ${limit}
[program:p2]
${drained(limit)}
[program:p3]
${drained(limit)}
[program:p4]
${drained(limit)}
[program:p5]
memory_limit = ${limit}
pre_restart_command = ${hook}
post_restart_command = ${hook}
[program:p6]
memory_limit = ${limit}
pre_restart_command = sh -c 'sleep 1; echo $MEMMON_PROCESS $MEMMON_EVENT >> ${path('hooks')}'
post_restart_command = ${hook}
[program:p7]
memory_limit = none
[group:pair]
memory_limit = ${limit}
restart_group = true
[total]
memory_limit = ${limit}
`
/** memmon reads it again at each tick. In one step: it may be read at any time. */
const setLimits = limit => {
  writeFileSync(path('memmon.conf.new'), conf(limit))
  renameSync(path('memmon.conf.new'), path('memmon.conf'))
}
setLimits('1MB')

function drained(limit) {
  return `memory_limit = none\nsoft_limit = ${limit}\ndrain_signal = USR1\ngrace = 4s`
}
writeFileSync(
  path('supervisord.conf'),
  `[supervisord]
logfile=${path('supervisord.log')}
pidfile=${path('supervisord.pid')}
childlogdir=${folder}
[unix_http_server]
file=${path('supervisor.sock')}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[eventlistener:memmon]
command=${word(process.execPath)} ${word(join(ROOT, 'bin', 'memmon.js'))} --config ${path('memmon.conf')} --state-dir ${path('state')}
events=TICK_5
stderr_logfile=${path('memmon.log')}
autorestart=true
startsecs=0
${programs.join('')}[group:pair]
programs=p8,p9
`,
)
const supervisord = spawn('supervisord', ['-n', '-c', path('supervisord.conf')], { stdio: 'ignore' })
const client = createClient(
  createHttpCaller({ kind: 'unix', path: path('supervisor.sock') }, undefined, 5_000),
)
const all = () => client.getAllProcessInfo().catch(() => [])
const watched = async () => (await all()).filter(({ name }) => name !== 'memmon')
const count = { kills: 0, terms: 0, reloads: 0 }

let down = []
try {
  await until(
    'the programs to run',
    async () => (await watched()).every(isRunning) && (await watched()).length === PROGRAMS,
  )
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    await sleep(300 + Math.random() * 2200)
    await strike()
  }
  // The last one comes back by itself and finishes what was begun; with other limits nothing new begins.
  setLimits('1GB')
  await until('memmon to take its new limits', async () => lastLog().includes('over 1073741824 bytes (1GB)'))
  await until('every program to run', async () => undone().length === 0 && (await calm())).catch(() => {})
  down = (await watched()).filter(info => !isRunning(info)).map(({ name }) => name)
} finally {
  client.close()
  supervisord.kill('SIGTERM')
  await new Promise(resolve => supervisord.on('exit', resolve))
}
const log = readFileSync(path('memmon.log'), 'utf8')
const restarts = log.split(' INFO Restarted ').length - 1
const finished = log.split('that an earlier memmon began').length - 1
console.log(
  `${count.kills} kills, ${count.terms} SIGTERMs and ${count.reloads} reloads in ${seconds} s; ${restarts} restarts; ${finished} times one was resumed by a later memmon`,
)
const prepared = undone()
console.log(
  `${linesOf('hooks').length} hooks; ${prepared.length} programs left prepared${prepared.map(name => ` ${name}`).join('')}`,
)
console.log(
  `${down.length} of ${PROGRAMS} programs left down${down.length > 0 ? `: ${down.join(', ')}; see ${folder}` : ''}`,
)
const isWell = down.length + prepared.length === 0
if (isWell) rmSync(folder, { recursive: true, force: true })
process.exit(isWell ? 0 : 1)

/** Each hook writes a line when it has done its work: the last one of a program has to be that of the second hook. */
function undone() {
  const last = new Map(linesOf('hooks').map(line => line.split(' ')))
  return [...last].filter(([, event]) => event === 'pre_restart').map(([name]) => name)
}

/** What the last memmon has logged. */
function lastLog() {
  return readFileSync(path('memmon.log'), 'utf8').split('memmon watches').at(-1) ?? ''
}

function linesOf(name) {
  return existsSync(path(name)) ? readFileSync(path(name), 'utf8').split('\n').filter(Boolean) : []
}

async function strike() {
  const memmon = (await all()).find(({ name }) => name === 'memmon')
  if (!memmon?.pid) return
  const chance = Math.random()
  if (chance < 0.85) {
    if (signal(memmon.pid, 'SIGKILL')) count.kills++
  } else if (chance < 0.97) {
    if (signal(memmon.pid, 'SIGTERM')) count.terms++
  } else {
    supervisord.kill('SIGHUP') // reload
    count.reloads++
    await sleep(500)
    await until('supervisord to be back', async () => (await watched()).length === PROGRAMS)
  }
}

/** True when all run, memmon too, and have done so for a while. */
async function calm() {
  const infos = await all()
  return (
    infos.length === PROGRAMS + 1 &&
    infos.every(info => isRunning(info) && info.nowSeconds - info.startSeconds >= CALM_SECONDS)
  )
}

/** A path as supervisord.conf takes it in a command. */
function word(text) {
  return `"${text.replaceAll('%', '%%')}"`
}

/** False if it has just ended by itself. */
function signal(pid, name) {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

function isRunning({ state }) {
  return state === RUNNING
}

async function until(what, look, withinMs = 60_000) {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(100)) if (await look()) return
  throw new Error(`waited ${withinMs / 1000} s in vain for ${what}; see ${folder}`)
}
