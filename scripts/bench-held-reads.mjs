// One positional read for each open `statm` file in Node, with memmon's V8 flags, and nothing else: no tick can be faster.
// Arguments: pids. Prints the median of the passes in ms.
import { openSync, readvSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import '../build/cli/heap.js'

const PASSES = 201
const descriptors = process.argv.slice(2).map(pid => openSync(`/proc/${pid}/statm`))
const buffers = [Buffer.alloc(256)]
const times = []
for (let pass = 0; pass < PASSES; pass++) {
  const from = performance.now()
  for (const descriptor of descriptors) readvSync(descriptor, buffers, 0)
  times.push(performance.now() - from)
}
times.sort((a, b) => a - b)
console.log(times[PASSES >> 1])
