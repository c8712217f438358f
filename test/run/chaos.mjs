// `npm run chaos [seconds]`: ten programs over their limit, memmon killed again and again at random moments; in the
// end every program must run. Prints kills, restarts, programs left down; exits 1 if any is down.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT, setup } from './setup.mjs'

setup()
const { createClient } = await import('../../build/supervisor/client.js')
const { createHttpCaller } = await import('../../build/supervisor/http-call.js')

const seconds = Number(process.argv[2] ?? 300)
const PROGRAMS = 10
const RUNNING = 20
const folder = mkdtempSync(join(tmpdir(), 'memmon-chaos-'))
const path = name => join(folder, name)

// Each takes one to two seconds to stop; half of them supervisord would not start again by itself.
const programs = Array.from({ length: PROGRAMS }, (_, index) => {
  const stopSeconds = 1 + index / PROGRAMS
  return `[program:p${index}]
command=/usr/bin/python3 -c "import signal, sys, time; signal.signal(15, lambda *a: (time.sleep(${stopSeconds}), sys.exit(0))); time.sleep(3600)"
autorestart=${index % 2 === 0}
`
})
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
command=${process.execPath} ${join(ROOT, 'bin', 'memmon.js')} -a 1MB --restart-backoff 0 --stagger 0 --state-dir ${path('state')}
events=TICK_5
stderr_logfile=${path('memmon.log')}
autorestart=true
startsecs=0
${programs.join('')}`,
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
  // The last one comes back by itself, finishes what was begun, and is then stopped as an operator stops it.
  await until('memmon to be back', async () =>
    (await all()).some(info => info.name === 'memmon' && isRunning(info)),
  )
  await sleep(6_000)
  await client.stopProcess('memmon:memmon')
  await until('memmon to end', async () =>
    (await all()).some(({ name, state }) => name === 'memmon' && state === 0),
  )
  await until('every program to run', async () => (await watched()).every(isRunning), 10_000).catch(() => {})
  down = (await watched()).filter(info => !isRunning(info)).map(({ name }) => name)
} finally {
  client.close()
  supervisord.kill('SIGTERM')
  await new Promise(resolve => supervisord.on('exit', resolve))
}
const log = readFileSync(path('memmon.log'), 'utf8')
const restarts = log.split(' INFO Restarted ').length - 1
const finished = log.split('that an earlier memmon has begun').length - 1
console.log(
  `${count.kills} kills, ${count.terms} SIGTERMs and ${count.reloads} reloads in ${seconds} s; ${restarts} restarts; ${finished} times one was resumed by a later memmon`,
)
console.log(
  `${down.length} of ${PROGRAMS} programs left down${down.length > 0 ? `: ${down.join(', ')}; see ${folder}` : ''}`,
)
if (down.length === 0) rmSync(folder, { recursive: true, force: true })
process.exit(down.length === 0 ? 0 : 1)

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
