// `npm run bench -- --metrics`: what a scrape of 1,000 processes costs: collecting everything and rendering it with
// prom-client, compared with a bare render of the same text, in turns, with the listener's flags (src/cli/heap.ts); and the
// longest time a tick would have waited. Its figures never make it fail.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LISTENER_FLAGS = ['--no-opt', '--no-maglev', '--semi-space-growth-factor=1']
const COUNTS = [100, 1_000, 2_000]
const ROUNDS = 31
const ASKED_MS = 20

/** Prints a table of all. */
export function benchMetrics() {
  const child = spawnSync(process.execPath, [...LISTENER_FLAGS, fileURLToPath(import.meta.url)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  console.log(`CPU ms, the median of ${ROUNDS} in turns; asked: under ${ASKED_MS} at 1,000 processes\n`)
  console.log('| processes | lines | a scrape | a bare render of its text | times that | longest slice, ms |')
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const { count, lines, scrape, bare, slice } of JSON.parse(child.stdout))
    console.log(
      `| ${[count, lines, median(scrape).toFixed(1), median(bare).toFixed(1), (median(scrape) / median(bare)).toFixed(1), median(slice).toFixed(1)].join(' | ')} |`,
    )
}

const median = all => [...all].sort((a, b) => a - b)[all.length >> 1]

async function measure() {
  const { Knowledge } = await import('../build/metrics/knowledge.js')
  const { FAMILIES } = await import('../build/metrics/families.js')
  const { render } = await import('../build/metrics/render.js')
  const { createSlices } = await import('../build/base/slices.js')
  const tick = () => performance.now()
  const rows = []
  for (const count of COUNTS) {
    const knowledge = new Knowledge(portsFor(count, tick))
    const times = { scrape: [], bare: [], slice: [] }
    let lines = 0
    for (let round = 0; round < ROUNDS; round++) {
      const waits = watchWaits(tick)
      const before = process.cpuUsage()
      const facts = await knowledge.facts(0, createSlices(tick))
      const text = await render(facts, 'prometheus', {}, createSlices(tick))
      times.scrape.push(cpuMsSince(before))
      times.slice.push(waits.end())
      lines = text.split('\n').length
      const from = process.cpuUsage()
      bareRender(FAMILIES, facts)
      times.bare.push(cpuMsSince(from))
    }
    rows.push({ count, lines, ...times })
  }
  console.log(JSON.stringify(rows))
}

function cpuMsSince(before) {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** The longest time the event loop had to wait. */
function watchWaits(tick) {
  let [last, longest, isOver] = [tick(), 0, false]
  const look = () => {
    longest = Math.max(longest, tick() - last)
    last = tick()
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  return {
    end() {
      isOver = true
      return Math.max(longest, tick() - last)
    },
  }
}

function bareRender(families, facts) {
  const lines = []
  for (const { name, help, type, values } of families) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const { labels, shared, value } of values(facts)) {
      const all = Object.entries({ ...labels, ...shared }).map(
        ([key, text]) => `${key}="${text.replace(/[\\\n"]/g, one => (one === '\n' ? '\\n' : `\\${one}`))}"`,
      )
      lines.push(`${name}${all.length > 0 ? `{${all.join(',')}}` : ''} ${value}`)
    }
  }
  return lines.join('\n')
}

function portsFor(count, tick) {
  const watched = Array.from({ length: count }, (_, at) => ({
    process: processAt(at),
    rules: [{ metric: 'rss', cumulative: false, limit: 2 ** 30, hardLimit: Number.POSITIVE_INFINITY }],
  }))
  const tracked = new Map(
    watched.map(({ process }, at) => [
      process.namespec,
      {
        ...{ ...process, runs: true, isRestored: false, endBytes: 1e7 + at * 4096 },
        series: { cumulative: false, verdict: { kind: 'steady' } },
      },
    ]),
  )
  return {
    monitor: { watched, leaks: [], isWell: true },
    history: { trackedOf: namespec => tracked.get(namespec) },
    restarts: { standing: { draining: [], capped: [], down: [] } },
    outbox: { size: 0 },
    readOwnBytes: undefined,
    nowMs: Date.now,
    tick,
  }
}

const processAt = at => ({
  ...{ group: 'sleeper', name: `sleeper_${at}`, namespec: `sleeper:sleeper_${at}` },
  ...{ pid: at + 2, state: 20, startSeconds: 1, nowSeconds: 60, spawnError: '' },
})

if (process.argv[1] === fileURLToPath(import.meta.url)) await measure()
