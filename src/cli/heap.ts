// A monitor of memory keeps its own small: V8 is told so here, before anything else runs.
import { setFlagsFromString } from 'node:v8'

/** Each is known to V8 from Node 20 to 26: V8 writes a line to stderr for one that it does not know. */
const HEAP_FLAGS = [
  // The young generation stays at the 2 MB that it starts with.
  '--semi-space-growth-factor=1',
  // No optimising compilers: the threads and the code of Turbofan, and of Maglev, which Node 22 and later have, cost
  // more than all of memmon. Maglev alone is 6.5 MB on Node 24.
  '--no-opt',
  '--no-maglev',
]

/** What bin/memmon.js names for malloc, which has read it by now: hooks and mail commands get what supervisord gave. */
const TRIM_THRESHOLD = '131072'
if (process.env.MALLOC_TRIM_THRESHOLD_ === TRIM_THRESHOLD) delete process.env.MALLOC_TRIM_THRESHOLD_

for (const flag of HEAP_FLAGS) setFlagsFromString(flag)
