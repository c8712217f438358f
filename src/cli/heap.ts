// A monitor of memory keeps its own small: V8 is told so here, before anything else runs. And signals that Node would
// take for its own are taken first of all.
import { setFlagsFromString } from 'node:v8'

/** Measured in docs/benchmarks.md: without them twice the memory after the first check, and growth ever after. */
const HEAP_FLAGS = ['--semi-space-growth-factor=1', '--no-opt']

// First of all: left to Node, SIGUSR1 opens its debugger on port 9229, and SIGUSR2 ends the process.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {})
for (const flag of HEAP_FLAGS) setFlagsFromString(flag)
