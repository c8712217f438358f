// `npm run bench [-- counts... --beside other/bin/memmon.js]`: what a quiet tick costs, beside the other ways to measure
// the same processes and beside another build of memmon, all in one run under a real supervisord. Prints a table; figures
// never fail it. `npm run bench -- --node 24`: how large memmon is on that Node, and how soon READY, beside a bare one.
// `npm run bench -- --detector`: what a sample costs in the histories; `-- --evidence`: what reading that of a process does;
// `-- --metrics`: what a scrape does; `-- --agent`: what memmon/agent costs a program.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { benchAgent } from './bench-agent.mjs'
import { benchDetector } from './bench-detector.mjs'
import { benchEvidence } from './bench-evidence.mjs'
import { compileLoop, startLoops } from './bench-loops.mjs'
import { benchMetrics } from './bench-metrics.mjs'
import { nodeOfMajor } from './node-binary.mjs'
import { ROOT, setup } from './setup.mjs'

setup()
const { Bench } = await import('tinybench')
const { default: pidusage } = await import('pidusage')
const { createClient } = await import('../build/supervisor/client.js')
const { createHttpCaller } = await import('../build/supervisor/http-call.js')

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    beside: { type: 'string' },
    node: { type: 'string' },
    detector: { type: 'boolean' },
    evidence: { type: 'boolean' },
    metrics: { type: 'boolean' },
    agent: { type: 'boolean' },
  },
})
const NODE = options.node === undefined ? process.execPath : nodeOfMajor(options.node)
const COUNTS = positionals.map(Number)
const run = promisify(execFile)
const OWN = join(ROOT, 'bin', 'memmon.js')
const LIMIT = ['-a', '1GB']
const BUILDS = [
  { name: 'memmon', path: OWN, args: LIMIT },
  ...(options.beside === undefined
    ? []
    : [{ name: 'the other build', path: resolve(options.beside), args: LIMIT }]),
]
/** Each process counts with its descendants. */
const CUMULATIVE = { name: 'with -c', path: OWN, args: ['-c', ...LIMIT] }
const PS_SAMPLE = 20
const TICKS_FOR_SIZE = 20_000
const PASSES_A_TURN = 50
/** What `--node` measures: docs/architecture.md, "The heap". */
const CHILDREN_ON_NODE = 50
const TICKS_ON_NODE = 5_000

console.log(
  `${readFileSync('/proc/cpuinfo', 'utf8').match(/model name\s*: (.*)/)?.[1]}, Node ${execFileSync(NODE, ['--version'], { encoding: 'utf8' })}`,
)
for (const [name, bench] of Object.entries({
  detector: benchDetector,
  evidence: benchEvidence,
  metrics: benchMetrics,
  agent: () => benchAgent(NODE),
})) {
  if (!options[name]) continue
  await bench()
  process.exit()
}
const folder = mkdtempSync(join(tmpdir(), 'memmon-bench-'))
const inC = compileLoop(folder)
try {
  if (options.node !== undefined) await sizesOnNode()
  else for (const count of COUNTS.length > 0 ? COUNTS : [10, 100, 1000]) await benchWith(count)
  await startUp()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function sizesOnNode() {
  const supervisord = await startSupervisord(CHILDREN_ON_NODE)
  try {
    await memmonRows(supervisord, CHILDREN_ON_NODE, [], TICKS_ON_NODE)
    console.log(await peersSizes())
  } finally {
    await supervisord.stop()
  }
}

async function benchWith(count) {
  const supervisord = await startSupervisord(count)
  const { client } = supervisord
  try {
    const pids = (await client.getAllProcessInfo()).map(({ pid }) => pid)
    const loops = startLoops(pids, { inC, node: NODE })
    const rows = [...(await memmonRows(supervisord, count, loops)), ...(await peerRows(client, pids))]
    const base = rows.find(({ way }) => way === 'C loop over statm')?.medianMs ?? rows[0].medianMs
    console.log(`${count} processes`)
    console.log('| way | median ms | p99 ms | times the C loop |\n| --- | ---: | ---: | ---: |')
    for (const { way, medianMs, p99Ms } of rows) {
      console.log(
        `| ${way} | ${medianMs.toFixed(3)} | ${p99Ms?.toFixed(3) ?? ''} | ${(medianMs / base).toFixed(1)} |`,
      )
    }
    console.log()
  } finally {
    await supervisord.stop()
  }
}

/**
 * memmon itself, from the event's first byte to OK, driven as supervisord drives it. All take turns, some passes at a time:
 * what else the machine does slows all of them.
 */
async function memmonRows({ url, pid: supervisordPid, calls }, count, loops, ticks = ticksFor(count)) {
  const listeners = []
  for (const build of loops.length > 0 ? [...BUILDS, CUMULATIVE] : BUILDS) {
    const memmon = startMemmon(url, build)
    listeners.push({ ...build, memmon, tick: await memmon.ready, times: [] })
  }
  // The first checks ask supervisord, which takes long where there are many processes.
  for (let at = 0; at < 5; at++) {
    for (const { tick } of listeners) await tick()
    await sleep(1_500 + 4 * count * listeners.length)
  }
  for (let at = 0; at < 300; at++) for (const { tick } of listeners) await tick()
  const before = { supervisord: cpuMs(supervisordPid), calls: calls() }
  for (const one of listeners) one.cpuBefore = cpuMs(one.memmon.pid)
  const others = loops.map(loop => ({ ...loop, times: [] }))
  for (let done = 0; done < ticks; done += PASSES_A_TURN) {
    for (const one of listeners) {
      for (let at = 0; at < PASSES_A_TURN; at++) {
        const from = performance.now()
        await one.tick()
        one.times.push(performance.now() - from)
      }
      if (ticks > 5_000 && done + PASSES_A_TURN === 5_000) one.early = sizesOf(one.memmon.pid)
    }
    for (const { turn, times } of others) for (let at = 0; at < PASSES_A_TURN; at++) times.push(await turn())
  }
  const asked = `${((cpuMs(supervisordPid) - before.supervisord) / ticks).toFixed(3)} ms in supervisord; ${calls() - before.calls} XML-RPC connections`
  for (const { name, memmon, cpuBefore, early } of listeners) {
    const late = sizesOf(memmon.pid)
    console.log(
      `${name}, ${count} processes, ${ticks} ticks: CPU a tick ${((cpuMs(memmon.pid) - cpuBefore) / ticks).toFixed(3)} ms in memmon, ${asked}; ` +
        `Private_Dirty ${late.privateDirtyMb} MB, RSS ${late.rssMb} MB, ${late.fds} descriptors` +
        (early ? `; at tick 5,000 ${early.privateDirtyMb} MB, ${early.rssMb} MB, ${early.fds}` : ''),
    )
    memmon.child.kill('SIGKILL')
  }
  for (const { end } of loops) end()
  if (count === 100) console.log(await peersSizes())
  return [
    ...listeners.map(({ name, times }) => rowOf(`${name}, a quiet tick`, times)),
    ...others.map(({ way, times }) => rowOf(way, times)),
  ]
}

function ticksFor(count) {
  return count === 100 ? TICKS_FOR_SIZE : 1_000
}

function rowOf(way, times) {
  times.sort((a, b) => a - b)
  return { way, medianMs: times[times.length >> 1], p99Ms: times[Math.floor(times.length * 0.99)] }
}

async function peerRows(client, pids) {
  const bench = new Bench({ time: 300, iterations: 5, warmup: false })
  bench
    .add('pidusage for all', () => pidusage([...pids]))
    .add('getAllProcessInfo', () => client.getAllProcessInfo())
    .add('one ps for all', () => run('ps', ['-axo', 'pid,ppid,rss']))
  await bench.run()
  const rows = bench.tasks.map(({ name, result }) => ({
    way: name,
    medianMs: result.latency.p50,
    p99Ms: result.latency.p99,
  }))
  const some = pids.slice(0, PS_SAMPLE)
  const from = performance.now()
  for (const pid of some) execFileSync('ps', ['-p', String(pid), '-o', 'rss='])
  const eachMs = (performance.now() - from) / some.length
  rows.push({
    way: `one ps a process (${some.length} measured, for ${pids.length})`,
    medianMs: eachMs * pids.length,
  })
  return rows
}

async function startSupervisord(count) {
  const path = name => join(folder, `${count}-${name}`)
  writeFileSync(
    path('conf'),
    `[supervisord]
logfile=${path('log')}
pidfile=${path('pid')}
childlogdir=${folder}
minfds=8192
[unix_http_server]
file=${path('sock')}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:sleeper]
command=sleep 86400
process_name=%(program_name)s_%(process_num)04d
numprocs=${count}
startsecs=0
stdout_logfile=NONE
stderr_logfile=NONE
`,
  )
  const child = spawn('supervisord', ['-n', '-c', path('conf')], { stdio: 'ignore' })
  const client = createClient(createHttpCaller({ kind: 'unix', path: path('sock') }, undefined, 30_000))
  for (let all = []; all.length < count || all.some(({ state }) => state !== 20); await sleep(200)) {
    all = await client.getAllProcessInfo().catch(() => [])
  }
  return {
    client,
    url: `unix://${path('sock')}`,
    pid: child.pid,
    // Each connection to the unix socket that is open has a line of its own.
    calls: () => readFileSync('/proc/net/unix', 'utf8').split(path('sock')).length - 1,
    async stop() {
      client.close()
      child.kill('SIGTERM')
      await new Promise(resolve => child.on('exit', resolve))
    },
  }
}

/** memmon with its pipes; `ready` gives a function that sends one tick and waits for its answer. */
function startMemmon(url, { name, path, args }) {
  const state = join(folder, `state of ${name}`)
  // As supervisord does, which goes by the first lines of the file.
  const PATH = `${dirname(NODE)}:${process.env.PATH}`
  const env = { PATH, SUPERVISOR_SERVER_URL: url, STATE_DIRECTORY: state }
  const child = spawn(path, args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
  let answered = () => {}
  const ready = new Promise(resolve => {
    child.stdout.on('data', () => answered())
    answered = () => resolve(tick)
  })
  const tick = () =>
    new Promise(resolve => {
      answered = resolve
      const payload = `when:${Math.floor(Date.now() / 1000)}`
      child.stdin.write(
        `ver:3.0 server:supervisor serial:1 pool:memmon poolserial:1 eventname:TICK_5 len:${payload.length}\n${payload}`,
      )
    })
  return { child, pid: child.pid, ready }
}

/** They take turns: what else the machine does slows all of them. */
async function startUp() {
  const bare = { name: 'bare node', work: () => run(NODE, ['-e', '0']), times: [] }
  const builds = BUILDS.map(build => ({ name: build.name, work: () => untilReady(build), times: [] }))
  for (let at = 0; at < 15; at++) for (const one of [bare, ...builds]) one.times.push(await timeOf(one.work))
  const bareMs = medianOf(bare.times)
  for (const { name, times } of builds) {
    const readyMs = medianOf(times)
    console.log(
      `start-up: bare node ${bareMs.toFixed(0)} ms, ${name} to READY ${readyMs.toFixed(0)} ms, ratio ${(readyMs / bareMs).toFixed(2)}`,
    )
  }
}

/** Its end is not waited for in the time: supervisord does not either. */
async function untilReady(build) {
  const memmon = startMemmon('unix:///nonexistent', build)
  await memmon.ready
  return async () => {
    memmon.child.kill('SIGKILL')
    await new Promise(resolve => memmon.child.on('close', resolve))
  }
}

async function timeOf(work) {
  const from = performance.now()
  const end = await work()
  const ms = performance.now() - from
  if (typeof end === 'function') await end()
  return ms
}

function medianOf(times) {
  return times.sort((a, b) => a - b)[times.length >> 1]
}

/** A bare node, and what superlance's memmon is before its first tick. */
async function peersSizes() {
  const idle = [
    ['bare node', NODE, ['-e', 'setInterval(() => {}, 1e6)']],
    [
      "superlance's imports",
      '/usr/bin/python3',
      ['-c', 'import supervisor.childutils, supervisor.datatypes, xmlrpc.client, time; time.sleep(600)'],
    ],
  ]
  const texts = []
  for (const [name, command, args] of idle) {
    const child = spawn(command, args, { stdio: 'ignore' })
    await sleep(1500)
    const { privateDirtyMb, rssMb } = sizesOf(child.pid)
    texts.push(`${name}: Private_Dirty ${privateDirtyMb} MB, RSS ${rssMb} MB`)
    child.kill('SIGKILL')
  }
  return texts.join('; ')
}

function sizesOf(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const mb = name => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024).toFixed(1)
  return { privateDirtyMb: mb('Private_Dirty'), rssMb: mb('Rss'), fds: readdirSync(`/proc/${pid}/fd`).length }
}

function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
