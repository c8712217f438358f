// One positional read for each open `statm` file in Node, with memmon's V8 flags, and nothing else: no tick can be faster.
// Arguments: pids. Makes a pass for each byte of stdin, and prints how many ms it took (bench-loops.mjs).
import { openSync, readvSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import '../build/cli/heap.js'
import { MANY_PROCESSES } from '../build/proc/own-memory.js'

const descriptors = process.argv.slice(2).map(pid => openSync(`/proc/${pid}/statm`))
if (descriptors.length >= MANY_PROCESSES) setFlagsFromString('--opt') // as memmon does
const buffers = [Buffer.alloc(256)]
process.stdin.on('data', () => {
  const from = performance.now()
  for (const descriptor of descriptors) readvSync(descriptor, buffers, 0)
  console.log(performance.now() - from)
})
