// `npm run simulate -- --seeds N [--seed S]`: memmon's restarts in a simulated world, seed after seed; see
// docs/reliability.md. Prints runs, steps, and for the first violations the shortest scenario with its trace; exits 1 if
// there is any. `--break NAME` breaks memmon on purpose and counts the seeds until that is found; `--break all`: each.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { BREAKS } from '../test/simulate/breaks.mjs'
import { ROOT } from './setup.mjs'
import { bundle } from './test-bundle.mjs'

const SHOWN = 3
const CHUNK = 50

async function main() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      break: { type: 'string' },
    },
  })
  const [first, count, workers] = [Number(values.seed), Number(values.seeds), Number(values.workers)]
  if (values.break === undefined) return await simulate(first, count, workers)
  const breaks = BREAKS.filter(({ name }) => values.break === 'all' || values.break === name)
  if (breaks.length === 0)
    throw new Error(`no break ${values.break}: ${BREAKS.map(({ name }) => name).join(', ')}`)
  let missed = 0
  for (const one of breaks) if (!(await showFound(one, first, count))) missed++
  return missed === 0 ? 0 : 1
}

async function simulate(first, count, workers) {
  const bundle = await bundled()
  const tally = await runAll(bundle, first, count, workers)
  const broken = tally.broken.sort((a, b) => a.seed - b.seed)
  console.log(
    `${tally.runs} runs, ${tally.steps} steps (digest ${tally.digest.toString(16)}), ${tally.stops} stops; ${broken.length} violations`,
  )
  const { explain } = await import(bundle.url)
  for (const { seed } of broken.slice(0, SHOWN)) console.log(`\n${await explain(seed)}`)
  if (broken.length > SHOWN)
    console.log(
      `\nfurther seeds: ${broken
        .slice(SHOWN, SHOWN + 20)
        .map(({ seed }) => seed)
        .join(' ')}`,
    )
  bundle.remove()
  return broken.length === 0 ? 0 : 1
}

/** How many seeds it takes. */
async function showFound(one, first, count) {
  const bundle = await bundled(one)
  const { emptyTally, runSeed } = await import(bundle.url)
  const tally = emptyTally()
  for (let seed = first; seed < first + count && tally.broken.length === 0; seed++) await runSeed(seed, tally)
  const [found] = tally.broken
  const result = found
    ? `seed ${found.seed}, "${found.violation.invariant}"`
    : `not found in ${tally.runs} seeds`
  console.log(`${one.name}: ${one.what}: ${result}`)
  bundle.remove()
  return found !== undefined
}

/** The simulation and all of memmon that it runs, in one file; broken in one place, if that is asked for. */
async function bundled(broken) {
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.simulate-'))
  const outfile = join(folder, 'seeds.mjs')
  await bundle('test/simulate/seeds.ts', outfile, {
    sourcemap: 'inline',
    plugins: broken ? [breakPlugin(broken)] : [],
  })
  return { url: pathToFileURL(outfile).href, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const breakPlugin = ({ name, file, from, to }) => ({
  name: 'break',
  setup(build) {
    const path = join(ROOT, file)
    build.onLoad({ filter: /\.ts$/ }, args => {
      if (args.path !== path) return undefined
      const text = readFileSync(path, 'utf8')
      if (text.split(from).length !== 2) throw new Error(`${name}: ${file} does not hold once: ${from}`)
      return { contents: text.replace(from, () => to), loader: 'ts' }
    })
  },
})

/** In chunks, to whichever worker is free: their sum is the same for any number of workers. */
async function runAll(bundle, first, count, workers) {
  const sum = { runs: 0, steps: 0, digest: 0, stops: 0, broken: [] }
  let next = first
  const end = first + count
  const serve = worker =>
    new Promise((resolve, reject) => {
      const give = () => {
        if (next >= end) {
          worker.postMessage(undefined)
          resolve()
          return
        }
        const to = Math.min(next + CHUNK, end)
        worker.postMessage({ from: next, to })
        next = to
      }
      worker.on('error', reject)
      worker.on('message', tally => {
        add(sum, tally)
        if (process.stderr.isTTY)
          process.stderr.write(`\r${sum.runs} of ${count}, ${sum.broken.length} violations `)
        give()
      })
      give()
    })
  const file = fileURLToPath(import.meta.url)
  const all = Array.from({ length: workers }, () => new Worker(file, { workerData: bundle.url }))
  await Promise.all(all.map(serve))
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  return sum
}

function add(sum, tally) {
  for (const key of ['runs', 'steps', 'stops']) sum[key] += tally[key]
  sum.digest = (sum.digest + tally.digest) >>> 0
  sum.broken.push(...tally.broken)
}

async function work(url) {
  const { emptyTally, runSeed } = await import(url)
  parentPort.on('message', async range => {
    if (range === undefined) {
      parentPort.close()
      return
    }
    const tally = emptyTally()
    for (let seed = range.from; seed < range.to; seed++) await runSeed(seed, tally)
    parentPort.postMessage(tally)
  })
}

if (isMainThread) process.exitCode = await main()
else await work(workerData)
