// `npm run bench -- --evidence`: what it takes to read the evidence of a large process and of one with 20 children, and to
// write the file, beside a bare read of the very same files, in turns, with the flags of the listener (src/cli/heap.ts).
// Figures never fail it.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const LISTENER_FLAGS = ['--no-opt', '--no-maglev', '--semi-space-growth-factor=1']
const ROUNDS = 15
const TIMEOUT_MS = 2_000
/** Huge pages would make a walk of them cheaper than that of most programs is. */
const LARGE = `
import mmap, threading, os
lock = threading.Lock(); lock.acquire()
for _ in range(200): threading.Thread(target=lock.acquire, daemon=True).start()
held = [mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for _ in range(16)]
for one in held: one.madvise(15); one.write(b'x' * (64 << 20))
files = [open('/dev/null') for _ in range(100)]`
const PARENT = `
import subprocess
held = [subprocess.Popen(['sleep', '3600']) for _ in range(20)]`
const WORKERS = [
  { what: '1 GB and 200 threads', script: LARGE, askedMs: 250 },
  { what: '20 children', script: PARENT, askedMs: 30 },
]

/** A table of both. */
export function benchEvidence() {
  const child = spawnSync(process.execPath, [...LISTENER_FLAGS, fileURLToPath(import.meta.url)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const rows = JSON.parse(child.stdout)
  console.log(`ms, the median of ${ROUNDS} in turns (and the slowest); asked: with the file, on the whole\n`)
  console.log(
    '| worker | asked | bare read of its files | facts | with the file | CPU of the facts | times the bare read |',
  )
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const { what, askedMs, bare, facts, file, cpu } of rows)
    console.log(
      `| ${[what, askedMs, ...[bare, facts, file, cpu].map(text), (median(facts) / median(bare)).toFixed(1)].join(' | ')} |`,
    )
}

const median = all => [...all].sort((a, b) => a - b)[all.length >> 1]
const text = all => `${median(all).toFixed(1)} (${Math.max(...all).toFixed(1)})`

async function measure() {
  const rows = []
  for (const { what, script, askedMs } of WORKERS) {
    const worker = await started(script)
    try {
      rows.push({ what, askedMs, ...(await timesOf(worker.pid)) })
    } finally {
      process.kill(-worker.pid, 'SIGKILL')
    }
  }
  console.log(JSON.stringify(rows))
}

async function started(script) {
  const worker = spawn(
    'python3',
    ['-c', `${script}\nprint('ready', flush=True)\nimport sys; sys.stdin.read()`],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    },
  )
  await once(worker.stdout, 'data')
  return worker
}

async function timesOf(pid) {
  const { readFacts } = await import('../build/evidence/read-facts.js')
  const { takeEvidence } = await import('../build/evidence/take-evidence.js')
  const { createEvidenceStore } = await import('../build/evidence/store.js')
  const { procFiles } = await import('../build/evidence/proc-files.js')
  const clocks = { tick: () => performance.now(), nowMs: () => Date.now() }
  const asked = { read: [], link: [], names: [] }
  const noting = (kind, how) => path => {
    asked[kind].push(path)
    return procFiles[how](path)
  }
  const files = {
    read: noting('read', 'read'),
    link: noting('link', 'link'),
    names: noting('names', 'names'),
    pieces: noting('read', 'pieces'),
  }
  const facts = await readFacts(pid, { timeoutMs: 60_000, ...clocks, files })
  if (Object.keys(facts.missing).some(part => part !== 'cgroup')) console.error(facts.missing)
  const folder = mkdtempSync(join(tmpdir(), 'memmon-bench-'))
  const store = createEvidenceStore(folder)
  const ports = { store: () => store, redactor: { redact: one => one }, ...clocks }
  const times = { bare: [], facts: [], file: [], cpu: [] }
  const timed = async (into, work) => {
    const from = performance.now()
    await work()
    times[into].push(performance.now() - from)
    await sleep(20)
  }
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await timed('bare', () => bareRead(asked))
      const before = process.cpuUsage()
      await timed('facts', () => readFacts(pid, { timeoutMs: TIMEOUT_MS, ...clocks }))
      const { user, system } = process.cpuUsage(before)
      times.cpu.push((user + system) / 1000)
      await timed('file', () =>
        takeEvidence(requestOf(pid), { known: { samples: [], restarts: [] }, timeoutMs: TIMEOUT_MS }, ports),
      )
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return times
}

function bareRead({ read, link, names }) {
  for (const path of names) unlessGone(() => readdirSync(path))
  for (const path of read) unlessGone(() => readFileSync(path))
  for (const path of link) unlessGone(() => readlinkSync(path))
}

/** Processes of others end meanwhile; a kernel may not have all files. */
function unlessGone(read) {
  try {
    read()
  } catch {}
}

const requestOf = pid => ({
  process: {
    group: 'bench',
    name: 'worker',
    namespec: 'bench:worker',
    pid,
    state: 20,
    startSeconds: 0,
    nowSeconds: 60,
    spawnError: '',
  },
  breach: { rule: '-a 1GB', ruleId: 'a', metric: 'rss', cumulative: false, value: 2 ** 30, limit: 2 ** 30 },
})

if (process.argv[1] === fileURLToPath(import.meta.url)) await measure()
