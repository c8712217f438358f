// Signals that Node would take for its own, taken before anything else is loaded: left to Node, SIGUSR1 opens its
// debugger on port 9229, where any user of the machine may run code as memmon, and SIGUSR2 ends the process.
for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {})

/**
 * Until then Node itself takes SIGUSR1, and a thread of Node's opens the debugger when it gets to it, under load long
 * after the signal. bin/memmon.js names an address where it cannot; memmon.js run by another command has no such
 * address. So it is closed again and again. Not by node:inspector, which costs 250 KB for good.
 */
const CLOSE_EVERY_MS = 20
/** Turns of a timer, not a time: a start that is held up gets as many. */
const TIMES = 50

/** As bin/memmon.js has it: there is nothing to close. */
const NOWHERE = '--inspect-port=192.0.2.1:9229'
const isAsked = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some(text =>
  /--inspect(-brk|-wait)?(?![\w-])/.test(text),
)
// Where a later Node has no _debugEnd, those moments stay.
const close = () => (process as { _debugEnd?: () => void })._debugEnd?.()
if (!isAsked && !process.execArgv.includes(NOWHERE)) {
  close()
  let left = TIMES
  const timer = setInterval(() => {
    close()
    if (--left === 0) clearInterval(timer)
  }, CLOSE_EVERY_MS)
  timer.unref()
}
