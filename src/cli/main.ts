// The memmon command. A monitor of memory keeps its own small: V8 is told so here, before anything else is loaded,
// and its own code comes as one file a room (see docs/architecture.md, "The heap").
import { setFlagsFromString } from 'node:v8'

/** Measured in docs/benchmarks.md: without them twice the memory after the first check, and growth ever after. */
const HEAP_FLAGS = ['--semi-space-growth-factor=1', '--no-opt']

// First of all: left to Node, SIGUSR1 opens its debugger on port 9229, and SIGUSR2 ends the process.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {})
for (const flag of HEAP_FLAGS) setFlagsFromString(flag)
const { run } = await import('./command.ts')
process.exit(await run(process.argv.slice(2)))
