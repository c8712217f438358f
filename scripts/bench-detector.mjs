// `npm run bench -- --detector`: what a sample costs in the histories of the listener, and what a process takes there: by
// shape and tick, with V8's usual flags and with those of the listener (src/cli/heap.ts). In one run; figures never fail it.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROCESSES = 200
const TICKS = 2_000
const MB = 2 ** 20
const LISTENER_FLAGS = ['--no-opt', '--no-maglev', '--semi-space-growth-factor=1']
/** Sizes in bytes by tick; each process has a phase of its own. */
const SHAPES = {
  constant: () => 100 * MB,
  noisy: (tick, at) => (100 + ((tick * 7919 + at * 104_729) % 997) / 200) * MB,
  growing: (tick, at) => (100 + (tick + at) * 0.05) * MB,
}

/** A table of both kinds of flags. */
export function benchDetector() {
  console.log(`${PROCESSES} processes, ${TICKS} ticks: us of CPU a sample and process\n`)
  console.log('| sizes | tick | usual flags | flags of the listener |\n| --- | ---: | ---: | ---: |')
  const [usual, own] = [measured([]), measured(LISTENER_FLAGS)]
  for (const [at, { shape, everySeconds, us }] of usual.rows.entries())
    console.log(`| ${shape} | ${everySeconds} s | ${us.toFixed(2)} | ${own.rows[at].us.toFixed(2)} |`)
  console.log(`\na process takes ${(own.bytesEach / 1024).toFixed(1)} KB`)
}

const measured = flags => {
  const child = spawnSync(process.execPath, [...flags, '--expose-gc', fileURLToPath(import.meta.url)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(child.stdout)
}

async function measure() {
  const { HistoryKeeper } = await import('../build/history/keeper.js')
  const rows = []
  let bytesEach = 0
  for (const everySeconds of [5, 60])
    for (const [shape, sizeOf] of Object.entries(SHAPES)) {
      const before = usedBytes()
      const run = runOf(HistoryKeeper, everySeconds, sizeOf)
      rows.push({ shape, everySeconds, us: run() })
      bytesEach = Math.max(bytesEach, (usedBytes() - before) / PROCESSES)
      run.keeper.historyOf('') // until here it is held
    }
  console.log(JSON.stringify({ rows, bytesEach }))
}

function runOf(HistoryKeeper, everySeconds, sizeOf) {
  let [nowMs, tickMs] = [1.7e12, 1e9]
  const log = () => {}
  const keeper = new HistoryKeeper({
    run: '',
    nowMs: () => nowMs,
    tick: () => tickMs,
    sleep: async () => {},
    log,
  })
  keeper.onTick(everySeconds)
  const processes = Array.from({ length: PROCESSES }, (_, at) => ({
    ...{ pid: at + 1, startSeconds: 1.6e9, group: 'g', name: `p${at}`, namespec: `g:p${at}` },
    ...{ state: 20, nowSeconds: 1.7e9, spawnError: '' },
  }))
  const run = () => {
    const started = process.cpuUsage()
    for (let tick = 0; tick < TICKS; tick++) {
      nowMs += everySeconds * 1000
      tickMs += everySeconds * 1000
      for (let at = 0; at < PROCESSES; at++)
        keeper.record(processes[at], sizeOf(tick, at), 2 ** 30, false, tickMs / 1000)
    }
    const { user, system } = process.cpuUsage(started)
    return (user + system) / TICKS / PROCESSES
  }
  run.keeper = keeper
  return run
}

function usedBytes() {
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measure()
