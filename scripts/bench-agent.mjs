// `npm run bench -- --agent [--node 24]`: what memmon/agent costs a program, in turns with the same program without it. Idle:
// RSS and private memory of an http server. During a sample: how much work the program does per second of its CPU time, before,
// during and after it. Its figures never make it fail.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from './setup.mjs'

const RUNS = Number(process.env.RUNS ?? 7)
const SETTLED_MS = 1_000
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const SAMPLE_MS = 10_000
const [REQUIRED, IMPORTED] = ['agent.cjs', 'agent.mjs'].map(name => join(ROOT, 'dist', name))
const APPS = {
  'empty.cjs': '',
  'empty.mjs': '',
  'app.cjs': "require('node:http').createServer((_, answer) => answer.end()).listen(0)",
  'app.mjs': "import http from 'node:http'; http.createServer((_, answer) => answer.end()).listen(0)",
}
/** What Node takes for preloading any module at all does not count for the agent. */
const IDLE = [
  ['app.cjs', '--require', REQUIRED, 'empty.cjs'],
  ['app.cjs', '--import', IMPORTED, 'empty.mjs'],
  ['app.mjs', '--require', REQUIRED, 'empty.cjs'],
  ['app.mjs', '--import', IMPORTED, 'empty.mjs'],
]
/** Each works for ever, 20 ms at a time, and reports how much it did on SIGUSR2. */
const LOADS = {
  objects: `for (let at = 0; at < 200; at++) last = JSON.parse(JSON.stringify({ at, text: 'x'.repeat(50), list: [at, { at }] }))`,
  'some Buffers': `for (let at = 0; at < 50; at++) last = JSON.parse(JSON.stringify({ at, list: [at] })); last = Buffer.from('x'.repeat(100)); last = Buffer.alloc(4096)`,
  'nothing but Buffers': `for (let at = 0; at < 50; at++) last = Buffer.concat([Buffer.from('some text ' + at), Buffer.allocUnsafe(100)])`,
}
const loadOf = body => `let done = 0; let last
function work() { const until = performance.now() + 20; while (performance.now() < until) { ${body}; done++ } setImmediate(work) }
process.on('SIGUSR2', () => { const { user, system } = process.cpuUsage(); console.log(JSON.stringify({ done, cpuMs: (user + system) / 1000 })) })
work()`

/** Prints both tables. */
export async function benchAgent(node) {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-bench-'))
  const memmon = await listen(join(folder, 'agent.sock'))
  const start = (args, stdio = 'ignore') =>
    spawn(node, args, {
      env: { PATH: process.env.PATH, MEMMON_SOCKET: memmon.path },
      stdio: ['ignore', stdio, 'inherit'],
    })
  try {
    for (const [name, text] of Object.entries(APPS)) writeFileSync(join(folder, name), text)
    for (const [name, body] of Object.entries(LOADS)) writeFileSync(join(folder, `${name}.cjs`), loadOf(body))
    console.log(
      `MB above the program alone, medians of ${RUNS} in turns; an empty module in its place is Node's own part\n`,
    )
    console.log(
      '| program | loaded by | RSS | private | RSS, an empty module |\n| --- | --- | ---: | ---: | ---: |',
    )
    for (const row of IDLE) console.log(await idleRow(row, { folder, memmon, start }))
    console.log(
      `\nwork per second of CPU time during a sample of ${SAMPLE_MS / 1000} s, over that before and after it\n`,
    )
    console.log('| work | median | least | most | samples a second |\n| --- | ---: | ---: | ---: | ---: |')
    for (const name of Object.keys(LOADS)) console.log(await loadRow(name, { folder, memmon, start }))
  } finally {
    memmon.close()
    rmSync(folder, { recursive: true })
  }
}

async function idleRow([name, flag, path, empty], { folder, memmon, start }) {
  const flags = { bare: [], agent: [flag, path], empty: [flag, join(folder, empty)] }
  const sizes = { bare: [], agent: [], empty: [] }
  for (let run = 0; run < RUNS; run++) {
    for (const [what, own] of Object.entries(flags)) {
      const child = start([...own, join(folder, name)])
      if (what === 'agent') await memmon.worker(child.pid)
      await sleep(SETTLED_MS)
      sizes[what].push(sizesOf(child.pid))
      await end(child)
    }
  }
  const above = (what, key) =>
    (middle(sizes[what].map(one => one[key])) - middle(sizes.bare.map(one => one[key]))) / 1024
  const cells = [above('agent', 'rss'), above('agent', 'dirty'), above('empty', 'rss')].map(mb =>
    mb.toFixed(2),
  )
  return `| ${[name, flag, ...cells].join(' | ')} |`
}

/** In turns without and with a sample, in one process. */
async function loadRow(name, { folder, memmon, start }) {
  const child = start(['--require', REQUIRED, join(folder, `${name}.cjs`)], 'pipe')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const now = async () => {
    child.kill('SIGUSR2')
    return JSON.parse((await lines.next()).value)
  }
  const pace = async work => {
    const from = await now()
    await work()
    const to = await now()
    return (to.done - from.done) / (to.cpuMs - from.cpuMs)
  }
  const ratios = []
  const worker = await memmon.worker(child.pid)
  await sleep(2_000)
  let report
  for (let round = 0; round < ROUNDS; round++) {
    const before = await pace(() => sleep(SAMPLE_MS / 2))
    const during = await pace(async () => {
      report = await worker.ask({ do: 'sample', duration_ms: SAMPLE_MS, folder })
    })
    const after = await pace(() => sleep(SAMPLE_MS / 2))
    ratios.push(during / ((before + after) / 2))
  }
  await end(child)
  const rate =
    report.data.total_allocated / report.data.sampling_interval_bytes / (report.data.duration_ms / 1000)
  const cells = [middle(ratios), Math.min(...ratios), Math.max(...ratios)].map(ratio => ratio.toFixed(2))
  return `| ${[name, ...cells, Math.round(rate)].join(' | ')} |`
}

/** memmon's side of the socket. */
async function listen(path) {
  const workers = new Map()
  const waiting = new Map()
  const server = createServer(socket => {
    const answers = new Map()
    let lastId = 0
    const ask = request =>
      new Promise(resolve => {
        answers.set(++lastId, resolve)
        socket.write(`${JSON.stringify({ id: lastId, ...request })}\n`)
      })
    socket.on('error', () => {})
    createInterface({ input: socket }).on('line', text => {
      const line = JSON.parse(text)
      if (line.hello) {
        socket.write('{"welcome":1}\n')
        workers.set(line.pid, { ask })
        waiting.get(line.pid)?.({ ask })
      } else if (!line.progress) answers.get(line.id)?.(line)
    })
  })
  await new Promise(resolve => server.listen(path, resolve))
  const worker = pid => workers.get(pid) ?? new Promise(resolve => waiting.set(pid, resolve))
  return { path, worker, close: () => server.close() }
}

async function end(child) {
  child.kill('SIGKILL')
  await once(child, 'close')
}

function sizesOf(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kbOf = key => Number(new RegExp(`^${key}: +(\\d+)`, 'm').exec(rollup)[1])
  return { rss: kbOf('Rss'), dirty: kbOf('Private_Dirty') }
}

const middle = all => [...all].sort((a, b) => a - b)[all.length >> 1]
